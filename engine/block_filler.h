#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/chunk_reader.h"
#include "engine/progress.h"
#include "engine/reject_files.h"
#include "engine/reject_line.h"
#include "engine/wait_clock.h"
#include "io/binary_row.h"
#include "io/block_pool.h"
#include "io/error.h"
#include "operators/tuple_digester.h"

namespace millrace {

/// What the row callback of one table's part of a chunk fills and counts: blocks of tuples, and
/// what became of the rows that do not fit.
/// Threads: one, the reader lane's.
class BlockFiller {
 public:
  struct Lane {
    BlockPool& pool;
    LaneMeter& meter;
    RejectFiles& rejects;
    const ChunkReader::Emit& emit;
  };

  BlockFiller(const Lane& lane, const TableWork& table, TableMeter& progress, ChunkChannel& channel,
              std::size_t part, bool digests);
  BlockFiller(const BlockFiller&) = delete;
  BlockFiller& operator=(const BlockFiller&) = delete;
  ~BlockFiller();

  /// The callback: C code stands below it, so nothing may be thrown.
  static bool on_row(void* context, const BinaryRowView& row) noexcept;

  /// Send what is left; throws what the callback could not.
  ChunkChannel::Announced finish();

 private:
  void add(const BinaryRowView& row);
  /// Keep the tuple that was encoded into the block's free space.
  void commit(std::size_t bytes);
  /// Off the hot path: a row of which the encoder has found one value that does not fit.
  void add_unfit(const BinaryRowView& row, const RowOutcome& first);
  /// Encode into the block, or into a new one where it has no room. Keeps nothing.
  RowOutcome encode(const BinaryRowView& row, std::span<const std::uint16_t> given_up = {});
  void open(std::size_t room);
  void seal();
  void give_back();
  FaultPolicy policy_of(std::size_t column) const;
  std::string key_of(const BinaryRowView& row) const;
  Error fault_error(const BinaryRowView& row, const RejectedValue& fault) const;

  Lane lane_;
  const TableWork& table_;
  TableMeter& progress_;
  ChunkChannel& channel_;
  std::size_t part_;
  WaitClock clock_;
  CopyBlock block_;
  ChunkChannel::Announced announced_;
  std::optional<TupleDigester> digester_;
  std::exception_ptr error_;
};

}  // namespace millrace
