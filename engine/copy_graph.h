#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/builder_lane.h"
#include "engine/chunk_reader.h"
#include "engine/chunk_writer.h"
#include "engine/failure.h"
#include "engine/report.h"
#include "engine/retry.h"
#include "engine/work_plan.h"
#include "io/block_pool.h"
#include "io/postgres/connection.h"

namespace millrace {

/// What the copy needs; all of it outlives the call.
struct CopyRun {
  const WorkPlan& plan;
  const Sizing& sizing;
  Progress& progress;
  BuildChoices choices;
  Ledger ledger = {};
  BlockPool& pool;                                    // the lanes' blocks
  std::vector<std::unique_ptr<ChunkReader>> readers;  // a thread for each
  std::vector<std::unique_ptr<ChunkWriter>> writers;  // a thread for each
  std::vector<postgres::Connection>& builders;        // none: nothing is built
  std::function<void()> lock_chunks_read;             // every chunk with under_lock is read
  std::function<void()> all_read = [] {};             // every chunk is read
  archive::SpillSpace* spill = nullptr;               // where chunks go that no writer can take yet
  int spill_level = 1;                                // zstd
  std::function<void(const Receipt&)> committed;      // serial; a chunk is in
  std::function<void(std::size_t table, double seconds, bool finished)> built;  // serial
  // What is tried anew, and how patiently; none: the first failure of a lane ends the run.
  RetryPauses* pauses = nullptr;
  std::function<postgres::Connection(unsigned lane)> open_builder = {};
  std::function<void(RetryReport)> retried = {};  // any thread
};

/// Move every row of the plan and build its keys. Whence and where to is for the lanes to know:
/// they may read a source, an archive or a test's own rows, and store into a target or an archive.
///
/// The graph:   readers ==blocks==> writers --receipts--> settle ~~tables~~> builders -->
/// settle_build Sessions block, so each has a thread of its own, a lane, behind an async_node; what
/// only computes runs on oneTBB's workers. A reader takes a chunk only when fewer than
/// sizing.open_chunks are between reading and commit; chunks that lie in spill files are not
/// counted.
///
/// Retries: a chunk whose reader or writer failed for want of its session is read and stored anew
///          from its first row, whatever of it was under way; its writer is the one that queues it.
/// Errors:  the first Error of any lane, after every lane has ended in order: COPYs aborted,
///          transactions rolled back.
/// Threads: blocks; `interrupt` may be called from any thread while it runs.
class CopyGraph {
 public:
  explicit CopyGraph(CopyRun run);
  ~CopyGraph();

  void run();
  /// End as soon as can be: run() then throws `error`.
  void interrupt(std::exception_ptr error) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace
