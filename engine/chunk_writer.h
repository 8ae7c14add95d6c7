#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/chunk_channel.h"
#include "io/error.h"

namespace millrace {

/// What the other end confirmed of one chunk.
struct Receipt {
  const Chunk* chunk = nullptr;
  struct Part {
    std::uint64_t rows = 0;
    std::uint64_t copy_bytes = 0;
    std::optional<TupleDigest> digest = {};  // as the reader summed it; none where digests are off
    RowFaults faults{};                      // rows rejected, values stored as NULL
  };
  std::vector<Part> parts;
  double begin_s = 0;  // seconds since the start of the run
  double end_s = 0;
};

/// Two chunks in the place of one: each holds some of its tables.
struct ChunkHalves {
  Chunk first;  // has the chunk's own id
  Chunk second;
};

/// Where the rows of a run go: one lane of them. Virtual per chunk, never per block or row.
/// Threads: one (store); any (interrupt).
class ChunkWriter {
 public:
  ChunkWriter() = default;
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;
  virtual ~ChunkWriter() = default;

  /// Store one chunk: it is there whole when this returns, or nothing of it is. Every block that it
  /// pops goes home to the run's pool, and its credit back to the channel. The channel's rejected
  /// rows are synced before the chunk is committed, joined after it, kept where that is in doubt.
  /// Errors: as the lane's; nothing of the chunk is kept then.
  virtual Receipt store(ChunkChannel& channel) = 0;
  /// Whether recover() may help after store() failed with `error`.
  virtual bool recovers_from(const Error& error) const noexcept {
    static_cast<void>(error);
    return false;
  }
  /// Make the lane fit to store again, and find out whether the chunk was stored after all: then
  /// its receipt is returned. `attempt`: the one that failed, from 1.
  virtual std::optional<Receipt> recover(const Chunk& chunk, unsigned attempt) {
    static_cast<void>(chunk);
    static_cast<void>(attempt);
    return std::nullopt;
  }
  /// Cut a chunk in two that was too much for one transaction, if `error` of store() says so and
  /// that helps. `spare_id`: the second one's, unless the lane knows better. None: store it anew.
  /// Call after recover().
  virtual std::optional<ChunkHalves> split(const Chunk& chunk, const Error& error,
                                           std::uint64_t spare_id) {
    static_cast<void>(chunk);
    static_cast<void>(error);
    static_cast<void>(spare_id);
    return std::nullopt;
  }
  /// Let a store() that waits for the outside fail soon. The graph closes the channels itself.
  virtual void interrupt() noexcept = 0;
};

}  // namespace millrace
