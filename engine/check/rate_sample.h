#pragma once

#include "engine/check/value_scan.h"
#include "engine/preparation.h"

namespace millrace {

/// What both sides did in about a second, at once, as they will during a run.
struct RateSample {
  double read_bytes_per_s = 0;   // as COPY bytes, by all readers together; 0: nothing to read
  double write_bytes_per_s = 0;  // likewise; 0: not measured
  double index_rows_per_s = 0;   // of one index build; 0: not measured
  std::string why_not_written;   // where the target could not be measured
};

/// Read the largest table with every reader while every writer fills a table of its own with some
/// of its rows, in a transaction that is rolled back: the target keeps nothing.
RateSample measure_rates(const Job& job, const Preparation& preparation,
                         std::vector<mysql::Connection>& readers, StopRequest& stop);

}  // namespace millrace
