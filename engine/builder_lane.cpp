#include "engine/builder_lane.h"

#include "engine/table_build.h"
#include "engine/wait_clock.h"
#include "io/error.h"
#include "io/fault_point.h"
#include "io/postgres/ddl.h"

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

BuilderLane::BuilderLane(postgres::Connection& session, const WorkPlan& plan, Progress& progress,
                         LaneMeter& meter, BuildChoices choices, Ledger ledger)
    : session_(session),
      plan_(plan),
      progress_(progress),
      meter_(meter),
      choices_(choices),
      ledger_(ledger) {}

double BuilderLane::build(const BuildQueue::Task& task) {
  const TableWork& work = plan_.tables[task.table];
  const TargetTable& table = work.translated->target;
  TableMeter& progress = progress_.table(task.table);
  const double begin = progress_.elapsed_s();
  progress.keys_running.store(true, std::memory_order_relaxed);
  WaitClock clock(meter_, Stall::target);
  clock.start();
  try {
    if (!joined_ && ledger_.kept()) session_.execute(ledger_.join_statement());
    joined_ = true;
    fault_point(task.finish ? "builder.before_finish" : "builder.before_index");
    if (task.finish) {
      std::string script;
      for (const TargetIndex& index : table.indexes) {
        if (index.primary && !work.exists && choices_.keys && !work.standing.primary_key) {
          append_statements(script, {postgres::promote_primary_key(table, index)});
        }
      }
      // Validating a foreign key reads both of its indexes in order when pages are known to be
      // visible, else hashes one table: VACUUM tells them so. Measured: bench/run --only tpch,
      // lineitem to partsupp, 0.8 s instead of 5.4 s, for 0.5 s of VACUUM.
      const bool vacuum = work.in_foreign_key && !work.exists && choices_.keys && choices_.analyze;
      append_statements(script,
                        finishing_statements(table, choices_.analyze && !vacuum, work.exists));
      if (ledger_.kept()) append_statements(script, {ledger_.finished_statement(task.table)});
      if (!script.empty()) session_.execute(script);
      if (vacuum) session_.execute(postgres::vacuum_table(table));
      progress.done.store(true, std::memory_order_relaxed);
    } else {
      session_.execute(postgres::create_index(table, table.indexes[task.index]));
    }
  } catch (Error& error) {
    error.add({.side = Side::target, .table = table.full_name()});
    throw;
  }
  clock.book();
  return progress_.elapsed_s() - begin;
}

}  // namespace millrace
