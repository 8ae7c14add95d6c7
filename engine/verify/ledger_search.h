#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/report.h"
#include "engine/verify/chunk_ranges.h"
#include "engine/verify/loaded_tables.h"
#include "engine/verify/row_location.h"
#include "engine/verify/source_rows.h"
#include "engine/verify/target_instant.h"
#include "engine/work_plan.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Finds out where tables of the target are not what the ledger says was stored: which chunks, and
/// then which rows, for which just those chunks are read from the source again. Their digests tell
/// whether the source still is what the run read.
///
/// Legal order: find_chunks, [find_rows,] then the rest. Threads: one.
class LedgerSearch {
 public:
  /// `which`: tables of `plan` that differ from what `loaded` has of them. `rows_found`: how many
  /// rows the target has of each table of `plan`.
  LedgerSearch(const WorkPlan& plan, const LoadedTables& loaded, std::span<const std::size_t> which,
               std::span<const std::uint64_t> rows_found);

  /// Reads the ledger's chunks of these tables, and the target's rows once where their key tells
  /// which chunk they belong to.
  void find_chunks(postgres::Connection& session, TargetInstant& target);

  /// Whether the source has to be read for anything.
  bool reads_rows() const noexcept { return !searched_.empty(); }
  /// Reads the differing chunks from the source, twice, and the target's tables.
  const Location& find_rows(SourceRows& source, TargetInstant& target);

  /// Tables, by number, of which nothing can be located, since this job does not read what the run
  /// read.
  const std::vector<std::size_t>& unsearchable() const noexcept { return unsearchable_; }
  /// Tables, by number, of which more rows differ than were kept.
  std::vector<std::size_t> incomplete() const;

  struct Found {
    std::size_t table = 0;
    std::vector<FoundRow> rows;
  };
  /// The rows that differ where the source is what it was: the target's fault.
  std::vector<Found> certain_rows() const;

  /// Tell the differing chunks, and list rows as long as fewer than `most_shown` are listed.
  void report(std::size_t most_shown, ProofReport& proof) const;

 private:
  enum class Source : std::uint8_t { not_read, as_it_was, changed };

  struct Part {
    LoadedPart loaded;
    std::optional<TupleDigest> found;  // of the target; none where rows cannot be told apart
    bool differs = true;               // or may do so
    Source source = Source::not_read;
  };
  struct Searched {
    std::size_t table = 0;
    std::int32_t run = 0;
    std::uint64_t rows_found = 0;       // in the target
    std::optional<ChunkRanges> ranges;  // where the key tells a row's chunk
    std::vector<Part> parts;
    LocatedRows located{};
    std::vector<std::optional<std::size_t>> part_of_row{};  // of each located one
  };

  bool is_certain(const Searched& searched, std::size_t row) const;
  void report_chunks(const Searched& searched, ProofReport& proof) const;

  const WorkPlan& plan_;
  std::vector<Searched> searched_;
  std::vector<LoadedTable> loaded_;  // of each searched table
  std::vector<std::size_t> unsearchable_;
  Location location_;
};

}  // namespace millrace
