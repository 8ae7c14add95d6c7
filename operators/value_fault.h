#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

/// Why one source value cannot become a value of its target column.
enum class ValueFault : std::uint8_t {
  none,
  out_of_range,  // a number outside the target type
  not_boolean,   // tinyint(1) other than 0 and 1
  zero_date,     // '0000-00-00', or a zero month or day
  invalid_time,  // fields that no calendar or clock has
  nul_in_text,   // U+0000, which PostgreSQL text cannot hold
  invalid_utf8,
  invalid_json,  // not JSON, or JSON that jsonb cannot hold (\u0000, lone surrogates)
  equal_keys,    // of an object in JSON: jsonb keeps one of their values
  too_long,      // more characters than the target's length
  invalid_enum,  // the empty "error" member of an ENUM
  invalid_uuid,
  invalid_inet,
  invalid_geometry,
  invalid_number,
  null_not_allowed,
  inexact,       // a number with more digits than the target keeps
  unknown_word,  // text that is neither one of the true nor one of the false words
};

/// The fault in words, for example "zero or partial date".
std::string_view describe(ValueFault fault) noexcept;

/// What to type to get past the fault, for example "--tinyint1 smallint"; may be empty.
std::string_view remedy(ValueFault fault) noexcept;

}  // namespace millrace
