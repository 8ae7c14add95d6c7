#include "engine/archive_reader_lane.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/wait_clock.h"
#include "io/error.h"
#include "operators/tuple_digest.h"

namespace millrace {

namespace {

/// A block of the pool that comes home unless it is sent on.
class LentBlock {
 public:
  LentBlock(BlockPool& pool, std::size_t bytes) : pool_(pool), block_(pool.acquire(bytes)) {}
  ~LentBlock() {
    if (block_.valid()) pool_.release(std::move(block_));
  }
  LentBlock(const LentBlock&) = delete;
  LentBlock& operator=(const LentBlock&) = delete;

  CopyBlock& operator*() noexcept { return block_; }
  CopyBlock take() noexcept { return std::exchange(block_, CopyBlock()); }

 private:
  BlockPool& pool_;
  CopyBlock block_;
};

}  // namespace

ArchiveReaderLane::ArchiveReaderLane(const archive::Manifest& manifest,
                                     std::filesystem::path folder,
                                     const std::vector<std::size_t>& table_of,
                                     const std::vector<std::size_t>& chunk_of, BlockPool& pool,
                                     Progress& progress, LaneMeter& meter)
    : manifest_(manifest),
      folder_(std::move(folder)),
      table_of_(table_of),
      chunk_of_(chunk_of),
      pool_(pool),
      progress_(progress),
      meter_(meter) {}

void ArchiveReaderLane::read(ChunkChannel& channel, const Emit& emit) {
  const Chunk& chunk = channel.chunk();
  const archive::ArchiveChunk& entry = manifest_.chunks[chunk_of_[chunk.id]];
  archive::ChunkFileReader file(archive::chunk_path(folder_, entry.id));
  if (file.header() != archive::header_of(manifest_, entry)) {
    file.refuse("it is not the chunk that the manifest means");
  }
  const std::size_t file_parts = entry.tables.size();
  // The channel's part of each part of the file; none for tables that the job leaves out. Both are
  // in one order; a consolidated table has several parts.
  std::vector<std::optional<std::size_t>> part_of(file_parts);
  for (std::size_t i = 0, part = 0; i < file_parts && part < chunk.tables.size(); ++i) {
    if (entry.tables[i] != table_of_[chunk.tables[part]]) continue;
    progress_.table(chunk.tables[part]).started.store(true, std::memory_order_relaxed);
    part_of[i] = part++;
  }
  std::vector<TupleDigest> digests(file_parts);
  std::vector<ChunkChannel::Announced> announced(file_parts);
  std::size_t last = file_parts;  // what is announced with the last of ours may be committed
  while (last > 0 && !part_of[last - 1]) --last;
  std::size_t at = 0;  // parts before it are announced
  const auto announce_until = [&](std::size_t end) {
    for (; at < end; ++at) {
      if (!part_of[at]) continue;
      if (!entry.proofs.empty()) {
        announced[at].digest = TupleDigest{.rows = announced[at].rows, .sum = entry.proofs[at]};
      }
      channel.announce(*part_of[at], announced[at]);
    }
  };
  WaitClock clock(meter_, Stall::source);
  const auto next = [&] {
    clock.start();
    auto frame = file.next();
    clock.book();
    return frame;
  };
  while (const auto frame = next()) {
    if (frame->part < at) file.refuse("its parts are out of order");
    announce_until(std::min<std::size_t>(frame->part, last - 1));
    if (!part_of[frame->part]) continue;
    {
      const StallScope stall(meter_, Stall::buffer);
      channel.acquire_credit();
    }
    LentBlock lent(pool_, frame->raw_bytes);
    CopyBlock& block = *lent;
    file.unpack(block.free_space().first(frame->raw_bytes));
    block.commit(frame->raw_bytes, frame->rows);
    const std::optional<TupleDigest> digest = digest_of(block.view());
    if (!digest || digest->rows != frame->rows) file.refuse("a frame holds no whole tuples");
    digests[frame->part].merge(*digest);
    ++announced[frame->part].blocks;
    announced[frame->part].rows += frame->rows;
    TableMeter& table = progress_.table(chunk.tables[*part_of[frame->part]]);
    table.rows_read.fetch_add(frame->rows, std::memory_order_relaxed);
    table.bytes_read.fetch_add(frame->raw_bytes, std::memory_order_relaxed);
    emit(channel, *part_of[frame->part], lent.take());
  }
  if (file.totals() != entry.totals) file.refuse("its totals are not those of the manifest");
  for (std::size_t i = 0; i < file_parts; ++i) {
    if (part_of[i] && digests[i].sum != file.totals().parts[i].digest) {
      file.refuse("its rows differ from their digest");
    }
  }
  announce_until(file_parts);
}

}  // namespace millrace
