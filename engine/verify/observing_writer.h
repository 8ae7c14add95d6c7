#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "engine/chunk_writer.h"
#include "engine/work_plan.h"
#include "io/block_pool.h"
#include "operators/tuple_digester.h"

namespace millrace {

/// Stores nothing: it only looks at the rows that would be stored. The receipts carry the readers'
/// digests, as those of a migration do.
/// Threads: one.
class ObservingWriter final : public ChunkWriter {
 public:
  /// Called for each row, in the form in which the server would send it back; `table` is its index
  /// in the plan, `chunk` the one that it was read by.
  using OnRow =
      std::function<void(const Chunk& chunk, std::size_t table, std::span<const std::byte> tuple)>;

  /// `on_row` empty: the rows are only counted.
  ObservingWriter(const WorkPlan& plan, BlockPool& pool, OnRow on_row)
      : plan_(plan), pool_(pool), on_row_(std::move(on_row)) {}

  Receipt store(ChunkChannel& channel) override;
  void interrupt() noexcept override {}

 private:
  void look_at(const Chunk& chunk, std::size_t table, const CopyBlock& block,
               TupleDigester& digester) const;

  const WorkPlan& plan_;
  BlockPool& pool_;
  OnRow on_row_;
};

}  // namespace millrace
