#include "engine/check/estimate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/quantity_text.h"

namespace millrace {
namespace {

// Making, filling and keying one small table in a group, per writer.
// Measured: bench/run --only small, 2,000 tables in 2.8 s by 4 writers.
constexpr double small_table_s = 0.0056;

/// Sorting n rows costs n log n; `rows_per_s` was measured for a million or so.
double index_seconds(const WorkPlan& work, double rows_per_s) {
  constexpr double measured_log = 20;
  double seconds = 0;
  for (const TableWork& table : work.tables) {
    if (table.exists) continue;
    const auto rows = static_cast<double>(table.source->rows_estimate);
    if (rows < 2) continue;
    const double each = rows / rows_per_s * std::log2(rows) / measured_log;
    seconds += each * static_cast<double>(table.translated->target.indexes.size());
  }
  return seconds;
}

}  // namespace

Estimate estimate_run(const WorkPlan& work, const Footprint& print,
                      const std::optional<RateSample>& rates, const Sizing& sizing,
                      double round_trip_ms, std::uint64_t max_wal_size_bytes) {
  Estimate estimate;
  estimate.footprint = print;
  estimate.tables = work.tables.size();
  estimate.disk_bytes = print.disk_bytes(max_wal_size_bytes);
  // Every reader starts its transaction, one after the other, and the lock itself takes a few.
  const double lock_s = (sizing.readers + 4) * round_trip_ms / 1000;
  if (print.locked_copy_bytes == 0) estimate.lock_s = lock_s;
  if (!rates) return estimate;
  estimate.read_bytes_per_s = rates->read_bytes_per_s;
  estimate.write_bytes_per_s = rates->write_bytes_per_s;
  const double per_table_s =
      small_table_s * static_cast<double>(work.tables.size()) / std::max(1U, sizing.writers);
  const auto copy_bytes = static_cast<double>(print.copy_bytes);
  if (rates->read_bytes_per_s > 0) {
    estimate.lock_s =
        lock_s + static_cast<double>(print.locked_copy_bytes) / rates->read_bytes_per_s;
  }
  if (rates->read_bytes_per_s > 0 && rates->write_bytes_per_s > 0) {
    const double slower = std::min(rates->read_bytes_per_s, rates->write_bytes_per_s);
    estimate.rows_s = copy_bytes / slower + per_table_s;
  }
  if (rates->index_rows_per_s > 0) {
    estimate.keys_s = index_seconds(work, rates->index_rows_per_s) / std::max(1U, sizing.builders);
  }
  return estimate;
}

std::vector<std::string> estimate_lines(const Estimate& estimate) {
  const auto size = [](std::uint64_t bytes) { return data_text(static_cast<double>(bytes)); };
  const Footprint& print = estimate.footprint;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} rows in {} tables, {} at the source, {} to send",
                              short_count_text(static_cast<double>(print.rows)),
                              count_text(estimate.tables), size(print.source_bytes),
                              size(print.copy_bytes)));
  if (estimate.rows_s) {
    lines.push_back(fmt::format(
        "about {} for the rows{} (measured: read {}/s, write {}/s)",
        duration_text(*estimate.rows_s),
        estimate.keys_s ? ", " + duration_text(*estimate.keys_s) + " of index builds" : "",
        data_text(estimate.read_bytes_per_s), data_text(estimate.write_bytes_per_s)));
  }
  if (estimate.lock_s) {
    lines.push_back("writers of the source wait about " + duration_text(*estimate.lock_s));
  }
  lines.push_back(fmt::format("disk: {} at the target; an archive or spill takes up to {}",
                              size(estimate.disk_bytes), size(print.copy_bytes)));
  return lines;
}

}  // namespace millrace
