#pragma once

#include <functional>
#include <mutex>

#include "engine/chunk_reader.h"
#include "engine/progress.h"
#include "engine/reject_files.h"
#include "engine/work_plan.h"
#include "io/block_pool.h"
#include "io/mysql/connection.h"

namespace millrace {

/// Reads chunks over one source session and encodes their rows into blocks where they lie.
/// Threads: one.
class ReaderLane final : public ChunkReader {
 public:
  /// `reopen`: gives a session inside the same instant; none where a lost one ends the run.
  ReaderLane(mysql::Connection& session, const WorkPlan& plan, BlockPool& pool, Progress& progress,
             LaneMeter& meter, RejectFiles& rejects,
             std::function<mysql::Connection()> reopen = {});

  /// Errors: bad_data where a value does not fit and the job says so, naming table, column, key and
  ///         value; whatever the source says. The session is of no use after an error.
  void read(ChunkChannel& channel, const Emit& emit) override;
  bool recovers_from(const Error& error) const noexcept override;
  void recover() override;
  void interrupt() noexcept override;

 private:
  void read_table(ChunkChannel& channel, std::size_t part, const Emit& emit);

  mysql::Connection& session_;
  const WorkPlan& plan_;
  BlockPool& pool_;
  Progress& progress_;
  LaneMeter& meter_;
  RejectFiles& rejects_;
  std::function<mysql::Connection()> reopen_;
  std::mutex mutex_;  // guards session_ while it is replaced
};

}  // namespace millrace
