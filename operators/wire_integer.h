#pragma once

#include <cstddef>
#include <cstdint>

#include "operators/byte_order.h"
#include "operators/column_encoding.h"

namespace millrace {

/// An integer of any width and sign, read from the wire: `bits` is the value, or the value plus
/// 2^64 where it is negative.
struct IntegerValue {
  std::uint64_t bits = 0;
  bool negative = false;

  std::uint64_t magnitude() const noexcept { return negative ? 0 - bits : bits; }
  /// Whether an int64 holds it.
  bool fits_int64() const noexcept { return negative || bits >> 63 == 0; }
  /// Requires: fits_int64().
  std::int64_t as_int64() const noexcept { return static_cast<std::int64_t>(bits); }
};

constexpr std::size_t wire_bytes(WireInteger integer) noexcept {
  return std::size_t{1} << static_cast<unsigned>(integer) / 2;
}

/// Requires: wire_bytes(integer) bytes at `from`.
inline IntegerValue load_integer(WireInteger integer, const std::uint8_t* from) noexcept {
  const auto of_signed = [](std::int64_t value) noexcept {
    return IntegerValue{static_cast<std::uint64_t>(value), value < 0};
  };
  switch (integer) {
    case WireInteger::int8: return of_signed(load_little<std::int8_t>(from));
    case WireInteger::uint8: return {*from, false};
    case WireInteger::int16: return of_signed(load_little<std::int16_t>(from));
    case WireInteger::uint16: return {load_little<std::uint16_t>(from), false};
    case WireInteger::int32: return of_signed(load_little<std::int32_t>(from));
    case WireInteger::uint32: return {load_little<std::uint32_t>(from), false};
    case WireInteger::int64: return of_signed(load_little<std::int64_t>(from));
    case WireInteger::uint64: return {load_little<std::uint64_t>(from), false};
  }
  return {};
}

}  // namespace millrace
