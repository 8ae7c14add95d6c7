#pragma once

#include <functional>

#include "engine/chunk_channel.h"
#include "io/error.h"

namespace millrace {

/// Where the rows of a run come from: one lane of them. Virtual per chunk, never per block or row.
/// Threads: one (read); any (interrupt).
class ChunkReader {
 public:
  /// Where a full block goes: the `part`-th table of the channel's chunk.
  using Emit = std::function<void(ChunkChannel& channel, std::size_t part, CopyBlock block)>;

  ChunkReader() = default;
  ChunkReader(const ChunkReader&) = delete;
  ChunkReader& operator=(const ChunkReader&) = delete;
  virtual ~ChunkReader() = default;

  /// Read one chunk to its end, emitting its blocks and announcing their number. A block comes from
  /// the run's pool and costs one credit of the channel, which is acquired first.
  /// Errors: as the lane's; it is of no use after one.
  virtual void read(ChunkChannel& channel, const Emit& emit) = 0;
  /// Whether recover() may help after read() failed with `error`.
  virtual bool recovers_from(const Error& error) const noexcept {
    static_cast<void>(error);
    return false;
  }
  /// Make the lane fit to read from the same instant again.
  /// Errors: where it cannot be, with the reason.
  virtual void recover() {}
  /// Let a read() that waits for the outside fail soon. The graph closes pool and channels itself.
  virtual void interrupt() noexcept = 0;
};

}  // namespace millrace
