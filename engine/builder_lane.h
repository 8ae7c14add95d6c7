#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lane_queue.h"
#include "engine/lane_session.h"
#include "engine/ledger.h"
#include "engine/progress.h"
#include "engine/table_build.h"
#include "engine/work_plan.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Hands out the building of indexes and keys: a table's indexes when its last chunk is in, its
/// promotion and statistics when its last index is built. Ends when all tables are done.
/// Threads: all calls may run concurrently.
class BuildQueue {
 public:
  struct Task {
    std::size_t table = 0;
    std::size_t index = 0;  // of TargetTable::indexes; ignored when finishing
    bool finish = false;
  };

  BuildQueue(const WorkPlan& plan, BuildChoices choices);

  /// The rows of `table` are all in.
  void table_loaded(std::size_t table);
  /// `task` is done.
  void done(const Task& task);
  std::optional<Task> pop() { return queue_.pop(); }
  void discard() noexcept { queue_.discard(); }

 private:
  const WorkPlan& plan_;
  BuildChoices choices_;
  LaneQueue<Task> queue_;
  std::unique_ptr<std::atomic<std::size_t>[]> indexes_left_;
  std::atomic<std::size_t> tables_left_;
};

/// Builds indexes and keys over one target session. Threads: one.
class BuilderLane {
 public:
  /// `retried` is told of each attempt that failed and is followed by another.
  BuilderLane(LaneSession& lane, const WorkPlan& plan, Progress& progress, LaneMeter& meter,
              BuildChoices choices, Ledger ledger,
              std::function<void(const Error& error, unsigned attempt)> retried);

  /// Do one task, as often as it takes. Returns the seconds it took.
  double build(const BuildQueue::Task& task);

 private:
  void build_once(const BuildQueue::Task& task, bool perhaps_done);
  /// In one transaction that holds the lock, while the run is ours.
  void execute_as_owner(const TargetTable& table, std::string_view lock,
                        std::vector<std::string> statements);
  bool index_stands(const TargetTable& table, const TargetIndex& index);
  bool primary_key_stands(const TargetTable& table);

  LaneSession& lane_;
  postgres::Connection& session_;  // lane_'s
  const WorkPlan& plan_;
  Progress& progress_;
  LaneMeter& meter_;
  BuildChoices choices_;
  Ledger ledger_;
  std::function<void(const Error&, unsigned)> retried_;
};

}  // namespace millrace
