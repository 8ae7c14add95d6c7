#include "engine/chunk_channel.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "io/error.h"

namespace millrace {

namespace {
[[noreturn]] void stop() { throw Error(ErrorKind::cancelled, "the run was stopped"); }
}  // namespace

ChunkChannel::ChunkChannel(const Chunk& chunk, std::size_t credits, unsigned attempt)
    : chunk_(chunk), credits_(credits), parts_(chunk.tables.size()), attempt_(attempt) {}

void ChunkChannel::allow_spill(archive::SpillSpace& space, archive::Packer& packer) {
  // An earlier attempt's file may still be there: its reader reads on.
  spill_.emplace(space, chunk_.id | (std::uint64_t{attempt_ - 1} << 40U), parts_.size());
  packer_ = &packer;
}

bool ChunkChannel::try_spill(std::size_t part, const CopyBlock& block) {
  if (!spill_) return false;
  {
    const std::lock_guard lock(mutex_);
    if (credits_ > 0 || closed_ || abandoned_) return false;
  }
  return spill_->add(part, block.view(), block.rows(), *packer_);
}

bool ChunkChannel::park(BlockPool& pool) {
  if (!spill_) return false;
  bool all = true;
  for (std::size_t part = 0; all && part < parts_.size(); ++part) {
    for (;;) {
      CopyBlock block;
      {
        const std::lock_guard lock(mutex_);
        if (taken_ || closed_) return false;
        if (parts_[part].blocks.empty()) break;
        // Out of the queue and not yet taken: a writer that comes now waits for it.
        block = std::move(parts_[part].blocks.front());
        parts_[part].blocks.pop_front();
      }
      all = spill_->add(part, block.view(), block.rows(), *packer_);
      if (!all) {
        std::optional<CopyBlock> unwanted;
        {
          const std::lock_guard lock(mutex_);
          if (abandoned_) {
            unwanted = std::move(block);
          } else {
            parts_[part].blocks.push_front(std::move(block));
          }
        }
        if (unwanted) pool.release(std::move(*unwanted));
        block_.notify_one();
        break;
      }
      {
        const std::lock_guard lock(mutex_);
        --parts_[part].announced->blocks;
      }
      block_.notify_one();
      pool.release(std::move(block));
      return_credit();
    }
  }
  spill_->rest();
  const std::lock_guard lock(mutex_);
  parked_ = all;
  return all;
}

bool ChunkChannel::rewind() {
  const std::lock_guard lock(mutex_);
  const bool rejects = std::any_of(parts_.begin(), parts_.end(), [](const Part& part) {
    return part.announced && part.announced->rejects;
  });
  if (!parked_ || rejects || closed_) return false;
  spill_->rewind();
  ++attempt_;
  return true;
}

void ChunkChannel::take() noexcept {
  const std::lock_guard lock(mutex_);
  taken_ = true;
}

std::optional<archive::SpillFile::Frame> ChunkChannel::next_spilled(std::size_t part) {
  if (!spill_) return std::nullopt;
  return spill_->next(part);
}

void ChunkChannel::acquire_credit() {
  std::unique_lock lock(mutex_);
  credit_.wait(lock, [&] { return closed_ || abandoned_ || credits_ > 0; });
  if (closed_) stop();
  if (credits_ > 0) --credits_;
}

void ChunkChannel::return_credit() noexcept {
  {
    const std::lock_guard lock(mutex_);
    ++credits_;
  }
  credit_.notify_one();
}

std::optional<CopyBlock> ChunkChannel::push(std::size_t part, CopyBlock block) {
  {
    const std::lock_guard lock(mutex_);
    if (abandoned_) return block;
    parts_[part].blocks.push_back(std::move(block));
  }
  block_.notify_one();
  return std::nullopt;
}

void ChunkChannel::give_up() noexcept {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  block_.notify_all();
}

bool ChunkChannel::given_up() const {
  const std::lock_guard lock(mutex_);
  return given_up_;
}

std::vector<CopyBlock> ChunkChannel::abandon() {
  std::vector<CopyBlock> blocks;
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    for (Part& part : parts_) {
      std::move(part.blocks.begin(), part.blocks.end(), std::back_inserter(blocks));
      part.blocks.clear();
    }
  }
  credit_.notify_all();
  return blocks;
}

void ChunkChannel::announce(std::size_t part, Announced announced) {
  {
    const std::lock_guard lock(mutex_);
    parts_[part].announced = std::move(announced);
  }
  block_.notify_one();
}

std::optional<CopyBlock> ChunkChannel::pop(std::size_t part) {
  std::unique_lock lock(mutex_);
  Part& here = parts_[part];
  const auto complete = [&] { return here.announced && here.taken == here.announced->blocks; };
  block_.wait(lock, [&] { return closed_ || given_up_ || !here.blocks.empty() || complete(); });
  if (closed_) stop();
  if (given_up_) throw Error(ErrorKind::connection_lost, "the chunk's reader lost its session");
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

std::optional<RowFaults> ChunkChannel::faults(std::size_t part) const {
  const std::lock_guard lock(mutex_);
  if (!parts_[part].announced) return std::nullopt;
  return parts_[part].announced->faults;
}

void ChunkChannel::sync_rejects() {
  for (const Part& part : parts_) {
    if (part.announced->rejects) part.announced->rejects->sync();
  }
}

void ChunkChannel::join_rejects() {
  for (const Part& part : parts_) {
    if (part.announced && part.announced->rejects) part.announced->rejects->join();
  }
}

void ChunkChannel::keep_rejects() noexcept {
  for (const Part& part : parts_) {
    if (part.announced && part.announced->rejects) part.announced->rejects->keep();
  }
}

void ChunkChannel::drop_rejects() noexcept {
  const std::lock_guard lock(mutex_);  // the reader may still be reading on
  for (const Part& part : parts_) {
    if (part.announced && part.announced->rejects) part.announced->rejects->drop();
  }
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
