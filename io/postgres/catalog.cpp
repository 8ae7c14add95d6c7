#include "io/postgres/catalog.h"

#include <charconv>
#include <cstddef>
#include <unordered_set>

namespace millrace::postgres {

namespace {

template <class Number>
Number number_of(const Cell& cell) {
  Number number = 0;
  std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), number);
  return number;
}

bool truth_of(const Cell& cell) { return cell.text == "t"; }

/// `('a', 'b')`, never empty: no schema has the empty name.
std::string names_in_parentheses(const std::vector<std::string>& names) {
  std::string list = "(''";
  for (const std::string& name : names) list += ", " + quote_literal(name);
  return list + ')';
}

std::vector<std::string> first_column(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const Row& row : rows) names.push_back(row.at(0).text);
  return names;
}

}  // namespace

ServerFacts read_server_facts(Connection& connection) {
  // pg_stat_database counts the sessions that this role may not look at, too.
  const std::string sql = R"(
SELECT current_setting('server_version'),
       current_setting('server_encoding'),
       current_user,
       current_database(),
       current_setting('max_connections'),
       CASE WHEN rolsuper THEN 0
            ELSE current_setting('superuser_reserved_connections')::int
                 + coalesce(current_setting('reserved_connections', true)::int, 0) END,
       (SELECT coalesce(sum(numbackends), 0) FROM pg_stat_database),
       current_setting('max_locks_per_transaction'),
       current_setting('max_prepared_transactions'),
       coalesce(current_setting('max_parallel_maintenance_workers', true), '0'),
       pg_size_bytes(current_setting('maintenance_work_mem')),
       (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
         WHERE e.extname = 'postgis'),
       has_database_privilege(current_database(), 'CREATE'),
       rolsuper,
       pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
       (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
         WHERE e.extname = 'citext')
  FROM pg_roles WHERE rolname = current_user)";
  const Row row = connection.query(sql).at(0);
  ServerFacts facts;
  facts.version = connection.server_version();
  facts.version_text = row.at(0).text;
  facts.encoding = row.at(1).text;
  facts.user = row.at(2).text;
  facts.database = row.at(3).text;
  facts.max_connections = number_of<int>(row.at(4));
  facts.reserved_connections = number_of<int>(row.at(5));
  facts.used_connections = number_of<int>(row.at(6));
  facts.max_locks_per_transaction = number_of<int>(row.at(7));
  facts.max_prepared_transactions = number_of<int>(row.at(8));
  facts.max_parallel_maintenance_workers = number_of<int>(row.at(9));
  facts.maintenance_work_mem_bytes = number_of<std::uint64_t>(row.at(10));
  facts.has_postgis = !row.at(11).null;
  facts.postgis_schema = row.at(11).text;
  facts.may_create_schema = truth_of(row.at(12));
  facts.superuser = truth_of(row.at(13));
  facts.read_only = truth_of(row.at(14));
  facts.citext_schema = row.at(15).text;
  return facts;
}

std::vector<ExistingTable> read_tables(Connection& connection,
                                       const std::vector<std::string>& schemas,
                                       ReadColumns columns) {
  // Row types of relations are left out: the relation stands for them.
  const std::string list = names_in_parentheses(schemas);
  const std::string sql = R"(
WITH chosen AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN )" +
                          list + R"(),
