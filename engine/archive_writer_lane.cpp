#include "engine/archive_writer_lane.h"

#include <string>
#include <utility>

#include "engine/wait_clock.h"
#include "io/error.h"
#include "io/fault_point.h"
#include "operators/tuple_digester.h"

namespace millrace {

ArchiveWriterLane::ArchiveWriterLane(const WorkPlan& plan, archive::Manifest& manifest,
                                     std::filesystem::path folder, int level, BlockPool& pool,
                                     Progress& progress, LaneMeter& meter)
    : plan_(plan),
      manifest_(manifest),
      folder_(std::move(folder)),
      packer_(level),
      pool_(pool),
      progress_(progress),
      meter_(meter) {}

bool ArchiveWriterLane::digested_by_reader(std::size_t table) const {
  return plan_.digests &&
         TupleDigester::sent_back_as_written(plan_.tables[table].encoder.encodings());
}

Receipt ArchiveWriterLane::store(ChunkChannel& channel) {
  const Chunk& chunk = channel.chunk();
  archive::ArchiveChunk& entry = manifest_.chunks[chunk.id];
  Receipt receipt{.chunk = &chunk, .parts = {}, .begin_s = progress_.elapsed_s()};
  std::vector<std::uint64_t> digests, proofs;
  WaitClock clock(meter_, Stall::target);
  try {
    archive::ChunkFileWriter file(archive::chunk_path(folder_, chunk.id),
                                  archive::header_of(manifest_, entry), packer_);
    for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
      Receipt::Part stored;
      TupleDigest digest;
      const bool by_reader = digested_by_reader(chunk.tables[part]);
      const auto next = [&] {
        const StallScope stall(meter_, Stall::source);
        return channel.pop(part);
      };
      while (std::optional<CopyBlock> block = next()) {
        if (by_reader) {
          digest.rows += block->rows();
        } else {
          const std::optional<TupleDigest> tuples = digest_of(block->view());
          if (!tuples || tuples->rows != block->rows()) {
            throw Error(ErrorKind::internal, "a block holds no whole tuples");
          }
          digest.merge(*tuples);
        }
        clock.start();
        file.add(static_cast<std::uint32_t>(part), block->view(), block->rows());
        clock.book();
        stored.copy_bytes += block->size_bytes();
        pool_.release(std::move(*block));
        channel.return_credit();
      }
      stored.rows = digest.rows;
      if (stored.rows != channel.announced(part).rows) {
        throw Error(ErrorKind::internal,
                    "rows went missing: " + std::to_string(channel.announced(part).rows) +
                        " read, " + std::to_string(stored.rows) + " stored");
      }
      stored.faults = channel.announced(part).faults;
      stored.digest = channel.announced(part).digest;
      digests.push_back(by_reader ? stored.digest.value().sum : digest.sum);
      if (stored.digest) proofs.push_back(stored.digest->sum);
      receipt.parts.push_back(stored);
    }
    clock.start();
    channel.sync_rejects();
    entry.faults.clear();
    for (const Receipt::Part& part : receipt.parts) {
      entry.faults.push_back({part.faults.rows_rejected, part.faults.values_nulled});
    }
    archive::write_chunk_faults(folder_, chunk.id, entry.faults);
    fault_point("archive.before_chunk");
    entry.totals = file.finish(digests);
    if (proofs.size() == digests.size()) entry.proofs = std::move(proofs);
    fault_point("archive.after_chunk");
    clock.book();
  } catch (Error& error) {
    error.add({.side = Side::target, .chunk = chunk.id});
    throw;
  }
  for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
    TableMeter& table = progress_.table(chunk.tables[part]);
    table.rows_committed.fetch_add(receipt.parts[part].rows, std::memory_order_relaxed);
    table.bytes_committed.fetch_add(receipt.parts[part].copy_bytes, std::memory_order_relaxed);
    table.chunks_done.fetch_add(1, std::memory_order_relaxed);
  }
  channel.join_rejects();
  receipt.end_s = progress_.elapsed_s();
  return receipt;
}

}  // namespace millrace
