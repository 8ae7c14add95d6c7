#pragma once

#include <cstddef>

#include "operators/column_encoding.h"
#include "operators/encode_converted.h"
#include "operators/encode_number.h"
#include "operators/encode_text.h"
#include "operators/wire_field.h"

// How much room a row takes: known for a column where its values are small, else from the value.
namespace millrace {

inline constexpr std::size_t length_bytes = 4;  // in front of each field

/// Bytes of a value that are reserved for every row: all of it where its size is bounded and small.
inline std::size_t reserved_bytes(const ColumnEncoding& column) noexcept {
  switch (column.encoding) {
    case Encoding::int8_to_bool:
    case Encoding::integer_to_bool:
    case Encoding::nonzero_to_bool:
    case Encoding::text_to_bool:
    case Encoding::bit_to_bool: return 1;
    case Encoding::integer_to_int2:
    case Encoding::text_to_int2:
    case Encoding::int8_to_int2:
    case Encoding::uint8_to_int2:
    case Encoding::int16_to_int2:
    case Encoding::uint16_to_int2: return 2;
    case Encoding::uint16_to_int4:
    case Encoding::int32_to_int4:
    case Encoding::float_to_float4:
    case Encoding::integer_to_int4:
    case Encoding::integer_to_float4:
    case Encoding::integer_to_rounded_float4:
    case Encoding::double_to_float4:
    case Encoding::text_to_int4:
    case Encoding::date_to_date: return 4;
    case Encoding::uint32_to_int8:
    case Encoding::int64_to_int8:
    case Encoding::uint64_to_int8:
    case Encoding::double_to_float8:
    case Encoding::datetime_to_timestamp:
    case Encoding::integer_to_int8:
    case Encoding::integer_to_float8:
    case Encoding::integer_to_timestamp:
    case Encoding::float_to_float8:
    case Encoding::text_to_int8:
    case Encoding::text_to_float8:
    case Encoding::time_to_time: return 8;
    case Encoding::time_to_interval:
    case Encoding::bytes_to_uuid:
    case Encoding::swapped_bytes_to_uuid:
    case Encoding::text_to_uuid: return 16;
    case Encoding::integer_to_numeric:
    case Encoding::uint64_to_numeric: return 18;
    case Encoding::integer_to_text: return longest_integer_text;
    case Encoding::uint32_to_inet:
    case Encoding::bytes_to_inet:
    case Encoding::text_to_inet: return 20;
    case Encoding::decimal_to_numeric: return longest_numeric_bytes;
    case Encoding::bit_to_bit: return length_bytes + (column.bits + 7) / 8;
    case Encoding::json_to_jsonb: return 1;  // its version byte
    case Encoding::utf8_to_bpchar:
    case Encoding::latin1_to_bpchar: return column.length_characters;  // its padding
    case Encoding::utf8_to_text:
    case Encoding::latin1_to_text:
    case Encoding::utf8_to_enum:
    case Encoding::latin1_to_enum:
    case Encoding::utf8_to_text_array:
    case Encoding::latin1_to_text_array:
    case Encoding::bytes_to_bytea:
    case Encoding::json_to_json:
    case Encoding::geometry_to_ewkb: return 0;
  }
  return 0;
}

/// The most bytes that a value takes beyond the reserved ones.
inline std::size_t variable_bytes(Encoding encoding, FieldView field) noexcept {
  switch (encoding) {
    case Encoding::utf8_to_text:
    case Encoding::utf8_to_bpchar:
    case Encoding::utf8_to_enum:
    case Encoding::bytes_to_bytea:
    case Encoding::json_to_jsonb:
    case Encoding::json_to_json:
    case Encoding::geometry_to_ewkb: return field.bytes;
    case Encoding::latin1_to_text:
    case Encoding::latin1_to_bpchar:
    case Encoding::latin1_to_enum: return latin1_bytes_as_utf8(field.data, field.bytes);
    case Encoding::utf8_to_text_array:
    case Encoding::latin1_to_text_array: return array_bytes_at_most(field.bytes);
    default: return 0;
  }
}

}  // namespace millrace
