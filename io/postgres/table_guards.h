#pragma once

#include <string>
#include <string_view>
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
  std::string orphans;  // the query that counts rows without a parent

  std::string full_name() const { return schema + "." + table + "." + name; }
};

/// The triggers that are not disabled, and the foreign keys, of the tables in `schemas`.
std::vector<TableGuard> read_table_guards(Connection& connection,
                                          const std::vector<std::string>& schemas);

/// An expression in a query that has a foreign key, a row of pg_constraint, as `k`: the text of the
/// query that counts the rows of its table that have no parent. It compares by the key's own
/// operators, which an extension may have outside of the search path.
extern const std::string_view orphans_of_key;

/// Let this session fire none of them but `always` ones. False where the account may not: it is no
/// superuser and was not granted SET on the parameter (PostgreSQL 15).
bool act_as_replica(Connection& connection);

}  // namespace millrace::postgres
