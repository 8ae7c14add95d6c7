#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/verify/row_search.h"
#include "engine/verify/source_rows.h"
#include "engine/verify/target_instant.h"

namespace millrace {

/// A table whose rows are to be looked for.
struct SearchedTable {
  std::size_t table = 0;   // in the plan
  std::uint64_t rows = 0;  // about how many are looked at of the side that has more
  std::uint64_t row_bytes = 0;
  /// Whether a row of the target is one of those looked at; empty: all are. Threads: concurrent.
  std::function<bool(std::span<const std::byte> tuple)> takes = {};
};

/// The rows of one table that differ.
struct LocatedRows {
  std::vector<FoundRow> rows;
  bool all = true;  // false: so many differ that only some were kept
};

struct Location {
  std::vector<LocatedRows> of_table;  // in the order asked for
  TargetInstant::Found found;         // the slices that the rows' places name
};

/// Hold the rows that `plan` reads from the source against those of the target, row by row, in two
/// passes over both sides. `seen`: for each chunk of the source, in the first pass, with its digest
/// where the plan asks for digests.
Location locate_rows(SourceRows& source, TargetInstant& target, const WorkPlan& plan,
                     std::span<const SearchedTable> searched,
                     const std::function<void(const Receipt&)>& seen);

}  // namespace millrace
