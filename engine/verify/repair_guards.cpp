#include "engine/verify/repair_guards.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "io/error.h"
#include "io/postgres/ddl.h"
#include "io/postgres/table_guards.h"

namespace millrace {

namespace {

constexpr std::string_view foreign_key_violation = "23503";  // Source: PostgreSQL, appendix A

std::string list_of(const std::vector<std::string>& tables) {
  std::string list;
  for (const std::string& table : tables) {
    list += fmt::format("{}{}::pg_catalog.regclass", list.empty() ? "" : ", ",
                        postgres::quote_literal(table));
  }
  return list;
}

}  // namespace

RepairGuards::RepairGuards(postgres::Connection& session,
                           std::span<const TargetTable* const> tables)
    : session_(session) {
  for (const TargetTable* table : tables) {
    names_.push_back(postgres::quote_qualified(table->schema, table->name));
  }
}

void RepairGuards::prepare() {
  read_keys();
  if (!std::ranges::all_of(keys_, &Key::droppable)) {
    // A unique constraint that is checked late is checked by a trigger, which a replica does not
    // fire. Source: PostgreSQL, src/backend/commands/constraint.c.
    const auto checked_late = session_.query(
        "SELECT FROM pg_catalog.pg_constraint WHERE contype IN ('p', 'u', 'x') AND condeferrable "
        "AND conrelid IN (" +
        list_of(names_) + ") LIMIT 1");
    as_replica_ = checked_late.empty() && postgres::act_as_replica(session_);
  }
  read_triggers();
  sort_tables();
}

void RepairGuards::read_keys() {
  const std::string tables = list_of(names_);
  for (const postgres::Row& row : session_.query(
           "SELECT pg_catalog.quote_ident(k.conname), k.conrelid::pg_catalog.regclass, "
           "k.confrelid::pg_catalog.regclass, pg_catalog.pg_get_constraintdef(k.oid), "
           "k.convalidated, pg_catalog.pg_has_role(c.relowner, 'USAGE') AND "
           "pg_catalog.has_table_privilege(k.confrelid, 'REFERENCES'), "
           "(k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd')) AND "
           "k.confrelid IN (" +
           tables + "), pg_catalog.obj_description(k.oid, 'pg_constraint'), " +
           std::string(postgres::orphans_of_key) +
           " FROM pg_catalog.pg_constraint k "
           "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid "
           "WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT EXISTS (SELECT FROM "
           "pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled = 'D') AND "
           "(k.conrelid IN (" +
           tables + ") OR k.confrelid IN (" + tables + ")) ORDER BY 2, 1")) {
    keys_.push_back({.name = row[0].text,
                     .table = row[1].text,
                     .parent = row[2].text,
                     .definition = row[3].text,
                     .comment = row[7].null ? std::nullopt : std::optional(row[7].text),
                     .orphans = row[8].text,
                     .valid = row[4].text == "t",
                     .droppable = row[5].text == "t",
                     .changes_rows = row[6].text == "t"});
  }
}

void RepairGuards::read_triggers() {
  for (const postgres::Row& row : session_.query(
           "SELECT tgrelid::pg_catalog.regclass, pg_catalog.quote_ident(tgname), CASE tgenabled "
           "WHEN 'O' THEN 'ENABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END "
           "FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('A', " +
           std::string(as_replica_ ? "'R'" : "'O'") + ") AND tgrelid IN (" + list_of(names_) +
           ")")) {
    triggers_.push_back({row[0].text, row[1].text, row[2].text});
  }
}

void RepairGuards::sort_tables() {
  // Depth first; where keys go round in a circle, it is cut somewhere.
  std::vector<std::string> plain;  // as the server writes them
  for (const std::string& name : names_) {
    plain.push_back(session_
                        .query("SELECT " + postgres::quote_literal(name) +
                               "::pg_catalog.regclass::pg_catalog.text")
                        .at(0)
                        .at(0)
                        .text);
  }
  std::vector<bool> visited(names_.size());
  const std::function<void(std::size_t)> visit = [&](std::size_t table) {
    if (visited[table]) return;
    visited[table] = true;
    for (const Key& key : keys_) {
      if (key.table != plain[table]) continue;
      const auto parent = std::find(plain.begin(), plain.end(), key.parent);
      if (parent != plain.end()) visit(static_cast<std::size_t>(parent - plain.begin()));
    }
    parents_first_.push_back(table);
  };
  for (std::size_t table = 0; table < names_.size(); ++table) visit(table);
}

void RepairGuards::hold_off() {
  for (const Trigger& trigger : triggers_) {
    session_.execute(fmt::format("ALTER TABLE {} DISABLE TRIGGER {}", trigger.table, trigger.name));
  }
  for (const Key& key : keys_) {
    if (key.droppable) {
      session_.execute(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", key.table, key.name));
    } else if (key.changes_rows && !as_replica_) {
      throw Error(ErrorKind::bad_request,
                  fmt::format("cannot repair: foreign key {} of {} would change rows of that table "
                              "along ({})",
                              key.name, key.table, key.definition),
                  {.side = Side::target, .code = std::string(foreign_key_violation)});
    }
  }
}

void RepairGuards::restore() {
  // A key that waits for the end would let no trigger be enabled before it.
  session_.execute("SET CONSTRAINTS ALL IMMEDIATE");
  for (const Trigger& trigger : triggers_) {
    session_.execute(
        fmt::format("ALTER TABLE {} {} TRIGGER {}", trigger.table, trigger.enable, trigger.name));
  }
  for (const Key& key : keys_) {
    if (key.droppable) {
      session_.execute(
          fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", key.table, key.name, key.definition));
      if (key.comment) {
        session_.execute(fmt::format("COMMENT ON CONSTRAINT {} ON {} IS {}", key.name, key.table,
                                     postgres::quote_literal(*key.comment)));
      }
    } else if (as_replica_ && key.valid) {
      const std::string orphans = session_.query(key.orphans).at(0).at(0).text;
      if (orphans == "0") continue;
      throw Error(ErrorKind::bad_data,
                  fmt::format("cannot repair: {} rows of {} would refer to no row of {} by foreign "
                              "key {}",
                              orphans, key.table, key.parent, key.name),
                  {.side = Side::target, .code = std::string(foreign_key_violation)});
    }
  }
}

Error RepairGuards::explained(const Error& error) const {
  if (error.where().code != foreign_key_violation) return error;
  const bool stand = !as_replica_ && !std::ranges::all_of(keys_, &Key::droppable);
  return {error.kind(), error.message(), error.where(),
          stand ? "repair as the owner of the tables, or as a superuser: GRANT SET ON PARAMETER "
                  "session_replication_role TO the role (PostgreSQL 15 and later)"
                : "the rows that break it are none that the repair may touch: mend or delete them "
                  "first"};
}

}  // namespace millrace