named AS (
  SELECT c.oid, s.nspname, c.relname AS name, c.relkind::text AS kind,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) > 0
              WHEN c.relkind = 'p' THEN EXISTS (
                SELECT FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid
                 WHERE i.inhparent = c.oid AND (k.relkind <> 'r' OR pg_relation_size(k.oid) > 0))
              ELSE c.relkind NOT IN ('i', 'I', 'S', 'c') END AS has_rows,
         pg_has_role(c.relowner, 'USAGE') AS owned
    FROM chosen s JOIN pg_class c ON c.relnamespace = s.oid AND c.relkind <> 't'
  UNION ALL
  SELECT NULL, s.nspname, t.typname, t.typtype::text, false, pg_has_role(t.typowner, 'USAGE')
    FROM chosen s JOIN pg_type t ON t.typnamespace = s.oid AND t.typtype IN ('e', 'd', 'r', 'm')
)
SELECT n.nspname, n.name, n.kind, n.has_rows, n.owned,
       a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity <> '',
       coalesce(to_jsonb(a)->>'attgenerated', '') <> ''
  FROM named n
  LEFT JOIN pg_attribute a ON )" +
                          (columns == ReadColumns::yes ? "true" : "false") + R"(
                          AND a.attrelid = n.oid AND a.attnum > 0 AND NOT a.attisdropped
                          AND n.kind NOT IN ('i', 'I', 'S')
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 ORDER BY n.nspname COLLATE "C", n.name COLLATE "C", n.kind, a.attnum)";
  std::vector<ExistingTable> tables;
  for (const Row& row : connection.query(sql)) {
    const char kind = row.at(2).text.at(0);
    if (tables.empty() || tables.back().schema != row.at(0).text ||
        tables.back().name != row.at(1).text || tables.back().kind != kind) {
      ExistingTable& table = tables.emplace_back();
      table.schema = row.at(0).text;
      table.name = row.at(1).text;
      table.kind = kind;
      table.has_rows = truth_of(row.at(3));
      table.owned = truth_of(row.at(4));
    }
    if (row.at(5).null) continue;
    ExistingColumn& column = tables.back().columns.emplace_back();
    column.name = row.at(5).text;
    column.type = row.at(6).text;
    column.nullable = !truth_of(row.at(7));
    column.identity = truth_of(row.at(9));
    column.generated = truth_of(row.at(10));
    column.default_sql = row.at(8).text;
  }
  return tables;
}

std::map<std::string, std::vector<std::string>> read_enum_labels(Connection& connection) {
  std::map<std::string, std::vector<std::string>> labels;
  for (const Row& row :
       connection.query("SELECT n.nspname, t.typname, e.enumlabel FROM pg_catalog.pg_enum e "
                        "JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid "
                        "JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
                        "ORDER BY 1, 2, e.enumsortorder")) {
    labels[row.at(0).text + '\0' + row.at(1).text].push_back(row.at(2).text);
  }
  return labels;
}

std::set<std::string> read_collations(Connection& connection,
                                      const std::vector<std::string>& schemas) {
  std::set<std::string> names;
  for (const Row& row : connection.query(
           "SELECT n.nspname, c.collname FROM pg_collation c JOIN pg_namespace n ON n.oid = "
           "c.collnamespace WHERE n.nspname IN " +
           names_in_parentheses(schemas))) {
    names.insert(row.at(0).text + '\0' + row.at(1).text);
  }
  return names;
}

std::vector<std::string> drop_foreign_keys_of(Connection& connection,
                                              const std::vector<std::string>& tables) {
  const std::unordered_set<std::string> chosen(tables.begin(), tables.end());
  std::vector<std::string> statements;
  for (const Row& row : connection.query(
           "SELECT n.nspname, c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = "
           "k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND "
           "k.conparentid = 0 AND k.confrelid <> k.conrelid ORDER BY 1, 2, 3")) {
    const std::string table = quote_qualified(row.at(0).text, row.at(1).text);
    if (!chosen.contains(table)) continue;
    statements.push_back("ALTER TABLE " + table + " DROP CONSTRAINT " +
                         quote_identifier(row.at(2).text));
  }
  return statements;
}

std::vector<std::string> read_schemas(Connection& connection,
                                      const std::vector<std::string>& schemas) {
  return first_column(connection.query("SELECT nspname FROM pg_namespace WHERE nspname IN " +
                                       names_in_parentheses(schemas) +
                                       " ORDER BY nspname COLLATE \"C\""));
}

std::vector<std::string> read_closed_schemas(Connection& connection,
                                             const std::vector<std::string>& schemas) {
  return first_column(connection.query(
      "SELECT nspname FROM pg_namespace WHERE nspname IN " + names_in_parentheses(schemas) +
      " AND NOT (has_schema_privilege(oid, 'USAGE') AND "
      "has_schema_privilege(oid, 'CREATE')) ORDER BY nspname COLLATE \"C\""));
}

}  // namespace millrace::postgres
