#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/chunk_writer.h"
#include "engine/job.h"
#include "engine/preparation.h"
#include "engine/progress.h"
#include "engine/retry.h"
#include "engine/run_source.h"
#include "engine/stop_request.h"
#include "engine/verify/observing_writer.h"
#include "engine/work_plan.h"

namespace millrace {

/// The source's rows at one instant, read as often as is wanted by a migration's own readers and
/// encoders. Threads: one.
class SourceRows {
 public:
  SourceRows(const Job& job, RunSource& source, const Preparation& preparation, StopRequest& stop)
      : source_(source), preparation_(preparation), stop_(stop), pauses_(job.retry) {}

  /// Connect and take the snapshot, unless that was done. Errors: as those of a migration.
  void open();
  bool opened() const noexcept { return opened_; }

  /// Read the chunks of `plan`: `on_row` for each row, concurrently; `seen` for each chunk, one at
  /// a time. Requires: open().
  void read(const WorkPlan& plan, Progress& progress, const ObservingWriter::OnRow& on_row,
            const std::function<void(const Receipt&)>& seen);
  /// The same, shown nowhere.
  void read(const WorkPlan& plan, const ObservingWriter::OnRow& on_row,
            const std::function<void(const Receipt&)>& seen);

 private:
  RunSource& source_;
  const Preparation& preparation_;
  StopRequest& stop_;
  RetryPauses pauses_;
  bool opened_ = false;
};

/// A plan of the same tables that reads only `chunks`, numbered anew.
WorkPlan plan_of_chunks(const WorkPlan& whole, std::vector<Chunk> chunks);

/// The chunks of `whole` that hold rows of the tables `which`, and of these alone.
std::vector<Chunk> chunks_of_tables(const WorkPlan& whole, std::span<const std::size_t> which);

}  // namespace millrace
