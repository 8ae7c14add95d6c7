#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/chunk.h"
#include "engine/sizing.h"
#include "io/mysql/connection.h"

namespace millrace {

/// All chunks of a run, in the order of work, and how each table is cut.
struct WorkPlan {
  std::vector<TableWork> tables;
  std::vector<Chunk> chunks;             // under-lock ones first, then the largest tables first
  std::vector<std::string> chunked_by;   // per table, in words: "id (bigint)", "one stream", ...
  std::vector<std::uint64_t> chunks_of;  // per table: chunks that hold rows of it
};

/// Cut the tables into chunks. Asks the source for key bounds; reads no rows.
///
/// A table of at most `sizing.chunk_bytes` may still be cut, so that no lane is idle at the end;
/// small tables go into groups that share one transaction. Tables that exist in the target already
/// are not grouped.
WorkPlan make_work_plan(mysql::Connection& source, const SourceCatalog& catalog,
                        const Translation& translation, const std::vector<bool>& exists,
                        const Sizing& sizing);

}  // namespace millrace
