#pragma once

#include <vector>

#include "engine/check/finding.h"
#include "engine/job.h"
#include "engine/preparation.h"
#include "io/postgres/table_privileges.h"

namespace millrace {

/// Whether the target's role may do with the tables that stand what the job would do with them.
Findings check_target_privileges(const Job& job, const Preparation& preparation,
                                 const std::vector<postgres::TablePrivileges>& standing);

/// Whether triggers and foreign keys of the tables that stand can be let sleep while rows come, as
/// far as there are any. Requires: no transaction is open.
Findings check_guards(postgres::Connection& target, const Preparation& preparation);

}  // namespace millrace
