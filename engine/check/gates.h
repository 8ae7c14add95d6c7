#pragma once

#include "engine/check/finding.h"
#include "engine/job.h"
#include "io/mysql/connection.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Ask each gate of the job whose side is there: a query and the value that its first row must
/// begin with. An error of the query fails the gate.
Findings check_gates(const Job& job, mysql::Connection* source, postgres::Connection* target);

/// Ask the source's gates before a run that has no target.
/// Errors: bad_request, naming every gate that fails; connection_lost.
void require_source_gates(const Job& job, mysql::Connection& source);

}  // namespace millrace
