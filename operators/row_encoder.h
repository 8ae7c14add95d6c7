#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/binary_row.h"
#include "io/wire_form.h"
#include "operators/column_encoding.h"
#include "operators/value_fault.h"

namespace millrace {

enum class RowStatus : std::uint8_t {
  encoded,    // `bytes` bytes of one tuple were written
  no_space,   // nothing kept; call again with at least `bytes` bytes of room
  fault,      // nothing kept; `column` and `fault` say why
  malformed,  // the row ends before its fields do: the stream is broken
};

struct RowOutcome {
  RowStatus status = RowStatus::encoded;
  ValueFault fault = ValueFault::none;
  std::uint16_t column = 0;
  std::size_t bytes = 0;
};

/// A value of the source as it was there.
struct ExactValue {
  enum class Kind : std::uint8_t {
    null,
    text,   // `bytes` is UTF-8: numbers and dates as MySQL writes them, text decoded
    bytes,  // binary columns, and text that is not valid in its character set
  };
  Kind kind = Kind::null;
  std::string bytes{};
};

/// Turns rows of the MySQL binary protocol into PostgreSQL COPY binary tuples, in place.
///
/// Threads: encode() is const and may run concurrently; one encoder serves all lanes of a table.
/// Source:  PostgreSQL manual, COPY, "Binary Format".
class RowEncoder {
 public:
  /// One encoding per column of the SELECT, in its order; the constants follow them in each tuple.
  explicit RowEncoder(std::vector<ColumnEncoding> columns, ConstantFields constants = {});

  /// Columns of the SELECT.
  std::size_t columns() const noexcept { return columns_.size(); }
  std::span<const ColumnEncoding> encodings() const noexcept { return columns_; }
  /// What the source must send of each column.
  std::span<const WireForm> wire_forms() const noexcept { return forms_; }

  /// Encode one row as one tuple at the start of `out`.
  ///
  /// Requires: row.null_bitmap holds (columns() + 9) / 8 bytes.
  /// Ensures: never reads at or past row.end nor writes past out; allocates nothing.
  /// Cost:    one pass over the row.
  ///
  /// `given_up`: columns that with_nulls() made NULL, also where the target takes no NULL.
  RowOutcome encode(const BinaryRowView& row, std::span<std::byte> out,
                    std::span<const std::uint16_t> given_up = {}) const noexcept;

  /// The value of one column as a person would write it (for messages and reject files):
  /// numbers and dates as text, binary as 0x.., at most `max_bytes` bytes, NULL as "NULL".
  std::string describe_value(const BinaryRowView& row, std::size_t column,
                             std::size_t max_bytes = 80) const;

  /// The value of one column, whole and unchanged (for reject files).
  ExactValue exact_value(const BinaryRowView& row, std::size_t column) const;

  /// The row with the values of `columns` gone: NULL. For rows that do not fit; it copies.
  ///
  /// Returns: a row in `scratch`, valid as long as that is not changed.
  BinaryRowView with_nulls(const BinaryRowView& row, std::span<const std::uint16_t> columns,
                           std::vector<std::uint8_t>& scratch) const;

 private:
  template <bool makes_nulls>
  RowOutcome encode_row(const BinaryRowView& row, std::span<std::byte> out) const noexcept;
  RowOutcome out_of_room(const BinaryRowView& row) const noexcept;
  RowOutcome refused_null(const BinaryRowView& row,
                          std::span<const std::uint16_t> given_up) const noexcept;

  std::vector<ColumnEncoding> columns_;
  std::vector<WireForm> forms_;
  std::vector<std::uint16_t> refusing_null_;
  ConstantFields constants_;
  // Room that a tuple needs before its variable-length bytes. It is checked once per row; what is
  // left above it is a budget that each variable-length field draws on.
  std::size_t fixed_bytes_ = 0;
  bool makes_nulls_ = false;  // some column has values that become NULL
};

}  // namespace millrace
