#include "operators/wire_forms.h"

#include "operators/wire_field.h"

namespace millrace {
namespace {

WireContent content_of(WireInteger integer) noexcept {
  return static_cast<unsigned>(integer) % 2 == 0 ? WireContent::signed_integer
                                                 : WireContent::unsigned_integer;
}

WireContent content_of(const ColumnEncoding& column) noexcept {
  switch (column.encoding) {
    case Encoding::int8_to_int2:
    case Encoding::int16_to_int2:
    case Encoding::int32_to_int4:
    case Encoding::int64_to_int8: return WireContent::signed_integer;
    case Encoding::uint8_to_int2:
    case Encoding::uint16_to_int4:
    case Encoding::uint16_to_int2:
    case Encoding::uint32_to_int8:
    case Encoding::uint64_to_int8:
    case Encoding::uint64_to_numeric: return WireContent::unsigned_integer;
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
    case Encoding::uint32_to_inet: return content_of(column.wire);
    case Encoding::float_to_float4:
    case Encoding::float_to_float8:
    case Encoding::double_to_float8:
    case Encoding::double_to_float4: return WireContent::floating;
    case Encoding::date_to_date:
    case Encoding::datetime_to_timestamp: return WireContent::date;
    case Encoding::time_to_interval:
    case Encoding::time_to_time: return WireContent::time;
    case Encoding::latin1_to_text:
    case Encoding::latin1_to_bpchar:
    case Encoding::latin1_to_enum:
    case Encoding::latin1_to_text_array: return WireContent::latin1_text;
    default: return WireContent::any;
  }
}

}  // namespace

std::vector<WireForm> wire_forms(std::span<const ColumnEncoding> columns) {
  std::vector<WireForm> forms;
  forms.reserve(columns.size());
  for (const ColumnEncoding& column : columns) {
    forms.push_back({.shape = wire_shape(column), .content = content_of(column)});
  }
  return forms;
}

}  // namespace millrace
