#include "engine/check/footprint.h"

namespace millrace {
namespace {

// A heap tuple's header and line pointer. Source: PostgreSQL manual, "Database Page Layout".
constexpr std::uint64_t tuple_overhead_bytes = 28;
// An index tuple's header and line pointer, and the tenth of a page that is left free.
constexpr std::uint64_t index_overhead_bytes = 14;
constexpr std::uint64_t index_part_bytes = 11;

}  // namespace

Footprint footprint_of(const WorkPlan& work, const std::vector<SampledRows>& sampled, bool keys) {
  Footprint print;
  for (std::size_t i = 0; i < work.tables.size(); ++i) {
    const TableWork& table = work.tables[i];
    const std::uint64_t rows = table.source->rows_estimate;
    const std::uint64_t columns = table.translated->columns.size();
    std::uint64_t copy_bytes = table.source->data_bytes;
    if (i < sampled.size() && sampled[i].rows != 0) {
      copy_bytes = static_cast<std::uint64_t>(static_cast<double>(sampled[i].copy_bytes) /
                                              static_cast<double>(sampled[i].rows) *
                                              static_cast<double>(rows));
    }
    print.rows += rows;
    print.source_bytes += table.source->data_bytes;
    print.copy_bytes += copy_bytes;
    if (!table.source->transactional) print.locked_copy_bytes += copy_bytes;
    // COPY's 4 bytes of length per field become a byte or padding.
    const std::uint64_t lengths = rows * (2 + 2 * columns);
    print.heap_bytes +=
        (copy_bytes > lengths ? copy_bytes - lengths : 0) + rows * tuple_overhead_bytes;
    if (!keys || table.exists) continue;
    for (const TargetIndex& index : table.translated->target.indexes) {
      const std::uint64_t bytes =
          rows * (index_overhead_bytes + index_part_bytes * index.parts.size());
      print.index_bytes += bytes;
      print.index_sizes.push_back(bytes);
    }
  }
  return print;
}

}  // namespace millrace
