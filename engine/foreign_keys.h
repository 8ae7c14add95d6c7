#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/lane_session.h"
#include "engine/ledger.h"
#include "engine/progress.h"
#include "engine/work_plan.h"
#include "io/postgres/connection.h"

namespace millrace {

/// The foreign keys that a run has added.
struct ForeignKeys {
  std::size_t keys = 0;
  std::vector<NoteReport> notes;  // keys that had to be left NOT VALID
};

/// Which of the tables' foreign keys stand in the target, and how: per table, per foreign key.
std::vector<std::vector<StandingKeys::ForeignKey>> find_foreign_keys(postgres::Connection& session,
                                                                     const WorkPlan& plan);

/// Add every foreign key of the tables that this run made, when all rows are in: all of them
/// NOT VALID first, over one session, since each locks two tables; then validated in parallel. What
/// fails in a way that may go well again is done over.
///
/// `incomplete`: the target's full names of tables whose rows did not all arrive as they were. A
/// key that refers to one and does not hold for that reason stays NOT VALID, and is noted.
/// Errors: bad_data where rows refer to rows that do not exist, naming table and key.
/// `most_locks`: that a transaction may hold.
ForeignKeys add_foreign_keys(std::vector<std::unique_ptr<LaneSession>>& lanes, const WorkPlan& plan,
                             std::size_t most_locks, Progress& progress,
                             const std::set<std::string>& incomplete, const Ledger& ledger,
                             const RetriedLane& retried);

}  // namespace millrace
