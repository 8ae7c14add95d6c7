#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// Rows in the text that LOAD DATA reads by default:
///
///   text  = row*
///   row   = field (TAB field)* NEWLINE
///   field = "\N" for NULL, else bytes with backslash before TAB, NEWLINE, NUL and backslash
///
/// Order of calls: fields of a row from the left, then end_row().
/// Source: MySQL manual, LOAD DATA, "Field and Line Handling".
class LoadText {
 public:
  LoadText& null() { return raw("\\N"); }
  LoadText& integer(std::int64_t value);
  LoadText& natural(std::uint64_t value);
  /// `units` divided by 10^scale, with all its decimals: decimal(1250, 2) writes 12.50.
  LoadText& decimal(std::int64_t units, unsigned scale);
  /// The shortest text that reads back as the same value.
  LoadText& real(double value);
  LoadText& real(float value);
  /// Any bytes.
  LoadText& text(std::string_view value);
  /// Bytes known to hold no TAB, NEWLINE, NUL or backslash.
  LoadText& plain(std::string_view value) { return raw(value); }
  LoadText& date(std::int64_t days_since_1970);
  LoadText& datetime(std::int64_t seconds_since_1970);
  void end_row();

  /// Rows ended so far.
  std::uint64_t rows() const noexcept { return rows_; }
  /// Everything written since the last clear_bytes(); valid until the next call of any writer.
  std::string_view view() const noexcept { return bytes_; }
  void clear_bytes() noexcept { bytes_.clear(); }

 private:
  LoadText& raw(std::string_view value);
  void separate();

  std::string bytes_;
  std::uint64_t rows_ = 0;
  bool at_row_start_ = true;
};

}  // namespace millrace
