#include "engine/chunk_channel.h"

#include <utility>

#include "io/error.h"

namespace millrace {

namespace {
[[noreturn]] void stop() { throw Error(ErrorKind::cancelled, "the run was stopped"); }
}  // namespace

ChunkChannel::ChunkChannel(const Chunk& chunk, std::size_t credits)
    : chunk_(chunk), credits_(credits), parts_(chunk.tables.size()) {}

void ChunkChannel::acquire_credit() {
  std::unique_lock lock(mutex_);
  credit_.wait(lock, [&] { return closed_ || credits_ > 0; });
  if (closed_) stop();
  --credits_;
}

void ChunkChannel::return_credit() noexcept {
  {
    const std::lock_guard lock(mutex_);
    ++credits_;
  }
  credit_.notify_one();
}

void ChunkChannel::push(std::size_t part, CopyBlock block) {
  {
    const std::lock_guard lock(mutex_);
    parts_[part].blocks.push_back(std::move(block));
  }
  block_.notify_one();
}

void ChunkChannel::announce(std::size_t part, Announced announced) {
  {
    const std::lock_guard lock(mutex_);
    parts_[part].announced = announced;
  }
  block_.notify_one();
}

std::optional<CopyBlock> ChunkChannel::pop(std::size_t part) {
  std::unique_lock lock(mutex_);
  Part& here = parts_[part];
  const auto complete = [&] { return here.announced && here.taken == here.announced->blocks; };
  block_.wait(lock, [&] { return closed_ || !here.blocks.empty() || complete(); });
  if (closed_) stop();
  if (here.blocks.empty()) return std::nullopt;
  CopyBlock block = std::move(here.blocks.front());
  here.blocks.pop_front();
  ++here.taken;
  return block;
}

ChunkChannel::Announced ChunkChannel::announced(std::size_t part) const {
  const std::lock_guard lock(mutex_);
  return parts_[part].announced.value();
}

void ChunkChannel::close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  credit_.notify_all();
  block_.notify_all();
}

}  // namespace millrace
