#include "operators/target_type.h"

#include <array>
#include <charconv>
#include <utility>

#include "io/ascii_case.h"

namespace millrace {
namespace {

constexpr std::pair<std::string_view, std::string_view> spellings[] = {
    {"int2", "smallint"},
    {"int", "integer"},
    {"int4", "integer"},
    {"int8", "bigint"},
    {"bool", "boolean"},
    {"float4", "real"},
    {"float", "double precision"},
    {"float8", "double precision"},
    {"double", "double precision"},
    {"decimal", "numeric"},
    {"character varying", "varchar"},
    {"char", "character"},
    {"bpchar", "character"},
    {"timestamp with time zone", "timestamptz"},
    {"timestamp without time zone", "timestamp"},
    {"time without time zone", "time"},
};

std::string lowered(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const char letter = lower_case(c);
    // One blank between words, none at the ends.
    if (letter == ' ' && (result.empty() || result.back() == ' ')) continue;
    result += letter;
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::optional<std::uint32_t> number(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string TargetType::text() const {
  if (!first) return base;
  return base + "(" + std::to_string(*first) + (second ? "," + std::to_string(*second) : "") + ")";
}

std::optional<TargetType> read_target_type(std::string_view text) {
  TargetType type;
  const std::string whole = lowered(text);
  const std::size_t open = whole.find('(');
  std::string base = whole.substr(0, open);
  if (open != std::string::npos) {
    const std::size_t close = whole.find(')', open);
    if (close == std::string::npos) return std::nullopt;
    const std::string arguments = whole.substr(open + 1, close - open - 1);
    const std::size_t comma = arguments.find(',');
    type.first = number(std::string_view(arguments).substr(0, comma));
    if (!type.first) return std::nullopt;
    if (comma != std::string::npos) {
      type.second = number(std::string_view(arguments).substr(comma + 1));
      if (!type.second) return std::nullopt;
    }
    base += whole.substr(close + 1);  // "timestamp(3) with time zone"
  }
  type.base = lowered(base);
  if (type.base.empty()) return std::nullopt;
  for (const auto& [spelling, name] : spellings) {
    if (type.base == spelling) type.base = name;
  }
  return type;
}

}  // namespace millrace
