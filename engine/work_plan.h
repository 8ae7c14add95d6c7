#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/chunk.h"
#include "engine/sizing.h"
#include "io/key_range.h"
#include "io/mysql/connection.h"
#include "operators/tuple_digest.h"

namespace millrace {

/// What of a table an earlier process of a resumed run stored.
struct StoredBefore {
  std::uint64_t chunks = 0;
  std::uint64_t rows = 0;
  std::uint64_t copy_bytes = 0;
  std::uint64_t rows_rejected = 0;
  std::uint64_t values_nulled = 0;
  std::optional<TupleDigest> digest = TupleDigest{};  // none: not known of all of these rows
};

/// All chunks of a run, in the order of work, and how each table is cut.
struct WorkPlan {
  std::vector<TableWork> tables;
  bool tables_first = false;  // a group's tables too are created before the first row
  std::vector<Chunk> chunks;  // to do: under-lock ones first, then the largest tables first
  std::vector<std::string> chunked_by;   // per table, in words: "id (bigint)", "one stream", ...
  std::vector<std::uint64_t> chunks_of;  // per table: chunks that hold rows of it, stored or to do
  std::vector<StoredBefore> stored_of;   // per table; empty unless a run is resumed
  bool digests = true;                   // readers sum a digest of each chunk's tuples

  /// Chunks of `table` that are yet to be stored.
  std::uint64_t chunks_to_do(std::size_t table) const {
    return chunks_of[table] - (stored_of.empty() ? 0 : stored_of[table].chunks);
  }
};

/// The range of keys that a chunk of one part reads, from its tail; none where it is no range of
/// whole numbers: partitions, text, a tail that another version wrote.
std::optional<KeyRange> key_range_of(const TableWork& table, const Chunk& chunk);

/// The tables of a run, not yet cut into chunks.
WorkPlan make_uncut_plan(const SourceCatalog& catalog, const Translation& translation,
                         const std::vector<bool>& exists);

/// Cut the tables into chunks. Asks the source for key bounds; reads no rows.
///
/// A table of at most `sizing.chunk_bytes` may still be cut, so that no lane is idle at the end;
/// small tables go into groups that share one transaction. Tables that exist in the target already
/// are not grouped.
WorkPlan make_work_plan(mysql::Connection& source, const SourceCatalog& catalog,
                        const Translation& translation, const std::vector<bool>& exists,
                        const Sizing& sizing);

}  // namespace millrace
