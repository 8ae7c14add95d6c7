#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

inline constexpr std::size_t default_memory_bytes = std::size_t{256} << 20;

/// What the machine and the servers allow.
struct Limits {
  unsigned cores = 1;
  unsigned source_connections = 0;  // free on the source; 0: not known
  unsigned target_connections = 0;  // free on the target; 0: not known
  std::size_t target_locks = 0;     // that all its sessions share; 0: not known
};

/// The sizes of a run.
struct Sizing {
  unsigned readers = 0;
  unsigned writers = 0;
  unsigned builders = 0;
  std::size_t chunk_bytes = 0;    // the most source bytes per chunk
  std::size_t memory_bytes = 0;   // the engine's whole budget
  std::size_t packing_bytes = 0;  // of it, what each reader and writer needs to compress
  std::size_t block_bytes = 0;
  std::size_t blocks = 0;             // in the pool
  std::size_t credits = 0;            // blocks that one chunk may have under way
  std::size_t open_chunks = 0;        // chunks between the start of reading and commit
  std::size_t transaction_locks = 0;  // that a chunk may hold in the target; 0: not known
};

/// Work out every size that `asked` leaves at 0.
///
/// Ensures: credits * open_chunks <= blocks, so a chunk whose COPY is open can always get a block:
///          the pool cannot be drained by chunks that wait for a writer.
/// Errors:  Error{bad_request} where the servers have too few connections or the memory is too
///          small for the lanes asked for.
Sizing work_out_sizing(const Sizing& asked, const Limits& limits);

}  // namespace millrace
