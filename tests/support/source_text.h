#pragma once

#include <string_view>

#include "io/source_schema.h"
#include "tests/support/wire_row.h"

namespace millrace {

/// The column that a piece of MySQL DDL declares: "decimal(10,2) unsigned",
/// "varchar(10) charset latin1", "enum('a','b')", "bigint unsigned auto_increment".
/// Errors: std::runtime_error for what it does not know.
SourceColumn column_of(std::string_view type);

/// The wire bytes of a value that is given as MySQL prints it; blobs and geometry as 0x and hex,
/// bits as 0 and 1. Values that no server would send are allowed: they test the encoder.
/// Errors: std::runtime_error for what it cannot read.
WireField wire_value(const SourceColumn& column, std::string_view text);

}  // namespace millrace
