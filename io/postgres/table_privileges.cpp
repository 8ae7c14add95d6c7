#include "io/postgres/table_privileges.h"

namespace millrace::postgres {

std::vector<TablePrivileges> read_table_privileges(Connection& connection,
                                                   const std::vector<std::string>& schemas) {
  std::string list = "(''";
  for (const std::string& name : schemas) list += ", " + quote_literal(name);
  const auto rows = connection.query(R"(
SELECT n.nspname, c.relname, pg_has_role(c.relowner, 'USAGE'), has_table_privilege(c.oid, 'INSERT'),
       has_table_privilege(c.oid, 'TRUNCATE')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname IN )" +
                                     list + ") ORDER BY 1, 2");
  std::vector<TablePrivileges> tables;
  tables.reserve(rows.size());
  for (const Row& row : rows) {
    tables.push_back({.schema = row.at(0).text,
                      .table = row.at(1).text,
                      .owned = row.at(2).text == "t",
                      .may_insert = row.at(3).text == "t",
                      .may_truncate = row.at(4).text == "t"});
  }
  return tables;
}

}  // namespace millrace::postgres
