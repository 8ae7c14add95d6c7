#include "engine/foreign_keys.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "engine/failure.h"
#include "engine/target_statements.h"
#include "io/error.h"
#include "io/fault_point.h"
#include "io/postgres/ddl.h"

namespace millrace {

namespace {

struct KeyOfTable {
  const TargetTable* table;
  const TargetForeignKey* key;
  StandingKeys::ForeignKey standing;
};

/// Whether the key holds: false where it does not because of rows that this run left out.
bool validate(postgres::Connection& session, const KeyOfTable& item,
              const std::set<std::string>& incomplete) {
  if (item.standing == StandingKeys::ForeignKey::valid) return true;
  try {
    fault_point("foreign_keys.before_validate");
    session.execute(postgres::validate_foreign_key(*item.table, *item.key));
    return true;
  } catch (Error& error) {
    constexpr std::string_view foreign_key_violation = "23503";  // Source: PostgreSQL, appendix A
    const std::string parent = item.key->referenced_schema + "." + item.key->referenced_table;
    if (error.where().code == foreign_key_violation && incomplete.contains(parent)) return false;
    error.add({.side = Side::target, .table = item.table->full_name()});
    error.add_hint(
        "the source has rows whose parent is missing; the key stands in the target as "
        "NOT VALID: mend the rows there, then ALTER TABLE ... VALIDATE CONSTRAINT " +
        item.key->name);
    throw;
  }
}

}  // namespace

ForeignKeys add_foreign_keys(std::vector<postgres::Connection>& sessions, const WorkPlan& plan,
                             std::size_t most_locks, Progress& progress,
                             const std::set<std::string>& incomplete) {
  std::vector<KeyOfTable> keys;
  for (const TableWork& work : plan.tables) {
    if (work.exists) continue;
    const TargetTable& table = work.translated->target;
    for (std::size_t i = 0; i < table.foreign_keys.size(); ++i) {
      keys.push_back({&table, &table.foreign_keys[i], work.standing.foreign_key(i)});
    }
  }
  if (keys.empty()) return {};

  // A transaction holds the locks of both tables of each key until its end.
  constexpr std::size_t both_tables = 2;
  std::vector<TargetStatement> statements;
  for (const KeyOfTable& item : keys) {
    if (item.standing != StandingKeys::ForeignKey::missing) continue;
    statements.push_back(
        {postgres::add_foreign_key_not_valid(*item.table, *item.key), both_tables});
  }
  fault_point("foreign_keys.before_add");
  if (!statements.empty()) execute_in_batches(sessions.front(), statements, most_locks);

  std::atomic<std::size_t> next{0};
  std::vector<std::uint8_t> holds(keys.size());  // each written by the lane that took its key
  Failure failure([&] {
    for (postgres::Connection& session : sessions) session.cancel();
  });
  {
    std::vector<std::jthread> lanes;
    for (unsigned lane = 0; lane < sessions.size(); ++lane) {
      lanes.emplace_back([&, lane] {
        LaneMeter& meter = progress.lane(LaneKind::builder, lane);
        meter.enter(Stall::target);
        try {
          for (std::size_t at = next++; at < keys.size() && !failure.failed(); at = next++) {
            holds[at] = validate(sessions[lane], keys[at], incomplete) ? 1 : 0;
          }
        } catch (...) {
          failure.set(std::current_exception());
        }
        meter.enter(Stall::idle);
      });
    }
  }
  failure.rethrow();
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
