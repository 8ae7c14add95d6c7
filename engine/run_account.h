#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/chunk_writer.h"
#include "engine/preparation.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "engine/stop_request.h"

namespace millrace {

/// Keeps a run's progress and report in step with what it does.
/// Threads: one, and the graph's serial node (note).
class RunAccount {
 public:
  RunAccount(Progress& progress, RunReport& report) : progress_(progress), report_(report) {}

  /// Lanes, chunk and memory sizes, and the target's version.
  void tell_sizes(const Preparation& preparation);
  /// Fix the tables and lanes of `progress`.
  void begin(const Preparation& preparation);
  /// A chunk is in. `keys`: small tables of a group have their indexes now.
  void note(const Receipt& receipt, const WorkPlan& work, bool keys);
  /// Bring the report up to what has happened, well or not.
  void complete(const Preparation& preparation);

 private:
  void note_faults(const TableWork& table, const RowFaults& faults);

  Progress& progress_;
  RunReport& report_;
  std::map<std::size_t, RowFaults> faults_;  // by table; filled by the graph's serial node
};

/// What a run's progress tells of each table of its plan.
std::vector<Progress::TableSpec> progress_tables(const WorkPlan& plan);

/// What run_accounted() calls.
struct RunSteps {
  std::function<void()> run;
  /// Before complete(), when run() threw; without an error where a stop was the reason.
  std::function<void(const std::string& error)> failed;
  std::function<void()> complete;  // in any case
};

/// Run, and fill in the report's outcome, times, CPU and memory whatever happens.
/// Errors: those of steps.run; a lost session that a stop has cut is told as cancelled.
void run_accounted(const StopRequest& stop, RunReport& report, const RunSteps& steps);

}  // namespace millrace
