#include "io/postgres/table_guards.h"

#include <map>
#include <utility>

#include "io/error.h"
#include "io/quoting.h"

namespace millrace::postgres {

const std::string_view orphans_of_key =
    "(SELECT pg_catalog.format('SELECT pg_catalog.count(*) FROM %s c WHERE %s AND NOT EXISTS "
    "(SELECT FROM %s p WHERE %s)', k.conrelid::pg_catalog.regclass, "
    "pg_catalog.string_agg(pg_catalog.format('c.%I IS NOT NULL', own.attname), ' AND ' "
    "ORDER BY pair.at), k.confrelid::pg_catalog.regclass, "
    "pg_catalog.string_agg(pg_catalog.format('p.%I OPERATOR(%I.%s) c.%I', other.attname, "
    "space.nspname, op.oprname, own.attname), ' AND ' ORDER BY pair.at)) "
    "FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey), "
    "pg_catalog.unnest(k.conpfeqop)) WITH ORDINALITY pair(own, other, op, at) "
    "JOIN pg_catalog.pg_attribute own ON own.attrelid = k.conrelid AND own.attnum = pair.own "
    "JOIN pg_catalog.pg_attribute other ON other.attrelid = k.confrelid AND other.attnum = "
    "pair.other "
    "JOIN pg_catalog.pg_operator op ON op.oid = pair.op "
    "JOIN pg_catalog.pg_namespace space ON space.oid = op.oprnamespace)";

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
                      .orphans = {}});
  }
  for (const Row& row : connection.query(
           "SELECT n.nspname, c.relname, k.conname, rn.nspname, rc.relname, " +
           std::string(orphans_of_key) +
           " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
           "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class rc ON rc.oid = k.confrelid "
           "JOIN pg_namespace rn ON rn.oid = rc.relnamespace "
           "WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname IN " +
           list + " ORDER BY 1, 2, 3, k.oid")) {
    guards.push_back({.schema = row.at(0).text,
                      .table = row.at(1).text,
                      .name = row.at(2).text,
                      .foreign_key = true,
                      .always = false,
                      .referenced_schema = row.at(3).text,
                      .referenced_table = row.at(4).text,
                      .orphans = row.at(5).text});
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
