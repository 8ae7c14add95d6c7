#pragma once

#include <string>
#include <vector>

#include "io/postgres/connection.h"

namespace millrace::postgres {

/// What the target server is and can.
struct ServerFacts {
  int version = 0;                 // 150020
  std::string version_text;
  std::string encoding;            // must be UTF8
  int max_connections = 0;
  int reserved_connections = 0;
  int used_connections = 0;
  int max_locks_per_transaction = 0;
  int max_prepared_transactions = 0;
  bool has_postgis = false;
  std::string postgis_schema;
  bool may_create_schema = false;  // CREATE on the database
  bool superuser = false;
};

struct ExistingColumn {
  std::string name;
  std::string type;       // format_type()
  bool nullable = true;
  std::string default_sql;
  bool identity = false;
  bool generated = false;
};

struct ExistingTable {
  std::string schema;
  std::string name;
  char kind = 'r';        // pg_class.relkind
  bool has_rows = false;
  std::vector<ExistingColumn> columns;
};

ServerFacts read_server_facts(Connection& connection);

/// Relations, and types, that stand in `schemas`, in one query whatever their number.
std::vector<ExistingTable> read_tables(Connection& connection, const std::vector<std::string>& schemas);

/// Schemas of `schemas` that exist.
std::vector<std::string> read_schemas(Connection& connection, const std::vector<std::string>& schemas);

}  // namespace millrace::postgres
