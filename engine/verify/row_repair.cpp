#include "engine/verify/row_repair.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <ranges>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/verify/repair_guards.h"
#include "io/error.h"
#include "io/postgres/ddl.h"
#include "operators/byte_order.h"

namespace millrace {

namespace {

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

/// What is to be done in one relation of the table.
struct RelationWork {
  std::uint32_t number = 0;
  std::string extra;  // places, as the elements of an array
  std::uint64_t n_extra = 0;
  std::uint64_t n_changed = 0;
};

/// The repair of one table, inside a transaction that sees the instant in which its rows were
/// found. Legal order: stage, remove, write.
class OneTableRepair {
 public:
  /// `number`: of the table among those of the transaction.
  OneTableRepair(postgres::Connection& session, std::span<const TargetSlice> slices,
                 const TableRepair& repair, std::size_t number)
      : session_(session),
        slices_(slices),
        table_(*repair.table),
        rows_(repair.rows),
        name_(postgres::quote_qualified(table_.schema, table_.name)),
        columns_(postgres::copy_columns(table_)),
        stage_name_(fmt::format("millrace_repair_{}", number)),
        stage_("pg_temp." + stage_name_),
        aside_name_(fmt::format("millrace_aside_{}", number)) {
    for (const FoundRow& row : rows_) {
      if (row.target.empty()) {
        ++n_missing_;
        continue;
      }
      const auto next = static_cast<std::uint32_t>(relations_.size());
      const auto at =
          relations_.try_emplace(slices_[row.place.slice].relation, RelationWork{next, {}, 0, 0});
      RelationWork& work = at.first->second;
      if (row.source.empty()) {
        work.extra += (work.extra.empty() ? "" : ",") + place_text(row.place);
        ++work.n_extra;
      } else {
        ++work.n_changed;
      }
    }
  }

  /// Send the source's rows into a table of the session's own.
  void stage() {
    // A table of that column's types and no constraint: what is wrong with the rows is for the
    // table itself to say.
    session_.execute(
        fmt::format("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT NULL::int4 AS "
                    "millrace_relation, NULL::tid AS millrace_place, {} FROM {} WHERE false",
                    stage_name_, columns_, name_));
    session_.begin_copy(fmt::format("COPY {} FROM STDIN (FORMAT binary)", stage_));
    for (const FoundRow& row : rows_) {
      if (row.source.empty()) continue;
      const std::string tuple = staged_tuple(
          row, row.target.empty() ? 0 : relations_.at(slices_[row.place.slice].relation).number);
      session_.write_copy(std::as_bytes(std::span(tuple)));
    }
    session_.finish_copy();
  }

  void remove() {
    for (const auto& [relation, work] : relations_) {
      if (work.n_extra == 0) continue;
      run(fmt::format("DELETE FROM ONLY {} WHERE ctid = ANY ('{{{}}}'::tid[])", relation,
                      work.extra),
          work.n_extra);
    }
  }

  void write() {
    std::uint64_t n_changed = 0;
    for (const auto& [relation, work] : relations_) n_changed += work.n_changed;
    if (n_changed != 0) {
      session_.execute("SAVEPOINT before_update");
      try {
        update();
      } catch (const Error& error) {
        if (!may_be_placed_anew(error.where().code)) throw;
        session_.execute("ROLLBACK TO SAVEPOINT before_update");
        place_anew(n_changed);
      }
    }
    if (n_missing_ == 0) return;
    run(fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} "
                    "WHERE millrace_place IS NULL",
                    name_, columns_, columns_, stage_),
        n_missing_);
  }

 private:
  /// Whether rows that could not be updated where they stand may be deleted and inserted.
  /// Source: PostgreSQL, appendix A.
  static bool may_be_placed_anew(std::string_view code) {
    // unique_violation, exclusion_violation: they took values of one another.
    // check_violation: another partition is theirs. generated_always: an identity takes a value
    // from nobody but an INSERT.
    return code == "23505" || code == "23P01" || code == "23514" || code == "428C9";
  }

  void run(const std::string& sql, std::uint64_t wanted) {
    const auto counted = session_.query("WITH done AS (" + sql +
                                        " RETURNING 1) SELECT pg_catalog.count(*) FROM done");
    if (counted.at(0).at(0).text == std::to_string(wanted)) return;
    throw Error(ErrorKind::conflict,
                fmt::format("cannot repair the table: {} of {} rows are where they were",
                            counted.at(0).at(0).text, wanted),
                {}, "another session writes to the table, or a trigger does: repair it at rest");
  }

