#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/chunk.h"
#include "io/binary_row.h"
#include "operators/row_encoder.h"

namespace millrace {

/// One value of a rejected row that did not fit.
struct RejectedValue {
  std::uint16_t column = 0;  // position in the SELECT list
  ValueFault fault = ValueFault::none;
};

/// Why the value does not fit, for people.
std::string reason_of(const TableWork& table, RejectedValue fault);
/// The value as messages show it.
std::string shown_value(const TableWork& table, const BinaryRowView& row, std::size_t column);

/// The first line of a table's reject file: what the lines after it are about. With line feed.
///
///    header  := {"millrace":"rejects","version":1,"source":"db.table","schema":s,"table":t,
///                "columns":[target columns in the order of "tuple"]}
std::string reject_header(const TableWork& table);

/// One rejected row as a line of JSON, with line feed.
///
///    line    := {"chunk":n,"key":{column:value},"reason":"column: why; ...",
///                "mend":{target column:value},   the values that did not fit: the place to mend
///                "row":{source column:value},    the whole row as it was in the source, to read
///                "tuple":base64}                 the row encoded, with NULL for what did not fit
///    value   := null | "text" | {"base64":"bytes"}     bytes: binary columns, and broken text
///
/// `tuple`: the COPY binary tuple of the row without the values in `faults`.
std::string reject_line(const TableWork& table, std::uint64_t chunk, const BinaryRowView& row,
                        std::span<const RejectedValue> faults, std::string_view tuple);

}  // namespace millrace
