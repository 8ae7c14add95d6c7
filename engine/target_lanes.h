#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/job.h"
#include "engine/lane_session.h"
#include "engine/retry.h"
#include "engine/retry_notes.h"
#include "engine/sizing.h"
#include "io/postgres/connection.h"

namespace millrace {

/// The target's sessions of one run: over some rows are stored, over others keys are built, and
/// each is opened as the others of its kind are when another takes its place.
///
/// Threads: one; open_writer() and open_builder() any.
class TargetLanes {
 public:
  /// All outlive this object.
  TargetLanes(const Job& job, RetryPauses& pauses, RetryNotes& retries)
      : job_(job), pauses_(pauses), retries_(retries) {}

  /// Open as many as `sizing` says. `as_replica`: writers let triggers and foreign keys sleep,
  /// which the account may. Errors: as open_patiently().
  void open(const Sizing& sizing, bool as_replica);

  postgres::Connection open_writer(std::size_t lane) const;
  postgres::Connection open_builder(std::size_t lane) const;

  std::vector<postgres::Connection>& writers() noexcept { return writers_; }
  std::vector<postgres::Connection>& builders() noexcept { return builders_; }
  /// The builders' sessions for what comes behind the copy.
  std::vector<std::unique_ptr<LaneSession>> late();

  void close_writers() { writers_.clear(); }
  /// End all of them in order, side by side.
  void close();

 private:
  const Job& job_;
  RetryPauses& pauses_;
  RetryNotes& retries_;
  bool as_replica_ = false;
  std::vector<postgres::Connection> writers_, builders_;
};

}  // namespace millrace
