#pragma once

#include <functional>

#include "engine/chunk_channel.h"
#include "engine/progress.h"
#include "engine/work_plan.h"
#include "io/block_pool.h"
#include "io/mysql/connection.h"

namespace millrace {

/// Reads chunks over one source session and encodes their rows into blocks where they lie.
/// Threads: one.
class ReaderLane {
 public:
  /// Where a full block goes: the `part`-th table of the channel's chunk.
  using Emit = std::function<void(ChunkChannel& channel, std::size_t part, CopyBlock block)>;

  ReaderLane(mysql::Connection& session, const WorkPlan& plan, BlockPool& pool, Progress& progress,
             LaneMeter& meter, Emit emit);

  /// Read one chunk to its end, emitting its blocks and announcing their number.
  /// Errors: bad_data where a value does not fit, naming table, column, key and value; whatever the
  ///         source says. The session is of no use after an error.
  void read(ChunkChannel& channel);

 private:
  void read_table(ChunkChannel& channel, std::size_t part);

  mysql::Connection& session_;
  const WorkPlan& plan_;
  BlockPool& pool_;
  Progress& progress_;
  LaneMeter& meter_;
  Emit emit_;
};

}  // namespace millrace
