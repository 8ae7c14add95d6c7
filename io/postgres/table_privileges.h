#pragma once

#include <string>
#include <vector>

#include "io/postgres/connection.h"

namespace millrace::postgres {

/// What the role may do with a table that stands.
struct TablePrivileges {
  std::string schema;
  std::string table;
  bool owned = false;  // may drop and alter it
  bool may_insert = false;
  bool may_truncate = false;
  bool may_select = false;
  bool may_use_schema = false;
  std::vector<std::string> closed_sequences{};  // of its columns, quoted: it may not set them
};

/// Of every table in `schemas`, in two queries.
std::vector<TablePrivileges> read_table_privileges(Connection& connection,
                                                   const std::vector<std::string>& schemas);

}  // namespace millrace::postgres
