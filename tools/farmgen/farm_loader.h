#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "io/endpoint.h"
#include "tools/farmgen/farm_plan.h"

namespace millrace {

struct FillOptions {
  unsigned connections = 2;
  bool drop = false;         // replace databases of the same names, and remove the plan's leftovers
  bool keep_binlog = false;  // write the rows to the server's binary log
};

/// What was made.
struct FillReport {
  std::string server_version;
  std::size_t databases = 0;
  std::size_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // of LOAD DATA text
  std::chrono::duration<double> seconds{};
};

/// Make every database and table of `plan` on the server, and fill them over several connections.
///
/// Errors: Error{bad_request} if a database of the plan is there already and `drop` is not asked
///         for; then nothing has been touched.
FillReport fill_farm(const FarmPlan& plan, const Endpoint& endpoint, const FillOptions& options);

}  // namespace millrace
