#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/chunk.h"

namespace millrace {

/// Says of a row as the target sends it which chunk of its table it was stored by, for tables whose
/// chunks are ranges of a key of whole numbers: both servers order those alike. Text does not
/// qualify, since its order is the collation's.
///
/// Threads: const calls, any.
class ChunkRanges {
 public:
  /// None where the chunks of `table` are not such ranges: one stream, partitions, another key, or
  /// a rule that turns the key's values into something else.
  /// Requires: `chunks` are all of the table's.
  static std::optional<ChunkRanges> of(const TableWork& table, std::span<const Chunk> chunks);

  /// The index in `chunks`. Rows whose key no source row can have fall to one of them too.
  std::size_t find(std::span<const std::byte> tuple) const;

 private:
  /// A whole number of either sign, up to 64 bits: ordered by sign, then by two's complement.
  struct Whole {
    bool at_least_zero = true;
    std::uint64_t bits = 0;

    auto operator<=>(const Whole&) const = default;
  };
  using Key = std::vector<Whole>;

  static std::optional<Whole> whole_of_text(const std::string& text);
  static Whole whole_of_field(std::span<const std::byte> field) noexcept;

  std::vector<std::size_t> fields_;  // of the tuple, in key order
  std::vector<Key> begins_;          // ascending; of every chunk but the one without a begin
  std::vector<std::size_t> chunks_;  // by place: the one without a begin, then as begins_
};

}  // namespace millrace
