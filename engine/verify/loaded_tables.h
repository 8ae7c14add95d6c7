#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/work_plan.h"
#include "io/postgres/connection.h"
#include "operators/tuple_digest.h"

namespace millrace {

/// What the ledger says that the last run into a table of the target stored there.
struct LoadedTable {
  std::int32_t run = 0;
  std::size_t number = 0;  // of the table in that run
  std::uint64_t rows = 0;
  std::optional<TupleDigest> digest;  // none: the run made no digests
  std::uint64_t rows_rejected = 0, values_nulled = 0;
  std::optional<std::uint64_t> next_auto_increment;  // of the source, when the run began
  bool as_planned = true;                            // this job reads and stores the same of it
  bool appended = false;                             // rows stood in it before the run
};

struct LoadedRun {
  std::int32_t run = 0;
  std::string started_at;  // ISO 8601, UTC
  std::string source;      // masked URL, or the archive
};

/// The tables of a plan, as the ledger has them.
struct LoadedTables {
  std::vector<LoadedTable> tables;  // in the plan's order
  std::vector<LoadedRun> runs;      // that stored them, the oldest first
  struct Other {
    std::string source;  // "shop.orders"
    std::string target;
    std::uint64_t rows = 0;
    bool present = false;  // in the target
  };
  std::vector<Other> others;  // tables that these runs stored beside the plan's
};

/// Read what of the plan's tables the target's ledger knows.
/// `digests`: a table that can only be counted will not do.
/// Errors: bad_request where there is no ledger that this account may read, or where it does not
///         know all of a table, naming what it lacks; the hint says what to type instead.
LoadedTables read_loaded_tables(postgres::Connection& session, const WorkPlan& plan, bool digests);

/// "run 7 read from mysql://db1/shop at 2026-11-29T10:00:00Z, run 8 ..."; of many the first ones.
std::string runs_in_words(const std::vector<LoadedRun>& runs);

/// Why rows of this table cannot be located against the ledger, and what to type instead.
/// Requires: it is not as planned.
std::string why_not_located(const LoadedTables& loaded, std::size_t table);

/// A chunk of one table, as it was stored.
struct LoadedPart {
  Chunk chunk;  // of this table alone; `id` is the ledger's
  std::uint64_t copy_bytes = 0;
  TupleDigest digest;
};

/// The parts of `plan`'s table number `table`, in the order of the ledger.
std::vector<LoadedPart> read_loaded_parts(postgres::Connection& session, const LoadedTable& loaded,
                                          std::size_t table);

}  // namespace millrace
