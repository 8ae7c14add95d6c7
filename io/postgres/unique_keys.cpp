#include "io/postgres/unique_keys.h"

#include <utility>

namespace millrace::postgres {

std::vector<UniqueKey> read_unique_keys(Connection& connection,
                                        const std::vector<std::string>& schemas) {
  std::string list = "(''";
  for (const std::string& name : schemas) list += ", " + quote_literal(name);
  list += ')';
  // Part by part; an expression names its column where it is lower() over one.
  const auto rows = connection.query(R"(
SELECT n.nspname, c.relname, ic.relname, part.at, i.indnkeyatts,
       coalesce(a.attname, e.attname),
       a.attnum IS NULL OR t.typname = 'citext' OR NOT coalesce(o.collisdeterministic, true)
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_class ic ON ic.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL generate_series(1, i.indnkeyatts::int) AS part(at)
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[part.at - 1]
                          AND a.attnum > 0
  LEFT JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_collation o ON o.oid = i.indcollation[part.at - 1]
  LEFT JOIN pg_attribute e ON a.attnum IS NULL AND e.attrelid = c.oid AND e.attnum > 0
       AND pg_get_indexdef(i.indexrelid, part.at, true) IN (
             'lower(' || quote_ident(e.attname) || ')',
             'lower(' || quote_ident(e.attname) || '::text)',
             'lower((' || quote_ident(e.attname) || ')::text)')
 WHERE i.indisunique AND i.indpred IS NULL AND c.relkind IN ('r', 'p')
   AND n.nspname IN )" + list + R"(
 ORDER BY 1, 2, 3, 4)");
  std::vector<UniqueKey> keys;
  bool whole = true;  // every part so far is a column that we know
  for (const Row& row : rows) {
    if (row.at(3).text == "1") {
      if (!whole) keys.pop_back();
      whole = true;
      keys.push_back(
          {.schema = row.at(0).text, .table = row.at(1).text, .name = row.at(2).text, .parts = {}});
    }
    whole = whole && !row.at(5).null;
    keys.back().parts.push_back({.column = row.at(5).text, .folds_case = row.at(6).text == "t"});
  }
  if (!whole) keys.pop_back();
  return keys;
}

}  // namespace millrace::postgres
