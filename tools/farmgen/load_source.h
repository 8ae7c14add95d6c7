#pragma once

#include <cstdint>
#include <string_view>

#include "tools/farmgen/farm_plan.h"
#include "tools/farmgen/load_text.h"

namespace millrace {

/// The units [begin, end) of a table as LOAD DATA text, made piece by piece while the server takes
/// them: no file, and no more memory than a piece.
class LoadSource {
 public:
  LoadSource(const PlannedTable& table, std::uint64_t begin, std::uint64_t end)
      : table_(&table), next_(begin), end_(end) {}

  /// The next piece, empty at the end; valid until the next call.
  std::string_view next_piece() {
    text_.clear_bytes();
    while (next_ < end_ && text_.view().size() < piece_bytes) table_->write_unit(next_++, text_);
    return text_.view();
  }

  /// Rows made so far.
  std::uint64_t rows() const noexcept { return text_.rows(); }
  const PlannedTable& table() const noexcept { return *table_; }

 private:
  static constexpr std::size_t piece_bytes = 64 * 1024;

  const PlannedTable* table_;
  std::uint64_t next_, end_;
  LoadText text_;
};

}  // namespace millrace
