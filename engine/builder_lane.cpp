#include "engine/builder_lane.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/key_collisions.h"
#include "engine/table_build.h"
#include "engine/wait_clock.h"
#include "io/error.h"
#include "io/fault_point.h"
#include "io/postgres/ddl.h"
#include "io/quoting.h"

namespace millrace {

namespace {

/// Indexes that are yet to be built.
std::size_t missing_indexes(const TableWork& work) {
  std::size_t missing = 0;
  for (std::size_t i = 0; i < work.translated->target.indexes.size(); ++i) {
    if (!work.standing.has_index(i)) ++missing;
  }
  return missing;
}

}  // namespace

BuildQueue::BuildQueue(const WorkPlan& plan, BuildChoices choices)
    : plan_(plan),
      choices_(choices),
      indexes_left_(std::make_unique<std::atomic<std::size_t>[]>(plan.tables.size())),
      tables_left_(plan.tables.size()) {
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    indexes_left_[i] = missing_indexes(plan.tables[i]);
  }
  if (plan.tables.empty()) queue_.close();
}

void BuildQueue::table_loaded(std::size_t table) {
  const TableWork& work = plan_.tables[table];
  if (work.grouped) {  // its keys were built with its rows
    if (tables_left_.fetch_sub(1) == 1) queue_.close();
    return;
  }
  if (!choices_.keys || work.exists || missing_indexes(work) == 0) {
    queue_.push({.table = table, .index = 0, .finish = true});
    return;
  }
  for (std::size_t i = 0; i < work.translated->target.indexes.size(); ++i) {
    if (work.standing.has_index(i)) continue;
    queue_.push({.table = table, .index = i, .finish = false});
  }
}

void BuildQueue::done(const Task& task) {
  if (task.finish) {
    if (tables_left_.fetch_sub(1) == 1) queue_.close();
  } else if (indexes_left_[task.table].fetch_sub(1) == 1) {
    queue_.push({.table = task.table, .index = 0, .finish = true});
  }
}

BuilderLane::BuilderLane(LaneSession& lane, const WorkPlan& plan, Progress& progress,
                         LaneMeter& meter, BuildChoices choices, Ledger ledger,
                         std::function<void(const Error&, unsigned)> retried)
    : lane_(lane),
      session_(lane.get()),
      plan_(plan),
      progress_(progress),
      meter_(meter),
      choices_(choices),
      ledger_(ledger),
      retried_(std::move(retried)) {}

double BuilderLane::build(const BuildQueue::Task& task) {
  const double begin = progress_.elapsed_s();
  progress_.table(task.table).keys_running.store(true, std::memory_order_relaxed);
  lane_.until_done(
      [&](unsigned attempt) {
        try {
          build_once(task, attempt > 1);
        } catch (Error& error) {
          error.add({.side = Side::target,
                     .table = plan_.tables[task.table].translated->target.full_name()});
          throw;
        }
      },
      retried_);
  return progress_.elapsed_s() - begin;
}

void BuilderLane::build_once(const BuildQueue::Task& task, bool perhaps_done) {
  const TableWork& work = plan_.tables[task.table];
  const TargetTable& table = work.translated->target;
  WaitClock clock(meter_, Stall::target);
  clock.start();
  lane_.join(ledger_);
  // Where only the way to it was lost, the server may still build: let what stands be decided.
  if (perhaps_done) ledger_.end_predecessor(session_);
  fault_point(task.finish ? "builder.before_finish" : "builder.before_index");
  if (!task.finish) {
    const TargetIndex& index = table.indexes[task.index];
    if (!perhaps_done || !index_stands(table, index)) {
      // No index of a partitioned table can be promoted.
      const bool whole_key = index.primary && !table.partition_by.empty();
      try {
        execute_as_owner(table, whole_key ? "ACCESS EXCLUSIVE" : "SHARE",
                         {whole_key ? postgres::add_primary_key(table, index)
                                    : postgres::create_index(table, index)});
      } catch (const Error& error) {
        throw with_collisions(error, session_, table, index);
      }
    }
    fault_point("builder.after_index");
    clock.book();
    return;
  }
  std::vector<std::string> script;
  const bool promoted = work.standing.primary_key || (perhaps_done && primary_key_stands(table));
  for (const TargetIndex& index : table.indexes) {
    const bool whole_key = !table.partition_by.empty();  // it was made at once
    if (index.primary && !whole_key && !work.exists && choices_.keys && !promoted) {
      script.push_back(postgres::promote_primary_key(table, index));
    }
  }
  // Validating a foreign key reads both of its indexes in order when pages are known to be
  // visible, else hashes one table: VACUUM tells them so. Measured: bench/run --only tpch,
  // lineitem to partsupp, 0.8 s instead of 5.4 s, for 0.5 s of VACUUM.
  const bool vacuum = work.in_foreign_key && !work.exists && choices_.keys;
  // Of the user's own table not under our lock: a CREATE INDEX CONCURRENTLY of his waits for that,
  // and ANALYZE for him.
  const bool analyze_apart = work.exists && choices_.analyze;
  const bool promotes = !script.empty();
  // What lets others go on, and yet not take the table away; COPY asked for the same.
  const char* const lock = promotes ? "ACCESS EXCLUSIVE" : "ROW EXCLUSIVE";
  std::ranges::move(finishing_statements(work, choices_.analyze && !vacuum && !analyze_apart),
                    std::back_inserter(script));
  script.push_back(ledger_.finished_statement(task.table));
  execute_as_owner(table, lock, std::move(script));
  fault_point("builder.after_finish");
  // These cannot ask themselves; on another run's table they would do no harm.
  if (vacuum) session_.execute(postgres::vacuum_table(table, choices_.analyze));
  if (analyze_apart) session_.execute(postgres::analyze_table(table));
  progress_.table(task.table).done.store(true, std::memory_order_relaxed);
  clock.book();
}

/// Who waits for a table's lock may find another run's table under its name when he has it.
void BuilderLane::execute_as_owner(const TargetTable& table, std::string_view lock,
                                   std::vector<std::string> statements) {
  ledger_.execute_as_owner(session_, std::move(statements), postgres::lock_table(table, lock));
}

bool BuilderLane::index_stands(const TargetTable& table, const TargetIndex& index) {
  return !session_
              .query(
                  "SELECT FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE "
                  "x.indisvalid AND x.indrelid = " +
                  postgres::quote_literal(postgres::quote_qualified(table.schema, table.name)) +
                  "::regclass AND c.relname = " + postgres::quote_literal(index.name))
              .empty();
}

bool BuilderLane::primary_key_stands(const TargetTable& table) {
  return !session_
              .query("SELECT FROM pg_constraint WHERE contype = 'p' AND conrelid = " +
                     postgres::quote_literal(postgres::quote_qualified(table.schema, table.name)) +
                     "::regclass")
              .empty();
}

}  // namespace millrace
