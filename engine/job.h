#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/fault_policy.h"
#include "engine/retry.h"
#include "engine/sql_hooks.h"
#include "engine/text_rules.h"
#include "io/endpoint.h"
#include "io/snapshot_method.h"
#include "operators/cast_rule.h"
#include "operators/consolidation.h"
#include "operators/schema_choices.h"
#include "operators/table_rule.h"
#include "operators/type_mapping.h"

namespace millrace {

/// What to do with tables that stand in the way in the target.
enum class IfExists : std::uint8_t { error, drop, truncate, append };

/// What of each table is moved.
enum class Scope : std::uint8_t { everything, data_only, schema_only };

/// How much of the source is read to find values that the target cannot hold.
enum class ScanDepth : std::uint8_t { none, sample, full };

/// What must be so before a run may begin: a query, and the value its first row begins with.
struct Gate {
  Side at = Side::source;
  std::string sql;
  std::string expect;  // as text; "NULL" for none
  std::string hint;    // what to do where it is not so
};

/// How it is seen that one of the operator's steps is done.
enum class StepSign : std::uint8_t {
  none,          // not at all
  source_query,  // a query's first value is true
  target_query,
  gates,  // every gate of the job passes
  moved,  // a complete run, the last one of each, stored every table of the job
};

/// One of the operator's steps around a run.
struct Step {
  std::string text;
  StepSign seen_by = StepSign::none;
  std::string sql;
};

/// How much of what was stored is read back and compared.
enum class ProofDepth : std::uint8_t { none, counts, content };

/// What `verify` holds the target against: what the runs that loaded it noted in its ledger, or the
/// source as it is now.
enum class ProofBasis : std::uint8_t { ledger, source };

/// One migration, as asked for: the command line and the job file say the same things.
struct Job {
  Endpoint source;
  Endpoint target;
  std::vector<std::string>
      databases;                     // globs; empty: the URL's database, else all but the system's
  std::vector<std::string> include;  // globs over "database.table" or "table"; empty: all
  std::vector<std::string> exclude;
  std::map<std::string, std::string> schema_of_database;
  std::vector<ConsolidationRule> consolidations;  // many tables into one
  Scope scope = Scope::everything;
  IfExists if_exists = IfExists::error;
  bool skip_keys = false;     // tables and rows only: no index, key or foreign key
  bool skip_analyze = false;  // planner statistics are left to autovacuum
  ProofDepth verify = ProofDepth::content;
  ProofBasis against = ProofBasis::ledger;  // verify
  bool counts_only = false;                 // verify: numbers of rows alone
  bool repair = false;                      // verify: copy just the rows that differ
  std::size_t rows_shown = 100;             // verify: the most differing rows that are listed
  bool reads_only = false;                  // nothing will be written: the target is taken as it is
  bool skip_digest = false;                 // the tuples are not digested while they are encoded
  SnapshotMethod snapshot = SnapshotMethod::automatic;
  FaultPolicy on_fault = FaultPolicy::stop;
  ScanDepth scan = ScanDepth::none;
  std::vector<Gate> gates;
  std::vector<Step> steps;                         // the operator's, in order
  bool skip_check = false;                         // migrate begins without looking
  std::vector<CharsetRule> charset_rules;          // the last one that means a column wins
  CaseChoice case_insensitive = CaseChoice::keep;  // of text whose collation ignores case
  std::vector<CaseRule> case_rules;                // the last one that means a column wins
  std::vector<FaultRule> fault_rules;              // the last one that means a column wins
  std::string reject_folder = "millrace-rejects";  // of the reject files
  TypeChoices types;
  SchemaChoices schema;
  std::vector<SqlHook> hooks;

  bool ledger = true;           // keep account of the run in the target's schema `millrace`
  bool resume = false;          // go on with what an unfinished run of this job left
  bool resume_changed = false;  // even where the source changed since it began
  /// Every setting that was given and that decides on what is moved, by name: two jobs with equal
  /// settings make the same of the same source.
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<CastRule> casts;  // the file's, then the command line's
  std::vector<TableRule> table_rules;

  std::string archive;  // folder of extract and load
  int compression = 1;  // zstd level of an archive's chunks
  std::string spill;    // folder for chunks that the target cannot take yet; empty: none
  std::uint64_t spill_limit_bytes = 0;  // the most that may lie there; 0: what the disk has
  int spill_level = 1;                  // zstd
  RetryPolicy retry;

  // 0: worked out from the machine and the servers' limits, see engine/sizing.h.
  unsigned readers = 0;
  unsigned writers = 0;
  unsigned builders = 0;         // connections that build indexes
  std::size_t chunk_bytes = 0;   // source bytes per chunk
  std::size_t memory_bytes = 0;  // the engine's whole budget
};

}  // namespace millrace
