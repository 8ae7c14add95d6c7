#pragma once

#include <filesystem>
#include <vector>

#include "engine/chunk_reader.h"
#include "engine/progress.h"
#include "engine/work_plan.h"
#include "io/archive/manifest.h"
#include "io/block_pool.h"

namespace millrace {

/// Reads chunks from the files of an archive. A frame is sent on when its own checksum holds, a
/// chunk's last table is announced when the whole file's does: so nothing of a broken file can be
/// committed.
/// Threads: one.
class ArchiveReaderLane final : public ChunkReader {
 public:
  /// `table_of`, `chunk_of`: the archive's number of each table and chunk of the run.
  ArchiveReaderLane(const archive::Manifest& manifest, std::filesystem::path folder,
                    const std::vector<std::size_t>& table_of,
                    const std::vector<std::size_t>& chunk_of, BlockPool& pool, Progress& progress,
                    LaneMeter& meter);

  /// Errors: bad_data naming the file and the offset at which it is broken.
  void read(ChunkChannel& channel, const Emit& emit) override;
  void interrupt() noexcept override {}

 private:
  const archive::Manifest& manifest_;
  std::filesystem::path folder_;
  const std::vector<std::size_t>& table_of_;
  const std::vector<std::size_t>& chunk_of_;
  BlockPool& pool_;
  Progress& progress_;
  LaneMeter& meter_;
};

}  // namespace millrace
