#include "io/block_pool.h"

#include <utility>

#include "io/error.h"

namespace millrace {

BlockPool::BlockPool(std::size_t block_bytes, std::size_t blocks)
    : block_bytes_(block_bytes), blocks_(blocks) {
  free_.reserve(blocks);
}

CopyBlock BlockPool::acquire(std::size_t at_least_bytes) {
  const bool oversized = at_least_bytes > block_bytes_;
  const std::size_t bytes = oversized ? at_least_bytes : block_bytes_;
  const std::size_t budget = block_bytes_ * blocks_;
  std::unique_lock lock(mutex_);
  home_.wait(lock, [&] {
    if (closed_) return true;
    // Oversized blocks are charged to an allowance of their own, one at a time, so that readers of
    // ordinary rows cannot starve the reader of a huge one, nor it them.
    return oversized ? !oversized_out_ : out_bytes_ + bytes <= budget;
  });
  if (closed_) throw Error(ErrorKind::cancelled, "the run was stopped");
  if (oversized) {
    oversized_out_ = true;
    lock.unlock();
    try {
      return CopyBlock(bytes);
    } catch (const std::bad_alloc&) {
      release(CopyBlock());
      throw Error(ErrorKind::exhausted, "cannot hold a row of " + std::to_string(bytes) + " bytes",
                  {}, "free memory, or leave the table out with --exclude");
    }
  }
  out_bytes_ += bytes;
  if (!free_.empty()) {
    CopyBlock block = std::move(free_.back());
    free_.pop_back();
    return block;
  }
  lock.unlock();
  return CopyBlock(block_bytes_);
}

void BlockPool::release(CopyBlock block) noexcept {
  block.clear();
  {
    const std::lock_guard lock(mutex_);
    if (block.capacity_bytes() == block_bytes_) {
      out_bytes_ -= block_bytes_;
      free_.push_back(std::move(block));  // never allocates: reserved in the constructor
    } else {
      oversized_out_ = false;
    }
  }
  home_.notify_all();
}

void BlockPool::close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  home_.notify_all();
}

std::size_t BlockPool::bytes_out() const {
  const std::lock_guard lock(mutex_);
  return out_bytes_;
}

}  // namespace millrace
