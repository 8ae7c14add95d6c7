#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/chunk_writer.h"
#include "engine/lane_session.h"
#include "engine/ledger.h"
#include "engine/progress.h"
#include "engine/table_build.h"
#include "engine/work_plan.h"
#include "io/block_pool.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Stores chunks over one target session, each in one transaction with its receipt in the ledger.
/// Threads: one.
class WriterLane final : public ChunkWriter {
 public:
  /// `open`, `pauses`: how a lost session is replaced; none where it ends the run.
  WriterLane(postgres::Connection& session, const WorkPlan& plan, BlockPool& pool,
             Progress& progress, LaneMeter& meter, BuildChoices choices, Ledger ledger = {},
             std::function<postgres::Connection()> open = {}, RetryPauses* pauses = nullptr);

  /// Store one chunk: its transaction is committed whole when this returns, or nothing of it is.
  /// Errors: bad_data, exhausted, connection_lost, commit_in_doubt, ... as the target says;
  ///         internal where the target stored another number of rows than were read.
  Receipt store(ChunkChannel& channel) override;
  /// A COMMIT in doubt is settled by asking the ledger: without one it ends the run.
  bool recovers_from(const Error& error) const noexcept override;
  std::optional<Receipt> recover(const Chunk& chunk, unsigned attempt) override;
  /// A group of small tables for which the target had too few locks; the ledger's plan is changed
  /// accordingly.
  std::optional<ChunkHalves> split(const Chunk& chunk, const Error& error,
                                   std::uint64_t spare_id) override;
  /// Cancels the statement that runs.
  void interrupt() noexcept override;

 private:
  void begin();
  std::optional<Receipt> recover_once(const Chunk& chunk, unsigned attempt);
  void count(const Receipt& receipt);
  /// The whole life of a group of small tables as one script.
  std::string group_script(const Chunk& chunk) const;
  /// Every table of the chunk, by its target name.
  std::string names_of(const Chunk& chunk) const;
  /// Send the blocks of one table through the COPY that is open.
  Receipt::Part copy_table(ChunkChannel& channel, std::size_t part);

  LaneSession lane_;
  postgres::Connection& session_;  // lane_'s
  const WorkPlan& plan_;
  BlockPool& pool_;
  Progress& progress_;
  LaneMeter& meter_;
  BuildChoices choices_;
  Ledger ledger_;
  bool fit_ = true;  // the session can be used after the last failure
};

}  // namespace millrace
