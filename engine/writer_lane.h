#pragma once

#include <cstdint>
#include <vector>

#include "engine/chunk_channel.h"
#include "engine/progress.h"
#include "engine/table_build.h"
#include "engine/work_plan.h"
#include "io/block_pool.h"
#include "io/postgres/connection.h"

namespace millrace {

/// What the target confirmed of one chunk.
struct Receipt {
  const Chunk* chunk = nullptr;
  struct Part {
    std::uint64_t rows = 0;
    std::uint64_t copy_bytes = 0;
  };
  std::vector<Part> parts;
  double begin_s = 0;  // seconds since the start of the run
  double end_s = 0;
};

/// Stores chunks over one target session, each in one transaction.
/// Threads: one.
class WriterLane {
 public:
  WriterLane(postgres::Connection& session, const WorkPlan& plan, BlockPool& pool,
             Progress& progress, LaneMeter& meter, BuildChoices choices);

  /// Store one chunk: its transaction is committed whole when this returns, or nothing of it is.
  /// Errors: bad_data, exhausted, connection_lost, commit_in_doubt, ... as the target says;
  ///         internal where the target stored another number of rows than were read.
  Receipt store(ChunkChannel& channel);

 private:
  /// The whole life of a group of small tables as one script.
  std::string group_script(const Chunk& chunk) const;
  /// Every table of the chunk, by its target name.
  std::string names_of(const Chunk& chunk) const;
  /// Send the blocks of one table through the COPY that is open.
  Receipt::Part copy_table(ChunkChannel& channel, std::size_t part);

  postgres::Connection& session_;
  const WorkPlan& plan_;
  BlockPool& pool_;
  Progress& progress_;
  LaneMeter& meter_;
  BuildChoices choices_;
};

}  // namespace millrace
