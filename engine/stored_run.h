#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/report.h"
#include "engine/source_state.h"
#include "engine/work_plan.h"
#include "io/postgres/connection.h"
#include "operators/tuple_digest.h"

namespace millrace {

/// A run that was begun and is not complete, as the ledger has it.
struct StoredRun {
  struct Table {
    std::string source;
    std::string target_schema;
    std::string target_name;
    std::string update_time;
    std::optional<std::uint64_t> next_auto_increment;
    std::uint64_t chunks = 0;
    std::int64_t signature = 0;
    bool grouped = false;
    bool stood_before = false;
  };
  /// Of one chunk: what is stored, part by part; empty where nothing is.
  struct Part {
    std::uint64_t rows = 0;
    std::uint64_t copy_bytes = 0;
    std::optional<TupleDigest> digest = {};  // none where the run made none
    std::uint64_t rows_rejected = 0;
    std::uint64_t values_nulled = 0;
  };

  std::int32_t run = 0;
  std::int32_t attempt = 1;  // ours
  std::string state;
  bool preparing = false;  // it died before the target was ready for the first row
  std::string started_at;  // ISO 8601, UTC
  std::string source_identity;
  std::vector<std::pair<std::string, std::string>> settings;
  SnapshotReport snapshot;
  std::set<std::string> hooks_done;  // as run_hooks() names them
  std::vector<Table> tables;
  std::vector<Chunk> chunks;              // by id
  std::vector<std::vector<Part>> stored;  // of each chunk

  std::size_t chunks_stored() const;
};

/// A word on an unfinished run, without its plan.
struct UnfinishedRun {
  std::int32_t run = 0;
  std::string started_at;
  std::uint64_t chunks = 0;
  std::uint64_t chunks_stored = 0;
  bool under_way = false;  // another process works on it
};

/// The newest unfinished run whose tables are some of those that stand in `plan`; none where there
/// is no such run, or no ledger.
std::optional<UnfinishedRun> find_unfinished(postgres::Connection& session, const WorkPlan& plan);

/// Take over the unfinished run that a job with these settings began from this source: lock it
/// against other processes, make its next attempt ours, end the sessions that a dead process left,
/// and read its plan.
///
/// Errors: bad_request where there is none, naming how the job differs from the one that began it;
///         conflict where another process works on it.
StoredRun take_over_run(postgres::Connection& session, const std::string& source_identity,
                        const std::vector<std::pair<std::string, std::string>>& settings);

/// Put the stored chunks into `plan`, whose tables are there and whose chunks are not: those that
/// have no receipt are left to do.
/// Errors: bad_request where the source's or the job's tables are not those that were planned,
///         naming each.
void restore_plan(const StoredRun& run, WorkPlan& plan);

/// What was known of the source when the run began, for compare_source().
SourceFacts facts_of(const StoredRun& run, const WorkPlan& plan);

/// Find out what of the tables' keys stands in the target already. Errors: bad_request where a
/// table of the run is gone, naming it.
void read_standing_keys(postgres::Connection& session, const StoredRun& run, WorkPlan& plan);

}  // namespace millrace
