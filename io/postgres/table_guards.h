#pragma once

#include <string>
#include <vector>

#include "io/postgres/connection.h"

namespace millrace::postgres {

/// A trigger or foreign key of a table that stands, which looks at each row that is stored.
struct TableGuard {
  std::string schema;
  std::string table;
  std::string name;
  bool foreign_key = false;
  bool always = false;  // a trigger that fires under session_replication_role = replica, too
  // of a foreign key
  std::string referenced_schema;
  std::string referenced_table;
  std::vector<std::string> columns;
  std::vector<std::string> referenced_columns;

  std::string full_name() const { return schema + "." + table + "." + name; }
};

/// The triggers that are not disabled, and the foreign keys, of the tables in `schemas`.
std::vector<TableGuard> read_table_guards(Connection& connection,
                                          const std::vector<std::string>& schemas);

/// Let this session fire none of them but `always` ones. False where the account may not: it is no
/// superuser and was not granted SET on the parameter (PostgreSQL 15).
bool act_as_replica(Connection& connection);

}  // namespace millrace::postgres
