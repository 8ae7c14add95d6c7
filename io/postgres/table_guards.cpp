#include "io/postgres/table_guards.h"

#include <map>
#include <utility>

#include "io/error.h"
#include "io/quoting.h"

namespace millrace::postgres {

std::vector<TableGuard> read_table_guards(Connection& connection,
                                          const std::vector<std::string>& schemas) {
  std::string list = "(''";
  for (const std::string& name : schemas) list += ", " + quote_literal(name);
  list += ')';
  std::vector<TableGuard> guards;
  for (
      const Row& row : connection.query(
          "SELECT n.nspname, c.relname, t.tgname, t.tgenabled = 'A' FROM pg_trigger t "
          "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
          "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 4 <> 0 "  // INSERT
          "AND n.nspname IN " +
          list + " ORDER BY 1, 2, 3")) {
    guards.push_back({.schema = row.at(0).text,
                      .table = row.at(1).text,
                      .name = row.at(2).text,
                      .foreign_key = false,
                      .always = row.at(3).text == "t",
                      .referenced_schema = {},
                      .referenced_table = {},
                      .columns = {},
                      .referenced_columns = {}});
  }
  // A row for each pair of columns.
  std::string last;
  for (const Row& row : connection.query(
           "SELECT k.oid, n.nspname, c.relname, k.conname, rn.nspname, rc.relname, a.attname, "
           "ra.attname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
           "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class rc ON rc.oid = k.confrelid "
           "JOIN pg_namespace rn ON rn.oid = rc.relnamespace "
           "CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY pair(own, other, at) "
           "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = pair.own "
           "JOIN pg_attribute ra ON ra.attrelid = rc.oid AND ra.attnum = pair.other "
           "WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname IN " +
           list + " ORDER BY n.nspname, c.relname, k.conname, k.oid, pair.at")) {
    if (row.at(0).text != last) {
      guards.push_back({.schema = row.at(1).text,
                        .table = row.at(2).text,
                        .name = row.at(3).text,
                        .foreign_key = true,
                        .always = false,
                        .referenced_schema = row.at(4).text,
                        .referenced_table = row.at(5).text,
                        .columns = {},
                        .referenced_columns = {}});
      last = row.at(0).text;
    }
    guards.back().columns.push_back(row.at(6).text);
    guards.back().referenced_columns.push_back(row.at(7).text);
  }
  return guards;
}

bool act_as_replica(Connection& connection) {
  try {
    connection.execute("SET session_replication_role = replica");
    return true;
  } catch (const Error& error) {
    constexpr std::string_view insufficient_privilege = "42501";  // Source: PostgreSQL, appendix A
    if (error.where().code != insufficient_privilege) throw;
    return false;
  }
}

}  // namespace millrace::postgres
