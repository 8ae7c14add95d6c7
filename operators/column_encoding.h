#pragma once

#include <cstdint>

namespace millrace {

/// How one field of the MySQL binary protocol becomes one COPY binary field.
/// Named source_to_target; the source says what lies on the wire, the target what PostgreSQL reads.
///
/// A new member needs: an arm in row_encoder.cpp and describe_value.cpp (both switches are
/// exhaustive, so the compiler asks for them), a case file in tests/cases, a benchmark.
enum class Encoding : std::uint8_t {
  int8_to_int2,
  uint8_to_int2,
  int8_to_bool,  // signed or unsigned: 0 and 1 are allowed, nothing else
  int16_to_int2,
  uint16_to_int4,
  uint16_to_int2,  // YEAR: never above 2155; a larger one is out_of_range
  int32_to_int4,   // INT, and MEDIUMINT of both kinds: 4 bytes on the wire
  uint32_to_int8,
  int64_to_int8,
  uint64_to_int8,     // above 2^63-1: out_of_range
  uint64_to_numeric,  // numeric(20,0)
  decimal_to_numeric,
  float_to_float4,
  double_to_float8,
  bit_to_bool,
  bit_to_bit,
  date_to_date,
  datetime_to_timestamp,  // and TIMESTAMP to timestamptz: the session is UTC, the bytes are equal
  time_to_interval,
  time_to_time,  // negative or above 24:00:00: out_of_range
  utf8_to_text,  // text and varchar(n)
  latin1_to_text,
  utf8_to_bpchar,
  latin1_to_bpchar,
  utf8_to_enum,  // native enum, or text with a CHECK
  latin1_to_enum,
  utf8_to_text_array,  // SET
  latin1_to_text_array,
  bytes_to_bytea,
  json_to_jsonb,
  json_to_json,
  geometry_to_ewkb,  // bytea, or PostGIS geometry
  text_to_uuid,
  text_to_inet,
};

/// One column's encoding with its parameters; read-only once planned, shared by all lanes.
struct ColumnEncoding {
  Encoding encoding = Encoding::int8_to_int2;
  std::uint8_t scale = 0;               // numeric: digits after the point (dscale)
  bool allows_empty = false;            // enum: '' is a label, not the sign of a broken value
  std::uint32_t length_characters = 0;  // bpchar: pad to; text: the most allowed; 0: no limit
  std::uint32_t bits = 0;               // bit(n)
  std::uint32_t fraction_digits = 0;    // datetime, timestamp, time: for messages

  bool operator==(const ColumnEncoding&) const = default;
};

}  // namespace millrace
