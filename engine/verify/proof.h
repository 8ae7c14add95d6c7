#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/job.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "engine/verify/target_instant.h"
#include "operators/tuple_digest.h"

namespace millrace {

/// What a table of the target should hold.
struct ExpectedTable {
  std::string source;  // its name there, for the report
  const TargetTable* target = nullptr;
  std::uint64_t rows = 0;
  std::optional<TupleDigest> digest;  // none: nothing was digested, so rows can only be counted
  bool others = false;                // rows that are not of this run may stand in it
};

/// What a table of the target holds.
struct FoundTable {
  bool present = false;
  TupleDigest digest;  // rows alone where they were only counted
};

/// Tell `progress` how many rows read_tables() is about to read: none where they are only counted,
/// or where nobody knows yet.
void expect_read_back(std::span<const ExpectedTable> expected, ProofDepth depth,
                      Progress& progress);

/// Read tables back, in their order; `progress` is told as rows come. Requires: depth is not none.
std::vector<FoundTable> read_tables(TargetInstant& target,
                                    std::span<const TargetTable* const> tables, ProofDepth depth,
                                    Progress& progress);

/// Hold what was found against what should be there.
///
/// Ensures: a verdict for each table, in their order; a table that is not there is "missing",
///          whatever it should hold.
std::vector<TableProofReport> compare_tables(std::span<const ExpectedTable> expected,
                                             std::span<const FoundTable> found, ProofDepth depth);
/// read_tables() and compare_tables().
std::vector<TableProofReport> prove_tables(TargetInstant& target,
                                           std::span<const ExpectedTable> expected,
                                           ProofDepth depth, Progress& progress);

/// What of the source is not in the target because the job says so: a proof tells it.
struct LeftOut {
  std::uint64_t tables = 0;           // of the databases moved, by --include and --exclude
  std::uint64_t tables_filtered = 0;  // tables of which a filter keeps rows back
  std::uint64_t rows_rejected = 0;    // by the policy on values that do not fit
  std::uint64_t values_nulled = 0;    // likewise
  std::uint64_t tables_besides = 0;   // that the runs stored, and that were not looked at
};

/// Sum the verdicts up and write the line that says what was proven, and what was not; of the
/// schema, too, as `proof` has it.
/// Depth none: the schema alone was compared. `compared_with`: what the target was held against, in
/// words: "the rows that this run read".
void sign_off(ProofReport& proof, ProofDepth depth, const std::string& compared_with,
              const LeftOut& left_out = {});

/// Throws Error{difference} that names the first tables, unless all are as they should be.
void require_equal(const ProofReport& proof, const std::string& hint);

/// A digest as reports show it: "9f86d081884c7d65".
std::string digest_text(std::uint64_t sum);

}  // namespace millrace
