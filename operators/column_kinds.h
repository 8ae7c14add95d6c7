#pragma once

#include <string>

#include "io/source_schema.h"
#include "operators/column_encoding.h"

// What a source column is, as conversions ask for it.
namespace millrace::column_kinds {

inline bool is_integer(const SourceColumn& column) {
  switch (column.type) {
    case SourceType::tinyint:
    case SourceType::smallint:
    case SourceType::mediumint:
    case SourceType::integer:
    case SourceType::bigint:
    case SourceType::year: return true;
    default: return false;
  }
}
inline bool is_float(const SourceColumn& column) { return column.type == SourceType::float32; }
inline bool is_double(const SourceColumn& column) { return column.type == SourceType::float64; }
inline bool is_decimal(const SourceColumn& column) { return column.type == SourceType::decimal; }
inline bool is_whole_decimal(const SourceColumn& column) {
  return is_decimal(column) && column.scale == 0;
}
inline bool is_bytes(const SourceColumn& column) {
  switch (column.type) {
    case SourceType::binary:
    case SourceType::varbinary:
    case SourceType::blob: return true;
    case SourceType::character:
    case SourceType::varchar:
    case SourceType::text: return column.charset == "binary";
    default: return false;
  }
}
inline bool is_string(const SourceColumn& column) {
  return (column.type == SourceType::character || column.type == SourceType::varchar ||
          column.type == SourceType::text) &&
         column.charset != "binary";
}
inline bool is_enum(const SourceColumn& column) { return column.type == SourceType::enumeration; }
inline bool is_set(const SourceColumn& column) { return column.type == SourceType::set; }
inline bool is_word(const SourceColumn& column) { return is_string(column) || is_enum(column); }
inline bool is_json(const SourceColumn& column) { return column.type == SourceType::json; }
inline bool is_time(const SourceColumn& column) { return column.type == SourceType::time; }
inline bool is_instant(const SourceColumn& column) {
  return column.type == SourceType::datetime || column.type == SourceType::timestamp ||
         column.type == SourceType::date;
}
inline bool is_geometry(const SourceColumn& column) { return column.type == SourceType::geometry; }
inline bool is_bit1(const SourceColumn& column) {
  return column.type == SourceType::bit && column.display_width <= 1;
}
inline bool is_address(const SourceColumn& column) {
  return column.type == SourceType::uuid || column.type == SourceType::inet4 ||
         column.type == SourceType::inet6;
}
inline bool is_short_bytes(const SourceColumn& column) {
  return is_bytes(column) && column.length_bytes >= 16;
}

/// Which integer lies on the wire for an integer column.
inline WireInteger wire_of(const SourceColumn& column) {
  const bool is_unsigned = column.is_unsigned;
  switch (column.type) {
    case SourceType::tinyint: return is_unsigned ? WireInteger::uint8 : WireInteger::int8;
    case SourceType::smallint: return is_unsigned ? WireInteger::uint16 : WireInteger::int16;
    case SourceType::year: return WireInteger::uint16;
    case SourceType::bigint: return is_unsigned ? WireInteger::uint64 : WireInteger::int64;
    default: return is_unsigned ? WireInteger::uint32 : WireInteger::int32;
  }
}

/// Its type as the source writes it, for messages.
inline std::string shown_type(const SourceColumn& column) {
  return column.column_type.empty() ? column.data_type : column.column_type;
}

}  // namespace millrace::column_kinds
