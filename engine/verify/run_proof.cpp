#include "engine/verify/run_proof.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/open_sessions.h"
#include "engine/verify/target_instant.h"
#include "io/fault_point.h"
#include "io/postgres/connection.h"

namespace millrace {

namespace {
constexpr std::string_view insufficient_privilege = "42501";  // SQLSTATE
}  // namespace

void RunProof::expect_tables(const Preparation& preparation) {
  const WorkPlan& work = preparation.work;
  for (std::size_t i = 0; i < work.tables.size(); ++i) {
    const TableWork& table = work.tables[i];
    const StoredBefore before = work.stored_of.empty() ? StoredBefore{} : work.stored_of[i];
    expected_.push_back({.source = table.source->full_name(),
                         .target = &table.translated->target,
                         .rows = before.rows,
                         .digest = work.digests ? before.digest : std::nullopt,
                         .others = table.exists && job_.if_exists == IfExists::append});
  }
}

void RunProof::expect(const Receipt& receipt) {
  std::size_t part = 0;
  for (const std::size_t index : receipt.chunk->tables) {
    const Receipt::Part& stored = receipt.parts[part++];
    ExpectedTable& expected = expected_[index];
    expected.rows += stored.rows;
    if (!stored.digest) {
      expected.digest.reset();  // not known of all its rows: it can be counted
    } else if (expected.digest) {
      expected.digest->merge(*stored.digest);
    }
  }
}

void RunProof::prove(Preparation& preparation, RunReport& report, const Retried& retried) {
  try {
    report.proof.tables = read_back_until_done(preparation.sizing.writers, retried);
  } catch (const Error& error) {
    // The account may write to the application's tables, but not read them.
    if (error.where().code != insufficient_privilege) throw;
    preparation.notes.push_back(
        {"verify", error.where().table, "nothing was proven: " + error.message()});
    return;
  }
  LeftOut left_out{.tables = preparation.tables_left_out,
                   .tables_filtered = tables_filtered(preparation)};
  for (const TableReport& table : report.tables) {
    left_out.rows_rejected += table.rows_rejected;
    left_out.values_nulled += table.values_nulled;
  }
  sign_off(report.proof, job_.verify, "the rows that this run read from the source", left_out);
}

/// The writers' own sessions have been idle for as long as the keys took: others take their place.
std::vector<TableProofReport> RunProof::read_back(unsigned count) {
  auto sessions = open_sessions<postgres::Connection>(count, [&](std::size_t i) {
    return postgres::Connection(job_.target, fmt::format("millrace verify {}", i));
  });
  const StopRequest::Waker waker(stop_, [&] {
    for (postgres::Connection& session : sessions) session.cancel();
  });
  TargetInstant target(sessions);
  fault_point("verify.before_reading");
  return prove_tables(target, expected_, job_.verify, progress_);
}

/// All sessions see one instant of the target: with one that is lost it is gone for all.
std::vector<TableProofReport> RunProof::read_back_until_done(unsigned sessions,
                                                             const Retried& retried) {
  const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
  for (unsigned attempt = 1;; ++attempt) {
    try {
      return read_back(sessions);
    } catch (const Error& error) {
      if (!may_go_well_again(error) || attempt > job_.retry.retries) throw;
      retried(error, attempt);
    }
    pauses_.pause(attempt + 1);
  }
}

}  // namespace millrace
