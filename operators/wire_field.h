#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "io/wire_form.h"
#include "operators/byte_order.h"
#include "operators/column_encoding.h"

// A field of a binary result set row:
//    field    := fixed | temporal | string        nothing at all for NULL (see the row's bitmap)
//    fixed    := byte{1|2|4|8}                    little-endian
//    temporal := n byte{n}                        n: 0, 4, 7, 11 (date, datetime); 0, 8, 12 (time)
//    string   := length byte{length}
//    length   := byte < 0xfb | 0xfc byte{2} | 0xfd byte{3} | 0xfe byte{8}
// Source: MySQL internals manual, "Binary Protocol Value" and "Length-Encoded Integer".

namespace millrace {

constexpr WireShape wire_shape(WireInteger integer) noexcept {
  constexpr std::array<WireShape, 4> shapes = {WireShape::one, WireShape::two, WireShape::four,
                                               WireShape::eight};
  return shapes[static_cast<std::size_t>(integer) / 2];
}

constexpr WireShape wire_shape(const ColumnEncoding& column) noexcept {
  switch (column.encoding) {
    case Encoding::int8_to_int2:
    case Encoding::uint8_to_int2:
    case Encoding::int8_to_bool: return WireShape::one;
    case Encoding::int16_to_int2:
    case Encoding::uint16_to_int4:
    case Encoding::uint16_to_int2: return WireShape::two;
    case Encoding::int32_to_int4:
    case Encoding::uint32_to_int8:
    case Encoding::float_to_float4:
    case Encoding::float_to_float8: return WireShape::four;
    case Encoding::int64_to_int8:
    case Encoding::uint64_to_int8:
    case Encoding::uint64_to_numeric:
    case Encoding::double_to_float8:
    case Encoding::double_to_float4: return WireShape::eight;
    case Encoding::integer_to_int2:
    case Encoding::integer_to_int4:
    case Encoding::integer_to_int8:
    case Encoding::integer_to_numeric:
    case Encoding::integer_to_float4:
    case Encoding::integer_to_rounded_float4:
    case Encoding::integer_to_float8:
    case Encoding::integer_to_bool:
    case Encoding::nonzero_to_bool:
    case Encoding::integer_to_text:
    case Encoding::integer_to_timestamp:
    case Encoding::uint32_to_inet: return wire_shape(column.wire);
    case Encoding::date_to_date:
    case Encoding::datetime_to_timestamp:
    case Encoding::time_to_interval:
    case Encoding::time_to_time: return WireShape::temporal;
    case Encoding::decimal_to_numeric:
    case Encoding::bit_to_bool:
    case Encoding::bit_to_bit:
    case Encoding::utf8_to_text:
    case Encoding::latin1_to_text:
    case Encoding::utf8_to_bpchar:
    case Encoding::latin1_to_bpchar:
    case Encoding::utf8_to_enum:
    case Encoding::latin1_to_enum:
    case Encoding::utf8_to_text_array:
    case Encoding::latin1_to_text_array:
    case Encoding::bytes_to_bytea:
    case Encoding::json_to_jsonb:
    case Encoding::json_to_json:
    case Encoding::geometry_to_ewkb:
    case Encoding::text_to_uuid:
    case Encoding::text_to_inet:
    case Encoding::text_to_int2:
    case Encoding::text_to_int4:
    case Encoding::text_to_int8:
    case Encoding::text_to_float8:
    case Encoding::text_to_bool:
    case Encoding::bytes_to_uuid:
    case Encoding::swapped_bytes_to_uuid:
    case Encoding::bytes_to_inet: return WireShape::string;
  }
  return WireShape::string;
}

/// The bytes of one value, without their length. Borrowed from the row.
struct FieldView {
  const std::uint8_t* data = nullptr;
  std::size_t bytes = 0;
};

/// Read a temporal field at `in` and step past it; false if it does not end before `end`.
inline bool read_temporal(const std::uint8_t*& in, const std::uint8_t* end,
                          FieldView& field) noexcept {
  if (in == end) return false;
  const std::size_t bytes = *in;
  if (static_cast<std::size_t>(end - in) <= bytes) return false;
  field = {in + 1, bytes};
  in += 1 + bytes;
  return true;
}

/// Read a string field of 251 bytes or more.
inline bool read_long_string(const std::uint8_t*& in, const std::uint8_t* end,
                             FieldView& field) noexcept {
  const auto left = static_cast<std::size_t>(end - in);
  std::size_t head = 0;
  std::uint64_t bytes = 0;
  switch (*in) {
    case 0xfc:
      head = 3;
      if (left < head) return false;
      bytes = load_little<std::uint16_t>(in + 1);
      break;
    case 0xfd:
      head = 4;
      if (left < head) return false;
      bytes = load_little<std::uint32_t>(in) >> 8;
      break;
    case 0xfe:
      head = 9;
      if (left < head) return false;
      bytes = load_little<std::uint64_t>(in + 1);
      break;
    default: return false;  // 0xfb is NULL in the text protocol, 0xff an error packet
  }
  if (left - head < bytes) return false;
  field = {in + head, bytes};
  in += head + bytes;
  return true;
}

/// Read a string field at `in` and step past it; false if it does not end by `end`.
inline bool read_string(const std::uint8_t*& in, const std::uint8_t* end,
                        FieldView& field) noexcept {
  if (in == end) return false;
  const std::size_t bytes = *in;
  if (bytes >= 0xfb) {
    // By way of copies: the caller's stay in registers.
    const std::uint8_t* next = in;
    FieldView read;
    const bool whole = read_long_string(next, end, read);
    in = next;
    field = read;
    return whole;
  }
  if (static_cast<std::size_t>(end - in) <= bytes) return false;
  field = {in + 1, bytes};
  in += 1 + bytes;
  return true;
}

/// Read a field of any shape at `in` and step past it; false if it does not end by `end`.
inline bool read_field(WireShape shape, const std::uint8_t*& in, const std::uint8_t* end,
                       FieldView& field) noexcept {
  std::size_t bytes = 0;
  switch (shape) {
    case WireShape::temporal: return read_temporal(in, end, field);
    case WireShape::string: return read_string(in, end, field);
    case WireShape::one: bytes = 1; break;
    case WireShape::two: bytes = 2; break;
    case WireShape::four: bytes = 4; break;
    case WireShape::eight: bytes = 8; break;
  }
  if (static_cast<std::size_t>(end - in) < bytes) return false;
  field = {in, bytes};
  in += bytes;
  return true;
}

}  // namespace millrace
