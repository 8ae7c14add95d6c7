#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "io/postgres/connection.h"

namespace millrace::postgres {

/// What the target server is and can.
struct ServerFacts {
  int version = 0;           // 150020
  std::string version_text;  // "15.20 (Debian ...)"
  std::string encoding;      // must be UTF8
  std::string user;
  std::string database;
  int max_connections = 0;
  int reserved_connections = 0;  // that this role may not use
  int used_connections = 0;      // now, by all databases, this one among them
  int max_locks_per_transaction = 0;
  int max_prepared_transactions = 0;
  int max_parallel_maintenance_workers = 0;
  std::uint64_t maintenance_work_mem_bytes = 0;
  bool has_postgis = false;
  std::string postgis_schema;
  std::string citext_schema;       // empty: the database has no citext
  bool may_create_schema = false;  // CREATE on the database
  bool superuser = false;
  bool read_only = false;  // a standby, or default_transaction_read_only
};

struct ExistingColumn {
  std::string name;
  std::string type;  // format_type(), names qualified
  bool nullable = true;
  std::string default_sql;
  bool identity = false;
  bool generated = false;
};

/// Something that has a name in the name space of relations and types.
struct ExistingTable {
  std::string schema;
  std::string name;
  char kind = 'r';        // pg_class.relkind; 'e' an enum, 'd' a domain, 'c' a composite type
  bool has_rows = false;  // false: surely empty; true: it has pages, so perhaps rows
  bool owned = false;     // this role may drop and truncate it
  std::vector<ExistingColumn> columns;  // of tables, views and the like
};

ServerFacts read_server_facts(Connection& connection);

enum class ReadColumns : std::uint8_t { no, yes };

/// Relations (indexes and sequences too) and types that stand in `schemas`, by schema and name, in
/// one query whatever their number. Columns are most of what comes, and of use only where tables
/// are to stay.
std::vector<ExistingTable> read_tables(Connection& connection,
                                       const std::vector<std::string>& schemas,
                                       ReadColumns columns = ReadColumns::yes);

/// The labels of every enum, in order, by schema, NUL, name.
std::map<std::string, std::vector<std::string>> read_enum_labels(Connection& connection);

/// Collations that stand in `schemas`: schema, NUL, name.
std::set<std::string> read_collations(Connection& connection,
                                      const std::vector<std::string>& schemas);

/// ALTER TABLE ... DROP CONSTRAINT for every foreign key from one of `tables` (quoted, with their
/// schemas) to another table.
std::vector<std::string> drop_foreign_keys_of(Connection& connection,
                                              const std::vector<std::string>& tables);

/// Schemas of `schemas` that exist.
std::vector<std::string> read_schemas(Connection& connection,
                                      const std::vector<std::string>& schemas);

/// Schemas of `schemas` that exist and in which this role may not create anything.
std::vector<std::string> read_closed_schemas(Connection& connection,
                                             const std::vector<std::string>& schemas);

}  // namespace millrace::postgres
