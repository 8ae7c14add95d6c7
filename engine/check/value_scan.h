#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/check/finding.h"
#include "engine/check/footprint.h"
#include "engine/job.h"
#include "engine/stop_request.h"
#include "engine/work_plan.h"
#include "io/mysql/connection.h"

namespace millrace {

/// Values of one column that do not fit for one reason.
struct CountedFault {
  std::size_t table = 0;   // index into WorkPlan::tables
  std::size_t column = 0;  // position in the SELECT list
  ValueFault fault = ValueFault::none;
  std::uint64_t count = 0;
  std::string value;              // the first of them, as a person would write it
  std::vector<std::string> keys;  // of the first few rows
};

struct ScanResult {
  std::vector<SampledRows> tables;   // as WorkPlan::tables
  std::vector<CountedFault> faults;  // by table, column, fault
  std::uint64_t rows = 0;
  double seconds = 0;
};

/// Read rows through the encoders of the run, and count what does not fit instead of stopping.
///
/// sample: the first rows of every chunk, so from all over the table; full: every row.
/// Chunks are shared out among `sessions`, which are not in one snapshot. Memory: one row per
/// session.
ScanResult scan_values(std::vector<mysql::Connection>& sessions, const WorkPlan& work,
                       ScanDepth depth, StopRequest& stop);

/// What the scan came to, as lines.
Findings check_values(const ScanResult& scan, const WorkPlan& work, ScanDepth depth);

}  // namespace millrace
