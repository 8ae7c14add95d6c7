#include "engine/foreign_keys.h"

#include <algorithm>
#include <atomic>
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

void validate(postgres::Connection& session, const KeyOfTable& item) {
  if (item.standing == StandingKeys::ForeignKey::valid) return;
  try {
    fault_point("foreign_keys.before_validate");
    session.execute(postgres::validate_foreign_key(*item.table, *item.key));
  } catch (Error& error) {
    error.add({.side = Side::target, .table = item.table->full_name()});
    error.add_hint(
        "the source has rows whose parent is missing; the key stands in the target as "
        "NOT VALID: mend the rows there, then ALTER TABLE ... VALIDATE CONSTRAINT " +
        item.key->name);
    throw;
  }
}

}  // namespace

std::size_t add_foreign_keys(std::vector<postgres::Connection>& sessions, const WorkPlan& plan,
                             std::size_t most_locks, Progress& progress) {
  std::vector<KeyOfTable> keys;
  for (const TableWork& work : plan.tables) {
    if (work.exists) continue;
    const TargetTable& table = work.translated->target;
    for (std::size_t i = 0; i < table.foreign_keys.size(); ++i) {
      keys.push_back({&table, &table.foreign_keys[i], work.standing.foreign_key(i)});
    }
  }
  if (keys.empty()) return 0;

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
            validate(sessions[lane], keys[at]);
          }
        } catch (...) {
          failure.set(std::current_exception());
        }
        meter.enter(Stall::idle);
      });
    }
  }
  failure.rethrow();
  return keys.size();
}

}  // namespace millrace
