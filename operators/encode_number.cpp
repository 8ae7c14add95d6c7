#include "operators/encode_number.h"

#include <array>
#include <bit>
#include <cstring>

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

// Eight ASCII digits as two digits of base 10,000: the first in the low half, the second in the
// high half.
inline std::uint64_t two_groups(std::uint64_t ascii) noexcept {
  const std::uint64_t values = ascii - 0x3030303030303030U;
  const std::uint64_t pairs = (values * 10 + (values >> 8)) & 0x00ff00ff00ff00ffU;
  return (pairs * 100 + (pairs >> 16)) & 0x0000ffff0000ffffU;
}

inline bool all_digits(std::uint64_t ascii) noexcept {
  constexpr std::uint64_t high = 0xf0f0f0f0f0f0f0f0U;
  return ((ascii & high) | (((ascii + 0x0606060606060606U) & high) >> 4)) == 0x3333333333333333U;
}

// Shifts by `count` bytes, 0 to 8, towards the last and towards the first character.
inline std::uint64_t shift_back(std::uint64_t word, std::size_t count) noexcept {
  return word << 4 * count << 4 * count;
}
inline std::uint64_t shift_front(std::uint64_t word, std::size_t count) noexcept {
  return word >> 4 * count >> 4 * count;
}

// Any decimal, digit group by digit group.
ValueFault encode_long_decimal(std::uint8_t*& to, const std::uint8_t* text, std::size_t bytes,
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

}  // namespace

ValueFault encode_decimal(std::uint8_t*& to, FieldView field, const std::uint8_t* readable_end,
                          std::uint8_t scale) noexcept {
  // Nearly all decimals have at most eight digits on either side of the point: two groups each,
  // without a branch that depends on the value.
  constexpr std::size_t side = 8;
  constexpr std::size_t window = 1 + side + 1 + side;
  constexpr std::uint64_t zeros = 0x3030303030303030U;

  const std::size_t negative = field.bytes != 0 && *field.data == '-' ? 1 : 0;
  const std::size_t tail = scale == 0 ? 0 : std::size_t{scale} + 1;
  const std::size_t whole = field.bytes - negative - tail;  // wraps if there are too few bytes
  if (whole > side || scale > side || whole + scale == 0) {
    return encode_long_decimal(to, field.data, field.bytes, scale);
  }
  std::array<std::uint8_t, window> copy{};
  const std::uint8_t* text = field.data;
  if (static_cast<std::size_t>(readable_end - text) < window) {
    std::memcpy(copy.data(), text, field.bytes);
    text = copy.data();
  }
  text += negative;

  const std::uint64_t before =
      shift_back(load_little<std::uint64_t>(text), side - whole) | shift_front(zeros, whole);
  const std::uint64_t behind_mask = ~shift_back(~std::uint64_t{0}, scale);
  const std::uint64_t behind =
      (load_little<std::uint64_t>(text + whole + 1) & behind_mask) | (zeros & ~behind_mask);
  if (!all_digits(before) || !all_digits(behind) || (scale != 0 && text[whole] != '.')) {
    return encode_long_decimal(to, field.data, field.bytes, scale);  // which says why
  }
  // Four groups, the first on top, as they will lie in memory.
  const std::uint64_t high = two_groups(before);
  const std::uint64_t low = two_groups(behind);
  const std::uint64_t groups = high << 48 | (high >> 32) << 32 | (low & 0xffff) << 16 | low >> 32;
  if (groups == 0) {
    store_big(to, std::uint32_t{8});
    store_big(to + 4, std::uint64_t{scale});
    to += 12;
    return ValueFault::none;
  }
  const auto leading = static_cast<std::uint64_t>(std::countl_zero(groups) / 16);
  const auto trailing = static_cast<std::uint64_t>(std::countr_zero(groups) / 16);
  const std::uint64_t n_digits = 4 - leading - trailing;
  const std::uint64_t weight = (1 - leading) & 0xffff;
  store_big(to, static_cast<std::uint32_t>(8 + 2 * n_digits));
  store_big(to + 4, n_digits << 48 | weight << 32 | std::uint64_t{negative} << 30 | scale);
  store_big(to + 12, groups << 16 * leading);
  to += 12 + 2 * n_digits;
  return ValueFault::none;
}

}  // namespace millrace
