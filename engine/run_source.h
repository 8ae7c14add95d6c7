#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/chunk_reader.h"
#include "engine/preparation.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "engine/retry.h"
#include "engine/source_state.h"
#include "engine/stop_request.h"
#include "engine/table_build.h"
#include "io/block_pool.h"
#include "io/postgres/connection.h"

namespace millrace {

/// Where a run's rows come from, as a whole: a server under one snapshot, or an archive.
///
/// Legal order: connect, prepare, [check,] open_readers, take_snapshot, readers, [release_lock,]
/// snapshot,
///              close_readers.
/// Threads:     one; interrupt() any, while prepare(), take_snapshot() or count_filtered_rows()
/// runs.
class RunSource {
 public:
  RunSource() = default;
  RunSource(const RunSource&) = delete;
  RunSource& operator=(const RunSource&) = delete;
  virtual ~RunSource() = default;

  /// A source that has no connection left is waited for, as often as `pauses` says; `retried` is
  /// told. One that does not answer is not: its address may be wrong.
  virtual void connect(RetryPauses& pauses, const RetriedLane& retried) = 0;
  /// Requires: connect(). What the source calls itself.
  virtual std::string version_text() const = 0;
  /// Requires: connect() and not yet open_readers(). Tells this source from any other, whatever
  /// name or address it is reached by.
  virtual std::string identity() = 0;
  /// Work out everything that is known before anything is written. Errors: as prepare().
  virtual void prepare(postgres::Connection& target, Preparation& preparation) = 0;
  /// Look at both sides before anything is written; warnings go into `checks`.
  /// Errors: what would make the run fail.
  virtual void check(postgres::Connection& target, const Preparation& preparation,
                     StopRequest& stop, std::vector<NoteReport>& checks) = 0;
  /// Be ready to read over preparation.sizing.readers lanes. A source that has no connection left
  /// is waited for, as often as `pauses` says; `retried` is told.
  virtual void open_readers(const Preparation& preparation, RetryPauses& pauses,
                            const RetriedLane& retried) = 0;
  /// Bring all lanes to one instant.
  virtual void take_snapshot() = 0;
  /// One reader per lane; they live no longer than this, `plan`, `pool`, `progress` and `pauses`.
  virtual std::vector<std::unique_ptr<ChunkReader>> readers(const WorkPlan& plan, BlockPool& pool,
                                                            Progress& progress,
                                                            RetryPauses& pauses) = 0;
  /// Every chunk with under_lock is read: let the source's writers go on. Idempotent.
  virtual void release_lock() = 0;
  /// Whether the source's writers wait for us now.
  virtual bool holds_lock() const noexcept { return false; }
  /// Requires: take_snapshot(). Whether this source is what it was.
  virtual SourceVerdict compare(const SourceFacts& then) = 0;
  /// How the snapshot went, for the report.
  virtual SnapshotReport snapshot() const = 0;
  /// Read the next values of sequences anew into `preparation`: rows of the snapshot may hold
  /// values that were given out since it was prepared. Requires: take_snapshot(). An archive's are
  /// of its snapshot.
  virtual void refresh_sequences(Preparation&) {}
  /// Set TableWork::next_identity_known where the source can tell at once. Requires:
  /// take_snapshot(), and that none of the rows are stored yet. An archive cannot tell.
  virtual void confirm_identities(WorkPlan&, BuildChoices) {}
  /// Notes that say how many rows the job's filters kept back, counted at the snapshot's instant.
  /// Requires: readers are done. An archive has none: its rows were filtered when it was written.
  virtual std::vector<NoteReport> count_filtered_rows(const Preparation&) { return {}; }
  /// Rows of each table of `plan` at the snapshot's instant, counted by the source itself.
  /// Requires: take_snapshot(). Empty: this source cannot count.
  virtual std::vector<std::uint64_t> count_rows(const WorkPlan&) { return {}; }
  virtual void close_readers() = 0;
  virtual void interrupt() noexcept = 0;
};

}  // namespace millrace
