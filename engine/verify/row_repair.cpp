#include "engine/verify/row_repair.h"

#include <map>
#include <vector>

#include <fmt/format.h>

#include "io/error.h"
#include "io/postgres/ddl.h"
#include "operators/byte_order.h"

namespace millrace {

namespace {

constexpr std::string_view stage = "pg_temp.millrace_repair";

std::string place_text(const RowPlace& place) {
  return fmt::format("\"({},{})\"", place.page, place.line);
}

/// `row`'s source tuple with where it goes in front: its relation's number, and its place there;
/// NULLs where it is in none yet.
std::string staged_tuple(const FoundRow& row, std::uint32_t relation) {
  constexpr std::uint32_t null = ~std::uint32_t{0};
  const bool changed = !row.target.empty();
  std::string staged(2 + (changed ? 18 : 8), '\0');
  auto* to = reinterpret_cast<std::uint8_t*>(staged.data());
  const auto* const source = reinterpret_cast<const std::uint8_t*>(row.source.data());
  store_big(to, static_cast<std::uint16_t>(load_big<std::uint16_t>(source) + 2));
  to += 2;
  if (changed) {
    store_big(to, std::uint32_t{4});
    store_big(to + 4, relation);
    store_big(to + 8, std::uint32_t{6});
    store_big(to + 12, row.place.page);
    store_big(to + 16, row.place.line);
  } else {
    store_big(to, null);
    store_big(to + 4, null);
  }
  return staged + row.source.substr(2);
}

/// The triggers that fire for us, foreign keys' own left out; quoted.
std::vector<std::string> enabled_triggers(postgres::Connection& session, const std::string& table) {
  std::vector<std::string> names;
  for (const postgres::Row& row : session.query(
           "SELECT tgname FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' "
           "AND tgrelid = " +
           postgres::quote_literal(table) + "::pg_catalog.regclass")) {
    names.push_back(postgres::quote_identifier(row[0].text));
  }
  return names;
}

/// What is to be done in one relation of the table.
struct RelationWork {
  std::uint32_t number = 0;
  std::string extra;  // places, as the elements of an array
  std::uint64_t n_extra = 0;
  std::uint64_t n_changed = 0;
};

}  // namespace

std::uint64_t repair_rows(postgres::Connection& session, const TargetInstant& target,
                          const TargetTable& table, std::span<const TargetSlice> slices,
                          std::span<const FoundRow> rows) {
  const std::string name = postgres::quote_qualified(table.schema, table.name);
  const std::string columns = postgres::copy_columns(table);
  std::map<std::string, RelationWork> relations;
  std::uint64_t n_missing = 0;
  for (const FoundRow& row : rows) {
    if (row.target.empty()) {
      ++n_missing;
      continue;
    }
    const auto next = static_cast<std::uint32_t>(relations.size());
    const auto at =
        relations.try_emplace(slices[row.place.slice].relation, RelationWork{next, {}, 0, 0});
    RelationWork& work = at.first->second;
    if (row.source.empty()) {
      work.extra += (work.extra.empty() ? "" : ",") + place_text(row.place);
      ++work.n_extra;
    } else {
      ++work.n_changed;
    }
  }
  const auto run = [&](const std::string& sql, std::uint64_t wanted) {
    const auto counted = session.query("WITH done AS (" + sql +
                                       " RETURNING 1) SELECT pg_catalog.count(*) FROM done");
    if (counted.at(0).at(0).text == std::to_string(wanted)) return;
    throw Error(ErrorKind::conflict,
                fmt::format("cannot repair the table: {} of {} rows are where they were",
                            counted.at(0).at(0).text, wanted),
                {}, "another session writes to the table, or a trigger does: repair it at rest");
  };
  try {
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT " +
                    postgres::quote_literal(target.snapshot()) + "; SET LOCAL row_security = off");
    // A table of that column's types and no constraint: what is wrong with the rows is for the
    // table itself to say.
    session.execute(
        fmt::format("CREATE TEMPORARY TABLE millrace_repair ON COMMIT DROP AS SELECT NULL::int4 AS "
                    "millrace_relation, NULL::tid AS millrace_place, {} FROM {} WHERE false",
                    columns, name));
    session.begin_copy(fmt::format("COPY {} FROM STDIN (FORMAT binary)", stage));
    for (const FoundRow& row : rows) {
      if (row.source.empty()) continue;
      const std::string tuple = staged_tuple(
          row, row.target.empty() ? 0 : relations.at(slices[row.place.slice].relation).number);
      session.write_copy(std::as_bytes(std::span(tuple)));
    }
    session.finish_copy();
    // A row is to become what it is at the source, not what a trigger makes of an update.
    const std::vector<std::string> triggers = enabled_triggers(session, name);
    for (const std::string& trigger : triggers) {
      session.execute(fmt::format("ALTER TABLE {} DISABLE TRIGGER {}", name, trigger));
    }
    std::string set;
    for (const TargetColumn& column : table.columns) {
      if (column.computed()) continue;
      const std::string quoted = postgres::quote_identifier(column.name);
      set += fmt::format("{}{} = s.{}", set.empty() ? "" : ", ", quoted, quoted);
    }
    for (const auto& [relation, work] : relations) {
      if (work.n_extra != 0) {
        run(fmt::format("DELETE FROM ONLY {} WHERE ctid = ANY ('{{{}}}'::tid[])", relation,
                        work.extra),
            work.n_extra);
      }
      if (work.n_changed != 0) {
        run(fmt::format("UPDATE ONLY {} AS t SET {} FROM {} AS s "
                        "WHERE t.ctid = s.millrace_place AND s.millrace_relation = {}",
                        relation, set, stage, work.number),
            work.n_changed);
      }
    }
    if (n_missing != 0) {
      run(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} WHERE millrace_place IS NULL", name,
                      columns, columns, stage),
          n_missing);
    }
    for (const std::string& trigger : triggers) {
      session.execute(fmt::format("ALTER TABLE {} ENABLE TRIGGER {}", name, trigger));
    }
    session.commit();
  } catch (Error& error) {
    session.abort_copy("given up");
    session.rollback();
    error.add({.side = Side::target, .table = table.full_name()});
    throw;
  }
  return rows.size();
}

}  // namespace millrace
