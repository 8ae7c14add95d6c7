#pragma once

#include <functional>
#include <vector>

#include "engine/chunk_writer.h"
#include "engine/job.h"
#include "engine/preparation.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "engine/retry.h"
#include "engine/stop_request.h"
#include "engine/verify/proof.h"

namespace millrace {

/// The proof at the end of a run: the target's rows against what this run, and those that it
/// resumes, read from the source.
///
/// Threads: one, and the graph's serial node (expect).
class RunProof {
 public:
  /// Told of each attempt that failed and is followed by another.
  using Retried = std::function<void(const Error& error, unsigned attempt)>;

  RunProof(const Job& job, Progress& progress, StopRequest& stop, RetryPauses& pauses)
      : job_(job), progress_(progress), stop_(stop), pauses_(pauses) {}

  /// Before a row is read: what earlier processes stored, by their receipts.
  void expect_tables(const Preparation& preparation);
  /// A chunk is stored.
  void expect(const Receipt& receipt);

  /// Read every table back and sign `report.proof` off; a note in `preparation` where the account
  /// may not read what it wrote.
  /// Errors: those of the sessions, once they have failed as often as the policy allows.
  void prove(Preparation& preparation, RunReport& report, const Retried& retried);

 private:
  std::vector<TableProofReport> read_back(unsigned sessions);
  std::vector<TableProofReport> read_back_until_done(unsigned sessions, const Retried& retried);

  const Job& job_;
  Progress& progress_;
  StopRequest& stop_;
  RetryPauses& pauses_;
  std::vector<ExpectedTable> expected_;  // per table
};

}  // namespace millrace
