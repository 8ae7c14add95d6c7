#pragma once

#include <vector>

#include "engine/preparation.h"
#include "engine/report.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Compare the target's schema with the plan: columns with their types, NOT NULL, defaults and
/// identity, indexes and keys, CHECKs, foreign keys, enum labels, and the next value of each
/// identity. What stands in the target beside the plan is no difference.
///
/// The server itself says what the plan's SQL means: the planned tables are made as temporary ones,
/// described by the same queries as the ones that stand, and rolled back.
///
/// `keys`: indexes, primary and foreign keys were asked for.
/// Errors: bad_request where the target takes no temporary table (a standby, or no TEMP privilege).
std::vector<SchemaDifferenceReport> compare_schema(postgres::Connection& session,
                                                   const Preparation& preparation, bool keys);

}  // namespace millrace
