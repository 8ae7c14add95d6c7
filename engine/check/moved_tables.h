#pragma once

#include <optional>
#include <string>

#include "engine/work_plan.h"
#include "io/postgres/connection.h"

namespace millrace {

/// The last of the runs that moved the tables of a plan.
struct MovedTables {
  std::string run;              // its number in the ledger
  std::string ended_at;         // ISO 8601, UTC
  std::string source_identity;  // empty where the tables came from several sources
};

/// Whether every table of `work` stands in the target as a run that is complete and equal left it:
/// it was the last one that stored the table. None where one does not, or nothing is planned.
std::optional<MovedTables> find_moved_tables(postgres::Connection& target, const WorkPlan& work);

}  // namespace millrace
