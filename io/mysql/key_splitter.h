#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/key_range.h"
#include "io/mysql/connection.h"
#include "io/source_schema.h"

namespace millrace::mysql {

/// The key that a table is cut along: its primary key, or else a unique key without NULLs.
struct ChunkKey {
  std::string index;                 // its name, for FORCE INDEX
  std::vector<std::size_t> columns;  // indexes into SourceTable::columns, in key order
};

/// The best key of `table` to cut along; none where only one stream is possible.
std::optional<ChunkKey> choose_key(const SourceTable& table);

/// A range and how many rows the server believes are in it.
struct SizedRange {
  KeyRange range;
  std::uint64_t rows_estimate = 0;
};

/// Cut `table` (or one native partition of it) into about `pieces` ranges of about equal row
/// counts.
///
/// Ensures: the ranges are disjoint, in key order, and their union is every key: the first has no
///          begin, the last no end. So no row is lost or doubled whatever the estimates are worth,
///          and whatever is inserted before the snapshot.
/// Cost:    a few index look-ups per range; never a scan of the table, unless a range of more than
///          twice its share cannot be cut in any other way.
std::vector<SizedRange> split_keys(Connection& connection, const SourceTable& table,
                                   const ChunkKey& key, const std::string& partition,
                                   std::size_t pieces);

/// `range` as a condition for WHERE; empty when it is unbounded on both sides.
std::string range_condition(const SourceTable& table, const ChunkKey& key, const KeyRange& range);

}  // namespace millrace::mysql
