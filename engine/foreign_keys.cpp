#include "engine/foreign_keys.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/side_by_side.h"
#include "engine/target_statements.h"
#include "io/error.h"
#include "io/fault_point.h"
#include "io/postgres/ddl.h"
#include "io/quoting.h"

namespace millrace {

namespace {

struct KeyOfTable {
  const TargetTable* table;
  const TargetForeignKey* key;
  std::size_t work;    // index of the plan's table
  std::size_t number;  // of the key among that table's
  StandingKeys::ForeignKey standing;
};

/// Whether the key holds: false where it does not because of rows that this run left out.
bool validate(postgres::Connection& session, const KeyOfTable& item,
              const std::set<std::string>& incomplete, const Ledger& ledger) {
  if (item.standing == StandingKeys::ForeignKey::valid) return true;
  try {
    fault_point("foreign_keys.before_validate");
    ledger.execute_as_owner(session, {postgres::validate_foreign_key(*item.table, *item.key)});
    return true;
  } catch (Error& error) {
    constexpr std::string_view foreign_key_violation = "23503";  // Source: PostgreSQL, appendix A
    const std::string parent = item.key->referenced_schema + "." + item.key->referenced_table;
    if (error.where().code == foreign_key_violation && incomplete.contains(parent)) return false;
    error.add({.side = Side::target, .table = item.table->full_name()});
    if (error.where().code != foreign_key_violation) throw;
    error.add_hint(
        "the source has rows whose parent is missing; the key stands in the target as "
        "NOT VALID: mend the rows there, then ALTER TABLE ... VALIDATE CONSTRAINT " +
        item.key->name);
    throw;
  }
}

/// A transaction holds the locks of both tables of each key until its end.
std::vector<TargetStatement> missing_keys(const std::vector<KeyOfTable>& keys) {
  constexpr std::size_t both_tables = 2;
  std::vector<TargetStatement> statements;
  for (const KeyOfTable& item : keys) {
    if (item.standing != StandingKeys::ForeignKey::missing) continue;
    statements.push_back(
        {postgres::add_foreign_key_not_valid(*item.table, *item.key), both_tables});
  }
  return statements;
}

void add_as_owner(postgres::Connection& session, const std::vector<TargetStatement>& statements,
                  std::size_t most_locks, const Ledger& ledger) {
  try {
    execute_in_batches(session, statements, most_locks, {.guard = ledger.owner_statement()});
  } catch (const Error& error) {
    ledger.refuse_if_not_owner(session, error);
    throw;
  }
}

}  // namespace

std::vector<std::vector<StandingKeys::ForeignKey>> find_foreign_keys(postgres::Connection& session,
                                                                     const WorkPlan& plan) {
  std::unordered_map<std::string, std::size_t> tables;
  std::set<std::string> schemas;
  std::vector<std::vector<StandingKeys::ForeignKey>> standing(plan.tables.size());
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const TargetTable& target = plan.tables[i].translated->target;
    tables.emplace(target.schema + '\0' + target.name, i);
    schemas.insert(postgres::quote_literal(target.schema));
    standing[i].assign(target.foreign_keys.size(), StandingKeys::ForeignKey::missing);
  }
  if (schemas.empty()) return standing;
  for (const postgres::Row& row : session.query(fmt::format(
           "SELECT n.nspname, t.relname, k.conname, k.convalidated FROM pg_constraint k JOIN "
           "pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE "
           "k.contype = 'f' AND n.nspname IN ({})",
           fmt::join(schemas, ", ")))) {
    const auto found = tables.find(row[0].text + '\0' + row[1].text);
    if (found == tables.end()) continue;
    const auto& keys = plan.tables[found->second].translated->target.foreign_keys;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].name != row[2].text) continue;
      standing[found->second][i] = row[3].text == "t" ? StandingKeys::ForeignKey::valid
                                                      : StandingKeys::ForeignKey::not_valid;
    }
  }
  return standing;
}

ForeignKeys add_foreign_keys(std::vector<std::unique_ptr<LaneSession>>& lanes, const WorkPlan& plan,
                             std::size_t most_locks, Progress& progress,
                             const std::set<std::string>& incomplete, const Ledger& ledger,
                             const RetriedLane& retried) {
  std::vector<KeyOfTable> keys;
  for (std::size_t table = 0; table < plan.tables.size(); ++table) {
    const TableWork& work = plan.tables[table];
    if (work.exists) continue;
    const TargetTable& target = work.translated->target;
    for (std::size_t i = 0; i < target.foreign_keys.size(); ++i) {
      keys.push_back({&target, &target.foreign_keys[i], table, i, work.standing.foreign_key(i)});
    }
  }
  if (keys.empty()) return {};

  lanes.front()->until_done(
      [&](unsigned attempt) {
        postgres::Connection& session = lanes.front()->get();
        lanes.front()->join(ledger);
        if (attempt > 1) {  // some of them may be there
          const auto standing = find_foreign_keys(session, plan);
          for (KeyOfTable& item : keys) item.standing = standing[item.work][item.number];
        }
        fault_point("foreign_keys.before_add");
        const std::vector<TargetStatement> statements = missing_keys(keys);
        if (!statements.empty()) add_as_owner(session, statements, most_locks, ledger);
        fault_point("foreign_keys.after_add");
      },
      [&](const Error& error, unsigned attempt) { retried(0, error, attempt); });

  std::vector<std::uint8_t> holds(keys.size());  // each written by the lane that took its key
  side_by_side(
      lanes.size(), keys.size(),
      [&] {
        for (const auto& lane : lanes) lane->stop();
      },
      [&](std::size_t lane, std::size_t at) {
        const StallScope stall(progress.lane(LaneKind::builder, static_cast<unsigned>(lane)),
                               Stall::target);
        lanes[lane]->until_done(
            [&](unsigned) {
              lanes[lane]->join(ledger);
              holds[at] = validate(lanes[lane]->get(), keys[at], incomplete, ledger) ? 1 : 0;
            },
            [&](const Error& error, unsigned attempt) {
              retried(static_cast<unsigned>(lane), error, attempt);
            });
      });
  ForeignKeys added{.keys = keys.size(), .notes = {}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (holds[i] != 0) continue;
    added.notes.push_back({"foreign key", keys[i].table->full_name() + "." + keys[i].key->name,
                           "left NOT VALID, since rows of " + keys[i].key->referenced_schema + "." +
                               keys[i].key->referenced_table +
                               " were rejected or lost a value: when they are in, " +
                               postgres::validate_foreign_key(*keys[i].table, *keys[i].key)});
  }
  return added;
}

}  // namespace millrace
