#pragma once

#include <cstddef>
#include <vector>

#include "engine/progress.h"
#include "engine/work_plan.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Add every foreign key of the tables that this run made, when all rows are in: all of them
/// NOT VALID first, over one session, since each locks two tables; then validated in parallel.
/// `most_locks`: that a transaction may hold.
/// Returns how many there are.
/// Errors: bad_data where rows refer to rows that do not exist, naming table and key.
std::size_t add_foreign_keys(std::vector<postgres::Connection>& sessions, const WorkPlan& plan,
                             std::size_t most_locks, Progress& progress);

}  // namespace millrace
