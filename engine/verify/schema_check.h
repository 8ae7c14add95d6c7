#pragma once

#include <vector>

#include "engine/preparation.h"
#include "engine/report.h"
#include "io/postgres/connection.h"

namespace millrace {

/// What of a schema is compared.
struct SchemaScope {
  bool keys = true;             // indexes, primary and foreign keys, next values
  bool missing_tables = false;  // they are told of here, not with their rows
  bool sequence_values = true;  // else only whether sequences stand: the source's moved on since
  bool rows_left_out = false;   // by policy: a foreign key to them stays NOT VALID
};

/// Compare the target's schema with the plan: columns with their types, NOT NULL, defaults and
/// identity, indexes and keys, CHECKs, foreign keys, enum labels, and the next values of identities
/// and sequences. What stands in the target beside the plan is no difference.
///
/// The server itself says what the plan's SQL means: the planned tables are made as temporary ones,
/// described by the same queries as the ones that stand, and rolled back.
///
/// Errors: bad_request where the target takes no temporary table (a standby, or no TEMP privilege).
std::vector<SchemaDifferenceReport> compare_schema(postgres::Connection& session,
                                                   const Preparation& preparation,
                                                   const SchemaScope& scope);

}  // namespace millrace
