#pragma once

#include <string>
#include <vector>

#include "io/binary_row.h"
#include "operators/column_encoding.h"

namespace millrace {

/// Encodes rows the way one would write it first: every value becomes text, as the text protocol
/// has it, and the text is parsed with the C library. The benchmarks compare its answer with
/// RowEncoder's before they time either. It knows sound values only.
class NaiveEncoder {
 public:
  explicit NaiveEncoder(std::vector<ColumnEncoding> columns) : columns_(std::move(columns)) {}

  /// One COPY binary tuple. Errors: std::runtime_error for an encoding that no benchmark has.
  std::string encode(const BinaryRowView& row) const;

 private:
  std::vector<ColumnEncoding> columns_;
};

}  // namespace millrace
