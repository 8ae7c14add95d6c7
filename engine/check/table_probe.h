#pragma once

#include <cstdint>

#include "engine/check/finding.h"
#include "engine/check/source_grants.h"
#include "engine/work_plan.h"
#include "io/mysql/connection.h"

namespace millrace {

enum class Probe : std::uint8_t {
  every_table,
  doubtful_tables,  // those that no grant on their database covers, or that may be damaged
};

/// Ask tables for no row, the way a run will ask them for all, and those with transactions for one:
/// tells what the account may not read, with the GRANT to type, and which tables are crashed or
/// have lost their file.
///
/// Cost: opens each table; one or two statements per table.
Findings probe_tables(mysql::Connection& source, const WorkPlan& work, const SourceGrants& grants,
                      Probe which);

}  // namespace millrace
