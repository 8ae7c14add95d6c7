#include "io/postgres/table_privileges.h"

#include <cstddef>
#include <unordered_map>

namespace millrace::postgres {

std::vector<TablePrivileges> read_table_privileges(Connection& connection,
                                                   const std::vector<std::string>& schemas) {
  std::string list = "(''";
  for (const std::string& name : schemas) list += ", " + quote_literal(name);
  const auto rows = connection.query(R"(
SELECT n.nspname, c.relname, pg_has_role(c.relowner, 'USAGE'), has_table_privilege(c.oid, 'INSERT'),
       has_table_privilege(c.oid, 'TRUNCATE'), has_table_privilege(c.oid, 'SELECT'),
       has_schema_privilege(n.oid, 'USAGE')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname IN )" +
                                     list + ") ORDER BY 1, 2");
  std::vector<TablePrivileges> tables;
  tables.reserve(rows.size());
  std::unordered_map<std::string, std::size_t> of_name;
  for (const Row& row : rows) {
    tables.push_back({.schema = row.at(0).text,
                      .table = row.at(1).text,
                      .owned = row.at(2).text == "t",
                      .may_insert = row.at(3).text == "t",
                      .may_truncate = row.at(4).text == "t",
                      .may_select = row.at(5).text == "t",
                      .may_use_schema = row.at(6).text == "t"});
    of_name.emplace(row.at(0).text + '\0' + row.at(1).text, tables.size() - 1);
  }
  // Those of serial and of identity columns.
  for (const Row& row : connection.query(R"(
SELECT n.nspname, c.relname, format('%I.%I', sn.nspname, s.relname)
  FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
       JOIN pg_namespace sn ON sn.oid = s.relnamespace
       JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
   AND d.deptype IN ('a', 'i') AND CASE WHEN s.relkind = 'S' THEN NOT has_sequence_privilege(s.oid, 'UPDATE') ELSE false END
   AND n.nspname IN )" + list + ") ORDER BY 3")) {
    const auto table = of_name.find(row.at(0).text + '\0' + row.at(1).text);
    if (table != of_name.end()) tables[table->second].closed_sequences.push_back(row.at(2).text);
  }
  return tables;
}

}  // namespace millrace::postgres
