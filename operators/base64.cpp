#include "operators/base64.h"

#include <algorithm>
#include <array>

namespace millrace {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> value_of_digit = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      word = word << 8 | (i < n ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= n ? digits[word >> (18 - 6 * i) & 0x3f] : '=';
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::string_view quad = text.substr(at, 4);
    if (at + 4 == text.size()) {
      for (int i = 0; i < 2 && quad.ends_with('='); ++i) quad.remove_suffix(1);
    }
    std::uint32_t word = 0;
    for (const char digit : quad) {
      const std::uint8_t value = value_of_digit[static_cast<std::uint8_t>(digit)];
      if (value == no_digit) return std::nullopt;
      word = word << 6 | value;
    }
    word <<= 6 * (4 - quad.size());
    const std::size_t n_bytes = quad.size() - 1;
    // The bits that belong to no byte must be zero, or two texts would mean the same bytes.
    if ((word & ((std::uint32_t{1} << (24 - 8 * n_bytes)) - 1)) != 0) return std::nullopt;
    for (std::size_t i = 0; i < n_bytes; ++i) bytes += static_cast<char>(word >> (16 - 8 * i));
  }
  return bytes;
}

}  // namespace millrace
