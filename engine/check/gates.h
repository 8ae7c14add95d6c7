#pragma once

#include "engine/check/finding.h"
#include "engine/job.h"
#include "io/mysql/connection.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Ask each gate of the job: a query and the value that its first row must begin with. An error of
/// the query fails the gate.
Findings check_gates(const Job& job, mysql::Connection& source, postgres::Connection& target);

}  // namespace millrace
