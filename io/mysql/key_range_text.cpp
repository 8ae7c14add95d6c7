#include "io/mysql/key_range_text.h"

#include <string>
#include <utility>
#include <vector>

namespace millrace::mysql {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The whole numbers of a condition, those in names left out.
std::vector<std::string> numbers_in(std::string_view condition) {
  std::vector<std::string> numbers;
  for (std::size_t at = 0; at < condition.size();) {
    if (condition[at] == '`') {  // a quote within is doubled, and opens the rest of the name again
      const std::size_t end = condition.find('`', at + 1);
      if (end == std::string_view::npos) return {};
      at = end + 1;
      continue;
    }
    std::size_t end = at + (condition[at] == '-' ? 1 : 0);
    const std::size_t first = end;
    while (end < condition.size() && is_digit(condition[end])) ++end;
    if (end == first) {
      ++at;
      continue;
    }
    numbers.emplace_back(condition.substr(at, end - at));
    at = end;
  }
  return numbers;
}

}  // namespace

std::optional<KeyRange> parse_range(const SourceTable& table, const ChunkKey& key,
                                    std::string_view condition) {
  const std::vector<std::string> numbers = numbers_in(condition);
  // A bound of n columns names each value twice but the last: a > 1 OR (a = 1 AND b >= 2).
  const std::size_t of_bound = 2 * key.columns.size() - 1;
  const auto bound = [&](std::size_t from) {
    KeyTuple values;
    for (std::size_t i = 0; i < of_bound; i += 2) values.push_back(numbers[from + i]);
    return values;
  };
  std::vector<KeyRange> candidates;
  if (numbers.empty()) candidates.emplace_back();
  if (numbers.size() == of_bound) {
    candidates.push_back({.begin = bound(0), .end = std::nullopt});
    candidates.push_back({.begin = std::nullopt, .end = bound(0)});
  }
  if (numbers.size() == 2 * of_bound) {
    candidates.push_back({.begin = bound(0), .end = bound(of_bound)});
  }
  for (KeyRange& range : candidates) {
    if (range_condition(table, key, range) == condition) return std::move(range);
  }
  return std::nullopt;
}

}  // namespace millrace::mysql
