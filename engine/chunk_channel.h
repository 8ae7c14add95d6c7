#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/chunk.h"
#include "engine/reject_files.h"
#include "engine/row_faults.h"
#include "io/archive/spill_file.h"
#include "io/block_pool.h"
#include "io/copy_block.h"
#include "operators/tuple_digest.h"

namespace millrace {

/// The way of one chunk's blocks from its reader to its writer.
///
/// The end of a table is a count, not a marker: the reader announces how many blocks and rows it
/// sent, and the writer goes on until it has them all. So blocks may overtake each other.
///
/// Threads: one reader (acquire_credit, announce), any (push), one writer (pop, return_credit).
class ChunkChannel {
 public:
  struct Announced {
    std::uint64_t blocks = 0;
    std::uint64_t rows = 0;
    std::optional<TupleDigest> digest = {};  // of all rows; none where the run makes no digests
    RowFaults faults{};
    std::shared_ptr<ChunkRejects> rejects{};  // none: no row was rejected
  };

  /// `credits`: the most blocks that may be between reader and writer.
  /// `attempt`: which one at the chunk, from 1.
  ChunkChannel(const Chunk& chunk, std::size_t credits, unsigned attempt = 1);

  const Chunk& chunk() const noexcept { return chunk_; }
  unsigned attempt() const noexcept { return attempt_; }

  /// Let blocks go to a file where the writer cannot take them yet. `packer` is the reader's.
  /// Call before the channel is handed to anybody.
  void allow_spill(archive::SpillSpace& space, archive::Packer& packer);
  /// Keep a block's tuples in the file instead of sending it, if every credit is spent and there is
  /// room. False: send it. Threads: the reader's.
  bool try_spill(std::size_t part, const CopyBlock& block);
  /// All is announced: move the blocks that no writer has taken into the file too, so that they go
  /// home to `pool`. True if nothing of the chunk is in memory then. Threads: the reader's.
  bool park(BlockPool& pool);
  /// The chunk could not be stored: begin it again from its file, as the next attempt. False where
  /// it is not whole in the file, or has rejected rows. Threads: the writer's.
  bool rewind();
  /// A writer begins to store the chunk.
  void take() noexcept;
  /// The next tuples of the part that went to the file; none after its last, or where none did.
  /// Requires: pop() returned none. Threads: the writer's.
  std::optional<archive::SpillFile::Frame> next_spilled(std::size_t part);
  /// Whether the chunk's place among the open ones was given back already; it is given back once.
  bool give_back_place() noexcept { return !place_given_back_.exchange(true); }

  /// Wait until one more block may be under way. Errors: Error{cancelled} once closed.
  void acquire_credit();
  /// A block has been stored and is home again.
  void return_credit() noexcept;

  /// Deliver a block of the `part`-th table of the chunk; gives it back once the writer has
  /// abandoned the channel.
  std::optional<CopyBlock> push(std::size_t part, CopyBlock block);
  /// Nothing more comes of the `part`-th table.
  void announce(std::size_t part, Announced announced);

  /// The next block of the `part`-th table; none when all announced blocks have been taken.
  /// Errors: Error{cancelled} once closed.
  std::optional<CopyBlock> pop(std::size_t part);
  /// What was announced for the `part`-th table. Requires: pop() returned none.
  Announced announced(std::size_t part) const;
  /// What did not fit of the `part`-th table; none before it is announced.
  std::optional<RowFaults> faults(std::size_t part) const;

  /// The reader cannot go on: pop() throws Error{connection_lost}.
  void give_up() noexcept;
  bool given_up() const;
  /// The writer cannot go on: hands out the blocks that wait, and from now on the reader gets every
  /// credit and its blocks back, so that it can read to the end of what its session is sending.
  std::vector<CopyBlock> abandon();
  // The rows that the reader rejected, for the writer, who knows what becomes of the chunk. What is
  // neither joined nor kept goes with the channel. Requires: pop() returned none for each part.
  /// Before the chunk is committed: they are on the disk.
  void sync_rejects();
  /// After it is: they are in the tables' reject files.
  void join_rejects();
  /// Nobody knows whether it is: a later run finds out.
  void keep_rejects() noexcept;
  /// It turned out that it is not: they go with the channel, and come again with the chunk.
  void drop_rejects() noexcept;

  /// Wake all that wait; they get Error{cancelled}.
  void close() noexcept;

 private:
  struct Part {
    std::deque<CopyBlock> blocks;
    std::uint64_t taken = 0;
    std::optional<Announced> announced;
  };

  const Chunk& chunk_;
  mutable std::mutex mutex_;
  std::condition_variable credit_, block_;
  std::size_t credits_;
  std::vector<Part> parts_;
  unsigned attempt_;
  bool closed_ = false;
  bool taken_ = false;
  bool parked_ = false;  // all of it is in the file
  std::atomic<bool> place_given_back_{false};
  std::optional<archive::SpillFile> spill_;
  archive::Packer* packer_ = nullptr;
  bool given_up_ = false;
  bool abandoned_ = false;
};

}  // namespace millrace
