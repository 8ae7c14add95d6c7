#include "operators/identifiers.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "io/ascii_case.h"

namespace millrace {

namespace {

/// FNV-1a over 64 bits, folded to 32: names of shortened things must be the same in every release.
/// Source: Fowler, Noll, Vo; draft-eastlake-fnv.
std::uint32_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

/// The longest beginning of `text` within `max_bytes` that ends between two UTF-8 characters.
std::string_view cut(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

std::string shorten_identifier(std::string_view name) {
  constexpr std::size_t suffix_bytes = 9;
  if (name.size() <= longest_name_bytes) return std::string(name);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result(cut(name, longest_name_bytes - suffix_bytes));
  result += '_';
  const std::uint32_t hash = hash_of(name);
  for (unsigned shift = 32; shift > 0; shift -= 4) result += digits[(hash >> (shift - 4)) & 15U];
  return result;
}

std::string snake_case(std::string_view name) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_small = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == ' ' || c == '.' || c == '-') {
      result += '_';
      continue;
    }
    // A word begins behind a small letter, and at the last capital of several before a small one.
    const bool after_small = i > 0 && is_small(name[i - 1]);
    const bool after_capital = i > 0 && is_capital(name[i - 1]);
    const bool before_small =
        i + 1 < name.size() && is_small(name[i + 1]) && !(name[i + 1] >= '0' && name[i + 1] <= '9');
    if (is_capital(c) && (after_small || (after_capital && before_small))) result += '_';
    result += lower_case(c);
  }
  return result;
}

std::string fold_identifier(std::string_view name, IdentifierChoice choice) {
  if (choice == IdentifierChoice::keep) return std::string(name);
  return choice == IdentifierChoice::snake ? snake_case(name) : lower_case(name);
}

bool is_system_column(std::string_view name) noexcept {
  // Source: PostgreSQL manual, "System Columns".
  constexpr std::array<std::string_view, 6> names{"tableoid", "xmin", "cmin",
                                                  "xmax",     "cmax", "ctid"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_system_schema(std::string_view name) noexcept {
  return name.starts_with("pg_") || name == "information_schema";
}

std::string NameSpace::try_claim(std::string_view wanted) {
  std::string name = shorten_identifier(wanted);
  if (!names_.insert(name).second) return {};
  return name;
}

std::string NameSpace::claim(std::string_view wanted) {
  std::string name = try_claim(wanted);
  for (std::size_t count = 2; name.empty(); ++count) {
    const std::string suffix = "_" + std::to_string(count);
    const std::string whole = shorten_identifier(wanted);
    std::string candidate(cut(whole, longest_name_bytes - suffix.size()));
    candidate += suffix;
    name = try_claim(candidate);
  }
  return name;
}

}  // namespace millrace
