#pragma once

#include <filesystem>

#include "engine/chunk_writer.h"
#include "engine/progress.h"
#include "engine/work_plan.h"
#include "io/archive/manifest.h"
#include "io/block_pool.h"

namespace millrace {

/// Stores chunks as files of an archive, each whole or not at all. Packing runs on the lane.
/// Threads: one.
class ArchiveWriterLane final : public ChunkWriter {
 public:
  /// Totals of what is written go into `manifest.chunks`: a chunk is one lane's.
  ArchiveWriterLane(const WorkPlan& plan, archive::Manifest& manifest, std::filesystem::path folder,
                    int level, BlockPool& pool, Progress& progress, LaneMeter& meter);

  /// Errors: exhausted where the disk is full; internal where another number of rows arrived than
  ///         was read.
  Receipt store(ChunkChannel& channel) override;
  void interrupt() noexcept override {}

 private:
  /// The tuples' digest over the bytes that are written. Where the reader's is the same, it stands
  /// for it: another pass costs a tenth of the engine's time.
  bool digested_by_reader(std::size_t table) const;

  const WorkPlan& plan_;
  archive::Manifest& manifest_;
  std::filesystem::path folder_;
  archive::Packer packer_;
  BlockPool& pool_;
  Progress& progress_;
  LaneMeter& meter_;
};

}  // namespace millrace
