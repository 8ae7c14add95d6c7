#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/work_plan.h"

namespace millrace {

/// How much a run moves and what the target needs for it; estimates, from the source's statistics
/// and, where rows were read, from their average size.
struct Footprint {
  std::uint64_t rows = 0;
  std::uint64_t source_bytes = 0;
  std::uint64_t copy_bytes = 0;            // over the wire to the target
  std::uint64_t heap_bytes = 0;            // the target's tables
  std::uint64_t index_bytes = 0;           // the target's indexes
  std::uint64_t locked_copy_bytes = 0;     // of tables that must be read under the lock
  std::vector<std::uint64_t> index_sizes;  // each index, for maintenance_work_mem

  /// The target's disk, with the WAL that may pile up.
  std::uint64_t disk_bytes(std::uint64_t max_wal_size_bytes) const noexcept {
    const std::uint64_t kept = heap_bytes + index_bytes;
    return kept + std::min(kept, max_wal_size_bytes);
  }
};

/// What was measured of one table's rows.
struct SampledRows {
  std::uint64_t rows = 0;
  std::uint64_t copy_bytes = 0;
};

/// `sampled`: per table of the plan, or empty. `keys`: indexes are built.
Footprint footprint_of(const WorkPlan& work, const std::vector<SampledRows>& sampled, bool keys);

}  // namespace millrace
