#pragma once

#include "engine/check/finding.h"
#include "engine/check/source_grants.h"
#include "engine/job.h"
#include "io/mysql/connection.h"
#include "io/source_schema.h"

namespace millrace {

/// What there is of a binlog whose position tells of all writes.
struct BinlogFacts {
  bool on = false;
  bool has_replicated_writes = false;  // it would have those of a server that ours replicates
  bool has_statements = false;         // beside rows, or in their place
};

/// Whether the source's account may take the snapshot that the job asks for, and see what it
/// tells of: with the GRANT to type. Reading the tables themselves is tried, see table_probe.h.
Findings check_source_privileges(const Job& job, const mysql::ServerVersion& version,
                                 const SourceGrants& grants, const SourceCatalog& catalog,
                                 BinlogFacts binlog);

/// The part of it that tells of views, triggers, events and routines which the account may not see,
/// so that no list of what is not migrated can have them.
Findings check_hidden_extras(const Job& job, const mysql::ServerVersion& version,
                             const SourceGrants& grants, const SourceCatalog& catalog);

}  // namespace millrace
