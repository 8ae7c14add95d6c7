#include "operators/encode_number.h"

namespace millrace {
namespace {

// Four ASCII digits, first one lowest in memory, as a number from 0 to 9999.
inline std::uint32_t four_digits(std::uint32_t ascii) noexcept {
  const std::uint32_t values = ascii - 0x30303030U;
  // Pairs: each low byte of a 16-bit half becomes 10 * first + second.
  const std::uint32_t pairs = (values * 10 + (values >> 8)) & 0x00ff00ffU;
  return (pairs & 0xff) * 100 + (pairs >> 16);
}

inline bool all_digits(std::uint32_t ascii) noexcept {
  return ((ascii & 0xf0f0f0f0U) | (((ascii + 0x06060606U) & 0xf0f0f0f0U) >> 4)) == 0x33333333U;
}

// The first `count` (1..3) characters as a digit of base 10,000, zeros before them.
inline std::uint32_t right_aligned(const std::uint8_t* text, std::size_t count) noexcept {
  std::uint32_t ascii = 0x30303030U;
  for (std::size_t i = 0; i < count; ++i) ascii = ascii >> 8 | std::uint32_t{text[i]} << 24;
  return ascii;
}

// The same with zeros after them.
inline std::uint32_t left_aligned(const std::uint8_t* text, std::size_t count) noexcept {
  std::uint32_t ascii = 0x30303030U;
  for (std::size_t i = 0; i < count; ++i) {
    ascii &= ~(0xffU << (8 * i));
    ascii |= std::uint32_t{text[i]} << (8 * i);
  }
  return ascii;
}

}  // namespace

ValueFault encode_decimal(std::uint8_t*& to, const std::uint8_t* text, std::size_t bytes,
                          std::uint8_t scale) noexcept {
  if (bytes == 0 || bytes > longest_decimal_text) return ValueFault::invalid_number;
  const bool negative = *text == '-';
  if (negative || *text == '+') {
    ++text;
    --bytes;
  }
  const std::size_t fraction = scale;
  const std::size_t tail = fraction == 0 ? 0 : fraction + 1;  // the point and what follows
  if (bytes < tail) return ValueFault::invalid_number;
  std::size_t whole = bytes - tail;
  if (bytes == 0 || (fraction != 0 && text[whole] != '.')) return ValueFault::invalid_number;

  // Digits go to their place behind the header; leading zeros are never written, trailing ones
  // are taken back.
  std::uint8_t* const digits = to + 12;
  std::uint8_t* next = digits;
  std::uint8_t* last_significant = digits;
  std::uint32_t valid = 1;
  int weight = static_cast<int>((whole + 3) / 4) - 1;
  const auto append = [&](std::uint32_t ascii) noexcept {
    valid &= static_cast<std::uint32_t>(all_digits(ascii));
    const std::uint32_t digit = four_digits(ascii);
    if (digit == 0 && next == digits) {
      --weight;
      return;
    }
    store_big(next, static_cast<std::uint16_t>(digit));
    next += 2;
    if (digit != 0) last_significant = next;
  };

  const std::uint8_t* from = text;
  if (const std::size_t odd = whole % 4; odd != 0) {
    append(right_aligned(from, odd));
    from += odd;
    whole -= odd;
  }
  for (; whole != 0; whole -= 4, from += 4) append(load_little<std::uint32_t>(from));
  if (fraction != 0) ++from;  // the point
  std::size_t left = fraction;
  for (; left >= 4; left -= 4, from += 4) append(load_little<std::uint32_t>(from));
  if (left != 0) append(left_aligned(from, left));
  if (valid == 0) return ValueFault::invalid_number;

  const auto n_bytes = static_cast<std::size_t>(last_significant - digits);
  const bool zero = n_bytes == 0;
  store_big(to, static_cast<std::uint32_t>(8 + n_bytes));
  store_big(to + 4, static_cast<std::uint16_t>(n_bytes / 2));
  store_big(to + 6, static_cast<std::uint16_t>(zero ? 0 : weight));
  store_big(to + 8, static_cast<std::uint16_t>(negative && !zero ? 0x4000 : 0));
  store_big(to + 10, static_cast<std::uint16_t>(scale));
  to = digits + n_bytes;
  return ValueFault::none;
}

}  // namespace millrace
