#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/job.h"
#include "engine/reject_files.h"
#include "engine/run_source.h"
#include "io/mysql/catalog.h"
#include "io/mysql/connection.h"
#include "io/mysql/snapshot.h"

namespace millrace {

/// A MySQL or MariaDB server: one control session, which holds the lock, and one session per lane,
/// all inside one snapshot.
class MysqlSource final : public RunSource {
 public:
  explicit MysqlSource(const Job& job) : job_(job) {}

  void connect(RetryPauses& pauses, const RetriedLane& retried) override;
  std::string version_text() const override;
  std::string identity() override;
  void prepare(postgres::Connection& target, Preparation& preparation) override;
  void check(postgres::Connection& target, const Preparation& preparation, StopRequest& stop,
             std::vector<NoteReport>& checks) override;
  void open_readers(const Preparation& preparation, RetryPauses& pauses,
                    const RetriedLane& retried) override;
  void take_snapshot() override;
  std::vector<std::unique_ptr<ChunkReader>> readers(const WorkPlan& plan, BlockPool& pool,
                                                    Progress& progress,
                                                    RetryPauses& pauses) override;
  void release_lock() override;
  bool holds_lock() const noexcept override { return barrier_ && barrier_->lock_held(); }
  SourceVerdict compare(const SourceFacts& then) override;
  SnapshotReport snapshot() const override;
  void refresh_sequences(Preparation& preparation) override;
  void confirm_identities(WorkPlan& plan, BuildChoices choices) override;
  std::vector<NoteReport> count_filtered_rows(const Preparation& preparation) override;
  std::vector<std::uint64_t> count_rows(const WorkPlan& plan) override;
  void close_readers() override;
  void interrupt() noexcept override;

  /// Requires: connect() and not yet open_readers().
  mysql::Connection& control() { return *control_; }
  /// Requires: open_readers().
  mysql::SnapshotBarrier& barrier() { return *barrier_; }

 private:
  /// A session that sees the same instant as the lost one did.
  /// Errors: connection_lost where the source changed since, or may have.
  mysql::Connection reopen(const SourceFacts& facts) const;
  /// Refuse when a table is no longer what was planned: a partition or a column that came since
  /// would be left out, and nothing later would miss it. Requires: the snapshot is taken, so that
  /// a table that is altered from now on cannot be read any more.
  void require_planned_definitions();

  const Job& job_;
  std::string identity_;
  SourceFacts facts_;
  bool non_transactional_ = false;
  std::vector<mysql::PlannedTable> planned_;  // all tables, members too
  std::optional<RejectFiles> rejects_;
  std::optional<mysql::Connection> control_;
  std::optional<mysql::SnapshotBarrier> barrier_;
  std::vector<mysql::Connection> sessions_;
};

}  // namespace millrace
