#include "io/mysql/key_midpoint.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>

namespace millrace::mysql {

namespace {

/// `text` folded to the characters of the alphabet's order.
std::string fold(std::string_view text) {
  std::string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return folded;
}

/// The characters that keys like these are made of, in the order that collations give them. Keys of
/// hexadecimal digits (UUIDs, hashes) get an alphabet of their own, else half of all probes would
/// fall behind their last letter.
std::string_view alphabet_of(std::string_view low, std::string_view high, bool fold_case) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view folded = "0123456789abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view cased =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const auto is_hex = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
    });
  };
  if (is_hex(low) && is_hex(high)) return hex;
  return fold_case ? folded : cased;
}

/// The place of `c` in `alphabet`, counted from 1; 0 sorts before all of it.
std::uint64_t rank_of(std::string_view alphabet, char c) {
  std::uint64_t rank = 0;
  for (const char member : alphabet) {
    if (member > c) break;
    ++rank;
  }
  return rank;
}

constexpr std::size_t text_digits = 8;  // characters after the common prefix that are weighed

}  // namespace

std::optional<std::string> middle_of_bytes(std::string_view low, std::string_view high) {
  if (low >= high) return std::nullopt;
  std::size_t common = 0;
  while (common < low.size() && common < high.size() && low[common] == high[common]) ++common;
  constexpr std::size_t weighed = 7;  // bytes, so that the sum of two fits 64 bits
  const auto fraction = [&](std::string_view text) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < weighed; ++i) {
      const std::size_t at = common + i;
      value = value << 8 | (at < text.size() ? static_cast<unsigned char>(text[at]) : 0U);
    }
    return value;
  };
  const std::uint64_t middle = (fraction(low) + fraction(high)) / 2;
  std::string probe(low.substr(0, common));
  for (std::size_t i = 0; i < weighed; ++i) {
    probe += static_cast<char>(middle >> (8 * (weighed - 1 - i)) & 0xff);
  }
  if (std::string_view(probe) <= low || std::string_view(probe) >= high) return std::nullopt;
  return probe;
}

std::optional<std::string> middle_of_text(std::string_view low, std::string_view high,
                                          bool fold_case) {
  const std::string from = fold_case ? fold(low) : std::string(low);
  const std::string to = fold_case ? fold(high) : std::string(high);
  const std::string_view alphabet = alphabet_of(from, to, fold_case);
  const std::uint64_t base = alphabet.size() + 1;
  std::size_t common = 0;
  while (common < from.size() && common < to.size() && from[common] == to[common]) ++common;
  // Two characters may begin with the same bytes: none of them is cut in two.
  const auto is_inside_character = [&](const std::string& text) {
    return common < text.size() && (static_cast<unsigned char>(text[common]) & 0xc0U) == 0x80U;
  };
  while (common > 0 && (is_inside_character(from) || is_inside_character(to))) --common;
  const auto fraction = [&](const std::string& text) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < text_digits; ++i) {
      const std::size_t at = common + i;
      value = value * base + (at < text.size() ? rank_of(alphabet, text[at]) : 0U);
    }
    return value;
  };
  const std::uint64_t begin = fraction(from);
  const std::uint64_t end = fraction(to);
  if (end <= begin + 1) return std::nullopt;
  std::uint64_t middle = begin + (end - begin) / 2;
  std::string digits;
  for (std::size_t i = 0; i < text_digits; ++i) {
    const std::uint64_t digit = middle % base;
    middle /= base;
    if (digit > 0) {
      digits.insert(digits.begin(), alphabet[digit - 1]);
    } else {
      digits.clear();  // nothing: the text ends before here
    }
  }
  if (digits.empty()) return std::nullopt;  // the common beginning alone is no later than `low`
  return from.substr(0, common) + digits;
}

}  // namespace millrace::mysql