  void update() {
    std::string set;
    for (const TargetColumn& column : table_.columns) {
      if (column.computed()) continue;
      const std::string quoted = postgres::quote_identifier(column.name);
      set += fmt::format("{}{} = s.{}", set.empty() ? "" : ", ", quoted, quoted);
    }
    for (const auto& [relation, work] : relations_) {
      if (work.n_changed == 0) continue;
      run(fmt::format("UPDATE ONLY {} AS t SET {} FROM {} AS s "
                      "WHERE t.ctid = s.millrace_place AND s.millrace_relation = {}",
                      relation, set, stage_, work.number),
          work.n_changed);
    }
  }

  /// Delete all changed rows, then insert them as they should be, with what they have in columns of
  /// which the source knows nothing.
  void place_anew(std::uint64_t n_changed) {
    std::string theirs, of_stage, columns = columns_;
    for (const std::string& column : other_columns()) {
      theirs += ", t." + column;
      columns += ", " + column;
    }
    for (const TargetColumn& column : table_.columns) {
      if (column.computed()) continue;
      of_stage += (of_stage.empty() ? "s." : ", s.") + postgres::quote_identifier(column.name);
    }
    std::string aside;
    for (const auto& [relation, work] : relations_) {
      if (work.n_changed == 0) continue;
      aside += fmt::format(
          "{}SELECT {}{} FROM ONLY {} AS t JOIN {} AS s ON t.ctid = s.millrace_place AND "
          "s.millrace_relation = {}",
          aside.empty() ? "" : " UNION ALL ", of_stage, theirs, relation, stage_, work.number);
    }
    session_.execute(
        fmt::format("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS {}", aside_name_, aside));
    for (const auto& [relation, work] : relations_) {
      if (work.n_changed == 0) continue;
      run(fmt::format("DELETE FROM ONLY {} AS t USING {} AS s WHERE t.ctid = s.millrace_place AND "
                      "s.millrace_relation = {}",
                      relation, stage_, work.number),
          work.n_changed);
    }
    run(fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM pg_temp.{}", name_,
                    columns, columns, aside_name_),
        n_changed);
  }

  /// Columns beside the plan that hold something of their own; quoted.
  std::vector<std::string> other_columns() {
    std::vector<std::string> names;
    for (const postgres::Row& row : session_.query(
             "SELECT attname FROM pg_catalog.pg_attribute WHERE attnum > 0 AND NOT attisdropped "
             "AND attgenerated = '' AND attrelid = " +
             postgres::quote_literal(name_) + "::pg_catalog.regclass ORDER BY attnum")) {
      const bool planned = std::ranges::any_of(
          table_.columns, [&](const TargetColumn& column) { return column.name == row[0].text; });
      if (!planned) names.push_back(postgres::quote_identifier(row[0].text));
    }
    return names;
  }

  postgres::Connection& session_;
  std::span<const TargetSlice> slices_;
  const TargetTable& table_;
  std::span<const FoundRow> rows_;
  std::string name_, columns_, stage_name_, stage_, aside_name_;
  std::map<std::string, RelationWork> relations_;
  std::uint64_t n_missing_ = 0;
};

}  // namespace

std::uint64_t repair_rows(postgres::Connection& session, const TargetInstant& target,
                          std::span<const TargetSlice> slices,
                          std::span<const TableRepair> repairs) {
  std::vector<const TargetTable*> tables;
  std::vector<OneTableRepair> each;
  std::uint64_t n_rows = 0;
  for (const TableRepair& repair : repairs) {
    tables.push_back(repair.table);
    each.emplace_back(session, slices, repair, each.size());
    n_rows += repair.rows.size();
  }
  RepairGuards guards(session, tables);
  guards.prepare();
  const std::vector<std::size_t>& order = guards.parents_first();
  const auto in = [&](std::size_t table, auto&& step) {
    try {
      step(each[table]);
    } catch (Error& error) {
      error.add({.side = Side::target, .table = tables[table]->full_name()});
      throw;
    }
  };
  try {
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT " +
                    postgres::quote_literal(target.snapshot()) + "; SET LOCAL row_security = off");
    for (const std::size_t table : order) in(table, [](OneTableRepair& one) { one.stage(); });
    // A row is to become what it is at the source, not what a trigger makes of an update.
    guards.hold_off();
    // Where keys stand they look at each statement: children go before their parents, and come
    // after them.
    for (const std::size_t table : std::views::reverse(order)) {
      in(table, [](OneTableRepair& one) { one.remove(); });
    }
    for (const std::size_t table : order) in(table, [](OneTableRepair& one) { one.write(); });
    guards.restore();
    session.commit();
  } catch (const Error& error) {
    session.abort_copy("given up");
    session.rollback();
    throw guards.explained(error);
  }
  return n_rows;
}

}  // namespace millrace
