#include "engine/sizing.h"

#include <algorithm>

#include <fmt/format.h>

#include "io/error.h"

namespace millrace {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
// Program, libraries and what each lane's client library holds (network and output buffers).
// Measured: VmHWM of an idle run, and of runs with 2 and 32 lanes.
constexpr std::size_t base_bytes = 48 * mebibyte;
constexpr std::size_t lane_bytes = mebibyte;
constexpr std::size_t largest_block = 256 * 1024;
constexpr std::size_t smallest_block = 32 * 1024;
constexpr std::size_t wanted_credits = 16;
constexpr std::size_t least_credits = 2;  // one being filled, one being sent

}  // namespace

Sizing work_out_sizing(const Sizing& asked, const Limits& limits) {
  Sizing sizing = asked;
  const unsigned lanes = std::clamp(limits.cores, 2U, 32U);
  if (sizing.readers == 0) {
    sizing.readers = lanes;
    // One more connection is the control session's.
    if (limits.source_connections > 1) {
      sizing.readers = std::min(sizing.readers, limits.source_connections - 1);
    }
  }
  // A writer waits for the disk at each commit and each index; a second one per core works
  // meanwhile. Measured: bench/run --only small, 2 cores: 2 writers take 2.3 times as long as 4.
  if (sizing.writers == 0) sizing.writers = std::clamp(2 * limits.cores, 4U, 32U);
  if (sizing.builders == 0) sizing.builders = std::max(2U, sizing.writers / 2);
  if (limits.target_connections > 0) {
    const unsigned wanted = sizing.writers + sizing.builders + 1;
    if (wanted > limits.target_connections) {
      if (asked.writers != 0 || limits.target_connections < 3) {
        throw Error(ErrorKind::exhausted,
                    fmt::format("cannot open {} connections to the target: it has {} free", wanted,
                                limits.target_connections),
                    {.side = Side::target},
                    "ask for fewer (--writers, --builders) or raise max_connections on the target");
      }
      sizing.builders = std::max(1U, (limits.target_connections - 1) / 3);
      sizing.writers = limits.target_connections - 1 - sizing.builders;
    }
  }
  if (sizing.chunk_bytes == 0) sizing.chunk_bytes = 64 * mebibyte;
  if (sizing.memory_bytes == 0) sizing.memory_bytes = default_memory_bytes;

  // Half of the locks are left to whoever else uses the target.
  sizing.transaction_locks = limits.target_locks / 2 / sizing.writers;
  sizing.open_chunks = sizing.readers + sizing.writers;
  const std::size_t fixed = base_bytes +
                            lane_bytes * (sizing.readers + sizing.writers + sizing.builders) +
                            sizing.packing_bytes * (sizing.readers + sizing.writers);
  const std::size_t least = sizing.open_chunks * least_credits * smallest_block;
  if (sizing.memory_bytes < fixed + least) {
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot run {} readers and {} writers in {} MiB: they need {} MiB",
                            sizing.readers, sizing.writers, sizing.memory_bytes / mebibyte,
                            (fixed + least + mebibyte - 1) / mebibyte),
                {}, "raise --memory or lower --readers and --writers");
  }
  // A third is left to what blocks grow to on their way through the client libraries.
  const std::size_t pool = (sizing.memory_bytes - fixed) * 2 / 3;
  sizing.block_bytes = largest_block;
  while (sizing.block_bytes > smallest_block &&
         pool / sizing.block_bytes < sizing.open_chunks * least_credits) {
    sizing.block_bytes /= 2;
  }
  sizing.credits =
      std::clamp(pool / sizing.block_bytes / sizing.open_chunks, least_credits, wanted_credits);
  sizing.blocks = sizing.credits * sizing.open_chunks;
  return sizing;
}

}  // namespace millrace
