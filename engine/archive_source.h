#pragma once

#include <filesystem>
#include <vector>

#include "engine/job.h"
#include "engine/run_source.h"
#include "io/archive/manifest.h"

namespace millrace {

/// An archive that `extract` has written: its tables stand in the manifest as the target will have
/// them, its chunks are files. Needs no server.
class ArchiveSource final : public RunSource {
 public:
  explicit ArchiveSource(const Job& job) : job_(job) {}

  /// Errors: bad_request where there is no archive or it is not complete; bad_data where the
  ///         manifest is broken, or a chunk is missing.
  void connect(RetryPauses& pauses, const RetriedLane& retried) override;
  std::string version_text() const override { return manifest_.source_version; }
  /// The archive's, wherever it lies.
  std::string identity() override { return "archive " + manifest_.checksum; }
  void prepare(postgres::Connection& target, Preparation& preparation) override;
  /// The archive was looked at when it was opened; its rows were when they were extracted.
  void check(postgres::Connection& /*target*/, const Preparation& /*preparation*/,
             StopRequest& /*stop*/, std::vector<NoteReport>& /*checks*/) override {}
  void open_readers(const Preparation& preparation, RetryPauses& pauses,
                    const RetriedLane& retried) override;
  void take_snapshot() override {}
  std::vector<std::unique_ptr<ChunkReader>> readers(const WorkPlan& plan, BlockPool& pool,
                                                    Progress& progress,
                                                    RetryPauses& pauses) override;
  void release_lock() override {}
  /// A run is found by its archive's identity, so it is what it was.
  SourceVerdict compare(const SourceFacts& /*then*/) override {
    return {.changes = {}, .proof = "the same archive"};
  }
  SnapshotReport snapshot() const override;
  void close_readers() override {}
  void interrupt() noexcept override {}

  /// Requires: connect().
  const archive::Manifest& manifest() const noexcept { return manifest_; }

 private:
  void choose_tables(Preparation& preparation);
  void plan_chunks(Preparation& preparation);
  /// Say what the tables lack that were extracted with a policy on values that do not fit.
  void note_losses(Preparation& preparation) const;

  const Job& job_;
  archive::Manifest manifest_;
  std::vector<std::size_t> table_of_;  // the archive's number of each table of the run
  std::vector<std::size_t> chunk_of_;  // the archive's number of each chunk of the run
  unsigned lanes_ = 0;
};

}  // namespace millrace
