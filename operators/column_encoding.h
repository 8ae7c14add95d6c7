#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

  // What only a rule asks for. integer_...: ColumnEncoding::wire says what lies on the wire.
  integer_to_int2,  // outside the target: out_of_range; likewise the next three
  integer_to_int4,
  integer_to_int8,
  integer_to_numeric,         // numeric(precision,scale), or without a limit where precision is 0
  integer_to_float4,          // more digits than the target keeps: inexact
  integer_to_rounded_float4,  // the nearest number that the target has
  integer_to_float8,          // as integer_to_float4
  integer_to_bool,            // 0 and 1, nothing else
  nonzero_to_bool,            // 0 is false, everything else true
  integer_to_text,            // decimal digits
  integer_to_timestamp,       // time since 1970 in units of microseconds_per_unit
  uint32_to_inet,             // MySQL's INET_ATON(), whatever the integer's width
  float_to_float8,
  double_to_float4,  // the nearest number that the target has; beyond it: out_of_range
  text_to_int2,
  text_to_int4,
  text_to_int8,
  text_to_float8,
  text_to_bool,           // by ColumnLiterals::true_texts and false_texts
  bytes_to_uuid,          // 16 bytes in the order in which they are written
  swapped_bytes_to_uuid,  // 16 bytes as UUID_TO_BIN(u, 1) leaves them
  bytes_to_inet,          // 4 or 16 bytes as INET6_ATON() leaves them
};

inline constexpr std::size_t n_encodings = static_cast<std::size_t>(Encoding::bytes_to_inet) + 1;

/// Which integer lies on the wire.
enum class WireInteger : std::uint8_t {
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
};

/// Values of the source that a rule gives a meaning of their own.
struct ColumnLiterals {
  // These become NULL, each list by the shape of the field.
  std::vector<std::uint64_t> null_integers;  // as on the wire: -1 is 2^64-1
  std::vector<double> null_floats;
  std::vector<std::string> null_texts;
  bool null_zero_date = false;  // '0000-00-00', with or without a zero time

  std::vector<std::string> true_texts;
  std::vector<std::string> false_texts;

  /// Whether any value becomes NULL.
  bool make_nulls() const noexcept {
    return !null_integers.empty() || !null_floats.empty() || !null_texts.empty() || null_zero_date;
  }
  bool operator==(const ColumnLiterals&) const = default;
};

/// A column's literals, shared by all copies of its encoding; none for most columns. Compared by
/// what they say.
class SharedLiterals {
 public:
  SharedLiterals() = default;
  explicit SharedLiterals(ColumnLiterals literals)
      : literals_(std::make_shared<const ColumnLiterals>(std::move(literals))) {}

  /// Null where there are none.
  const ColumnLiterals* get() const noexcept { return literals_.get(); }
  bool operator==(const SharedLiterals& other) const {
    if (literals_ == nullptr || other.literals_ == nullptr) return literals_ == other.literals_;
    return *literals_ == *other.literals_;
  }

 private:
  std::shared_ptr<const ColumnLiterals> literals_;
};

/// One column's encoding with its parameters; read-only once planned, shared by all lanes.
struct ColumnEncoding {
  Encoding encoding = Encoding::int8_to_int2;
  WireInteger wire = WireInteger::int32;    // integer_...: what lies on the wire
  std::uint8_t scale = 0;                   // numeric: digits after the point (dscale)
  std::uint8_t precision = 0;               // integer_to_numeric: digits in all; 0: no limit
  bool allows_empty = false;                // enum: '' is a label, not the sign of a broken value
  bool refuses_null = false;                // the target's column is NOT NULL, the source's is not
  std::uint32_t length_characters = 0;      // bpchar: pad to; text: the most allowed; 0: no limit
  std::uint32_t bits = 0;                   // bit(n)
  std::uint32_t fraction_digits = 0;        // datetime, timestamp, time: for messages
  std::uint32_t microseconds_per_unit = 0;  // integer_to_timestamp: 1,000,000 for seconds
  SharedLiterals literals = {};

  bool operator==(const ColumnEncoding&) const = default;
};

/// Fields that are the same in every row and come from no source column, encoded beforehand.
struct ConstantFields {
  std::uint16_t count = 0;
  std::string bytes;  // COPY binary fields one after the other, length words included

  bool operator==(const ConstantFields&) const = default;
};

}  // namespace millrace
