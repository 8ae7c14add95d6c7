#include "operators/value_fault.h"

namespace millrace {

std::string_view describe(ValueFault fault) noexcept {
  switch (fault) {
    case ValueFault::none: return "no fault";
    case ValueFault::out_of_range: return "out of range for the target type";
    case ValueFault::not_boolean: return "neither 0 nor 1";
    case ValueFault::zero_date: return "zero or partial date";
    case ValueFault::invalid_time: return "no such date or time of day";
    case ValueFault::nul_in_text: return "NUL byte in text";
    case ValueFault::invalid_utf8: return "invalid UTF-8";
    case ValueFault::invalid_json: return "not JSON that PostgreSQL can hold";
    case ValueFault::equal_keys: return "equal keys in a JSON object, of which jsonb keeps one";
    case ValueFault::too_long: return "too long for the target type";
    case ValueFault::invalid_enum: return "empty value that is no label of the enum";
    case ValueFault::invalid_uuid: return "invalid UUID";
    case ValueFault::invalid_inet: return "invalid network address";
    case ValueFault::invalid_geometry: return "invalid geometry";
    case ValueFault::invalid_number: return "invalid number";
    case ValueFault::null_not_allowed: return "NULL in a NOT NULL column";
    case ValueFault::inexact: return "more digits than the target type keeps";
    case ValueFault::unknown_word: return "neither a true nor a false word of the rule";
  }
  return "unknown fault";
}

std::string_view remedy(ValueFault fault) noexcept {
  switch (fault) {
    case ValueFault::not_boolean: return "--tinyint1 smallint";
    case ValueFault::invalid_json: return "--json-type text";
    case ValueFault::equal_keys: return "--json-type json";
    case ValueFault::invalid_enum: return "--enum text";
    case ValueFault::none:
    case ValueFault::out_of_range:
    case ValueFault::zero_date:
    case ValueFault::invalid_time:
    case ValueFault::nul_in_text:
    case ValueFault::invalid_utf8:
    case ValueFault::too_long:
    case ValueFault::invalid_uuid:
    case ValueFault::invalid_inet:
    case ValueFault::invalid_geometry:
    case ValueFault::invalid_number:
    case ValueFault::null_not_allowed:
    case ValueFault::inexact:
    case ValueFault::unknown_word: return {};
  }
  return {};
}

}  // namespace millrace
