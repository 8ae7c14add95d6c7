#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

#include "io/copy_block.h"

namespace millrace {

/// All the memory that rows in flight may use. A block is taken before anything is read into it and
/// comes home when its rows are with the target; so a slow target slows the readers and nothing
/// else, and the engine's memory does not depend on the tables' size.
///
/// Threads: all calls may run concurrently; the lock is taken once per block, never per row.
class BlockPool {
 public:
  BlockPool(std::size_t block_bytes, std::size_t blocks);

  std::size_t block_bytes() const noexcept { return block_bytes_; }
  std::size_t blocks() const noexcept { return blocks_; }

  /// Take a block of at least `at_least_bytes`; waits until there is room. Blocks larger than
  /// block_bytes() come on top of the pool, one at a time, so that a huge value always gets through
  /// and adds no more than its own size.
  /// Errors: Error{cancelled} once closed.
  CopyBlock acquire(std::size_t at_least_bytes = 0);

  /// Bring a block home.
  void release(CopyBlock block) noexcept;

  /// Wake all that wait; they and all later callers get Error{cancelled}.
  void close() noexcept;

  /// Bytes of blocks out now. Zero at the end of a run, or something leaked.
  std::size_t bytes_out() const;

 private:
  const std::size_t block_bytes_;
  const std::size_t blocks_;
  mutable std::mutex mutex_;
  std::condition_variable home_;
  std::vector<CopyBlock> free_;  // blocks of block_bytes_, made when first needed
  std::size_t out_bytes_ = 0;
  bool oversized_out_ = false;
  bool closed_ = false;
};

}  // namespace millrace
