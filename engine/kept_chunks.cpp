#include "engine/kept_chunks.h"

#include <cstddef>
#include <optional>
#include <span>

#include "engine/side_by_side.h"
#include "io/error.h"
#include "operators/tuple_digest.h"
#include "operators/tuple_digester.h"

namespace millrace {

namespace {

namespace fs = std::filesystem;

/// Adds up what a chunk's tuples are digested to: as they stand in the file, and as the target will
/// send them back.
class ChunkDigests {
 public:
  ChunkDigests(const archive::ArchiveChunk& chunk, const WorkPlan& plan)
      : file_(chunk.tables.size()) {
    for (const std::size_t table : chunk.tables) {
      sent_back_.emplace_back(plan.tables[table].encoder.encodings());
    }
  }

  /// False where these are not `rows` whole tuples.
  bool add(std::size_t part, std::span<const std::byte> tuples, std::uint64_t rows) {
    const std::optional<TupleDigest> digest = digest_of(tuples);
    if (!digest || digest->rows != rows) return false;
    file_[part].merge(*digest);
    while (!tuples.empty()) {
      const std::size_t bytes = tuple_bytes(tuples).value();
      sent_back_[part].add(tuples.first(bytes));
      tuples = tuples.subspan(bytes);
    }
    return true;
  }

  bool agree_with(const archive::ChunkTotals& totals) const {
    for (std::size_t i = 0; i < file_.size(); ++i) {
      if (file_[i].sum != totals.parts[i].digest) return false;
    }
    return true;
  }

  std::vector<std::uint64_t> proofs() const {
    std::vector<std::uint64_t> sums;
    for (const TupleDigester& part : sent_back_) sums.push_back(part.digest().sum);
    return sums;
  }

 private:
  std::vector<TupleDigest> file_;
  std::vector<TupleDigester> sent_back_;
};

/// Read a chunk's file to its end. Without digests its checksums alone vouch for it.
bool is_there(const fs::path& folder, const archive::Manifest& manifest, const WorkPlan& plan,
              archive::ArchiveChunk& chunk, std::vector<std::byte>& tuples) {
  const fs::path path = archive::chunk_path(folder, chunk.id);
  if (!fs::exists(path)) return false;
  try {
    archive::ChunkFileReader file(path);
    if (file.header() != archive::header_of(manifest, chunk)) return false;
    ChunkDigests digests(chunk, plan);
    while (const auto frame = file.next()) {
      if (!plan.digests) continue;
      tuples.resize(frame->raw_bytes);
      file.unpack(tuples);
      if (!digests.add(frame->part, tuples, frame->rows)) return false;
    }
    if (plan.digests && !digests.agree_with(file.totals())) return false;
    chunk.totals = file.totals();
    if (plan.digests) chunk.proofs = digests.proofs();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_data) throw;
    return false;
  }
  chunk.faults = archive::read_chunk_faults(folder, chunk.id, chunk.tables.size());
  return true;
}

}  // namespace

std::vector<std::uint8_t> find_kept_chunks(const fs::path& folder, archive::Manifest& manifest,
                                           const WorkPlan& plan, unsigned lanes,
                                           StopRequest& stop) {
  std::vector<std::uint8_t> kept(manifest.chunks.size());
  std::vector<std::vector<std::byte>> tuples(lanes);
  side_by_side(
      lanes, kept.size(), [] {},
      [&](std::size_t lane, std::size_t i) {
        stop.check();
        kept[i] = is_there(folder, manifest, plan, manifest.chunks[i], tuples[lane]) ? 1 : 0;
      });
  return kept;
}

void restore_chunks(const archive::Manifest& manifest, const std::vector<std::uint8_t>& kept,
                    WorkPlan& plan) {
  plan.chunks.clear();
  plan.chunks_of.assign(plan.tables.size(), 0);
  plan.stored_of.assign(plan.tables.size(), {});
  for (TableWork& table : plan.tables) table.grouped = false;
  for (std::size_t i = 0; i < manifest.chunks.size(); ++i) {
    const archive::ArchiveChunk& chunk = manifest.chunks[i];
    for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
      const std::size_t table = chunk.tables[part];
      plan.tables[table].grouped = chunk.grouped;
      ++plan.chunks_of[table];
      if (kept[i] == 0) continue;
      StoredBefore& stored = plan.stored_of[table];
      ++stored.chunks;
      stored.rows += chunk.totals->parts[part].rows;
      stored.copy_bytes += chunk.totals->parts[part].raw_bytes;
      if (chunk.faults.empty()) continue;
      stored.rows_rejected += chunk.faults[part].rows_rejected;
      stored.values_nulled += chunk.faults[part].values_nulled;
    }
    if (kept[i] == 0) plan.chunks.push_back(planned_chunk(chunk));
  }
}

Chunk planned_chunk(const archive::ArchiveChunk& chunk) {
  return {.id = chunk.id,
          .tables = chunk.tables,
          .members = chunk.members,
          .tail = chunk.tail,
          .bytes_estimate = chunk.bytes_estimate,
          .under_lock = chunk.under_lock};
}

}  // namespace millrace
