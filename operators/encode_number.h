#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "operators/byte_order.h"
#include "operators/value_fault.h"
#include "operators/wire_field.h"

// Numbers as COPY binary fields, length word included.
//    int2, int4, int8  := int32(n) int{n}
//    float4, float8    := int32(n) IEEE 754, big-endian
//    numeric           := int32(n) int16(n_digits) int16(weight) int16(sign) int16(dscale) int16*
// A numeric's digits are base 10,000, the first counts 10,000^weight; the server keeps and sends
// neither leading nor trailing zero digits, and zero has no digit, weight 0 and no sign.
// Source: PostgreSQL, src/backend/utils/adt/numeric.c, numeric_send() and strip_var().

namespace millrace {

inline void encode_int2(std::uint8_t*& to, std::uint16_t value) noexcept {
  store_big(to, std::uint32_t{2});
  store_big(to + 4, value);
  to += 6;
}

inline void encode_int4(std::uint8_t*& to, std::uint32_t value) noexcept {
  store_big(to, std::uint64_t{4} << 32 | value);
  to += 8;
}

inline void encode_int8(std::uint8_t*& to, std::uint64_t value) noexcept {
  store_big(to, std::uint32_t{8});
  store_big(to + 4, value);
  to += 12;
}

inline void encode_bool(std::uint8_t*& to, bool value) noexcept {
  store_big(to, std::uint32_t{1});
  to[4] = value ? 1 : 0;
  to += 5;
}

// The most bytes of a numeric's value: MySQL has at most 65 digits, and a sign, a point and
// leading zeros; longer text is refused.
constexpr std::size_t longest_decimal_text = 80;
constexpr std::size_t longest_numeric_bytes = 8 + 2 * (longest_decimal_text / 4 + 2);

/// Encode an unsigned integer as numeric(20,0).
inline void encode_uint64_numeric(std::uint8_t*& to, std::uint64_t value) noexcept {
  // At most five digits, filled from the lowest; zero digits at both ends are left out.
  std::array<std::uint16_t, 5> digits{};
  std::size_t first = digits.size();
  while (value != 0) {
    digits[--first] = static_cast<std::uint16_t>(value % 10000);
    value /= 10000;
  }
  const std::size_t weight_digits = digits.size() - first;
  std::size_t end = digits.size();
  while (end > first && digits[end - 1] == 0) --end;

  const std::size_t n_digits = end - first;
  store_big(to, static_cast<std::uint32_t>(8 + 2 * n_digits));
  store_big(to + 4, static_cast<std::uint16_t>(n_digits));
  store_big(to + 6, static_cast<std::uint16_t>(n_digits == 0 ? 0 : weight_digits - 1));
  store_big(to + 8, std::uint32_t{0});  // sign and dscale
  to += 12;
  for (std::size_t i = first; i < end; ++i, to += 2) store_big(to, digits[i]);
}

/// Encode DECIMAL text such as "-00123.4500" as numeric(p, scale).
///
/// Requires: room for 4 + longest_numeric_bytes bytes at `to`.
/// Errors:   invalid_number, with `to` as it was, for anything but an optional sign, digits and
///           exactly `scale` digits after a point.
ValueFault encode_decimal(std::uint8_t*& to, FieldView text, const std::uint8_t* readable_end,
                          std::uint8_t scale) noexcept;

}  // namespace millrace
