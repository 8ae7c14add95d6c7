#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/work_plan.h"
#include "io/postgres/connection.h"
#include "io/postgres/table_guards.h"

namespace millrace {

/// The triggers and foreign keys of the tables of a plan that stood before it.
std::vector<postgres::TableGuard> guards_of(postgres::Connection& target, const WorkPlan& plan);

/// Refuse triggers and foreign keys that would see rows in an order of ours, where the account may
/// not keep them from it: a trigger changes rows once more, a child may come before its parent.
/// Foreign keys to tables that are not loaded are no matter.
/// Errors: bad_request; the hint has what to grant or to type.
void refuse_guards(const std::vector<postgres::TableGuard>& guards, const WorkPlan& plan,
                   const std::string& user);

/// Rows that break foreign keys that did not see them, counted: PostgreSQL takes such a key for
/// valid and never looks again.
///
/// `incomplete`: as in add_foreign_keys(); a key that refers to one is told of in a note.
/// Errors: bad_data, naming the first key, how many rows break it, and what to do.
std::vector<NoteReport> check_standing_keys(postgres::Connection& target,
                                            const std::vector<postgres::TableGuard>& guards,
                                            const std::set<std::string>& incomplete);

}  // namespace millrace
