#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/check/footprint.h"
#include "engine/check/rate_sample.h"
#include "engine/sizing.h"

namespace millrace {

/// What a run will come to.
struct Estimate {
  Footprint footprint;
  std::uint64_t tables = 0;
  std::optional<double> rows_s;  // reading and loading; none where nothing was measured
  std::optional<double> keys_s;  // indexes, beside and behind it
  std::optional<double> lock_s;  // how long writers of the source wait
  std::uint64_t disk_bytes = 0;  // on the target, WAL included
  double read_bytes_per_s = 0;
  double write_bytes_per_s = 0;
};

/// Work it out. `round_trip_ms`: to the source, for the lock's time.
Estimate estimate_run(const WorkPlan& work, const Footprint& print,
                      const std::optional<RateSample>& rates, const Sizing& sizing,
                      double round_trip_ms, std::uint64_t max_wal_size_bytes);

/// In a few lines, for people.
std::vector<std::string> estimate_lines(const Estimate& estimate);

}  // namespace millrace
