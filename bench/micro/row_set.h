#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "io/binary_row.h"
#include "operators/column_encoding.h"

namespace millrace {

/// Rows of the binary protocol, built outside the timed loop, one behind the other as in the
/// network buffer.
class RowSet {
 public:
  explicit RowSet(std::vector<ColumnEncoding> columns) : columns_(std::move(columns)) {}

  const std::vector<ColumnEncoding>& columns() const noexcept { return columns_; }
  const std::vector<BinaryRowView>& rows() const noexcept { return rows_; }

  // Legal order: begin_row(), one call per column, ... , finish().
  void begin_row();
  void null();
  template <typename Number>
  void number(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    ++column_;
  }
  void string(std::string_view text);
  void datetime(int year, int month, int day, int hour, int minute, int second,
                std::uint32_t microsecond = 0);
  void time(bool negative, std::uint32_t days, int hour, int minute, int second);
  void finish();

 private:
  std::vector<ColumnEncoding> columns_;
  std::string bytes_;
  std::vector<std::size_t> starts_;
  std::vector<BinaryRowView> rows_;
  std::size_t column_ = 0;
};

/// The sets that the benchmarks are named after; the same rows on every run.
struct NamedRowSet {
  std::string_view name;
  RowSet (*build)(std::size_t n_rows, std::mt19937_64& random);
};
const std::vector<NamedRowSet>& named_row_sets();

}  // namespace millrace
