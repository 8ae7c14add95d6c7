#include "engine/extract.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/alike_notes.h"
#include "engine/archive_source.h"
#include "engine/archive_writer_lane.h"
#include "engine/begun_before.h"
#include "engine/check/gates.h"
#include "engine/copy_graph.h"
#include "engine/job_difference.h"
#include "engine/kept_chunks.h"
#include "engine/mysql_source.h"
#include "engine/quantity_text.h"
#include "engine/retry_notes.h"
#include "engine/run_account.h"
#include "engine/run_into_target.h"
#include "engine/sampler.h"
#include "engine/settled_rejects.h"
#include "engine/stored_run.h"
#include "io/archive/folder_lock.h"
#include "io/archive/target_json.h"
#include "io/error.h"

namespace millrace {

namespace {

namespace fs = std::filesystem;

/// One run into an archive.
class Extraction {
 public:
  Extraction(const Job& job, Progress& progress, StopRequest& stop, RunReport& report)
      : job_(job),
        progress_(progress),
        stop_(stop),
        account_(progress, report),
        report_(report),
        folder_(job.archive),
        source_(job) {}

  void run() {
    progress_.set_phase("connect");
    hold_folder();
    look_at_folder();
    {
      const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
      source_.connect(pauses_, retries_.of("source"));
    }
    report_.source_version = source_.version_text();
    progress_.set_phase("plan");
    {
      const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
      prepare();
    }
    stop_.check();
    if (may_reject(job_) && !job_.resume) {
      RejectFiles(job_.reject_folder, preparation_.work).refuse_old_files();
    }
    account_.tell_sizes(preparation_);
    account_.begin(preparation_);
    for (std::size_t i = 0; i < preparation_.work.tables.size(); ++i) {
      if (preparation_.work.chunks_to_do(i) == 0) progress_.table(i).done.store(true);
    }
    if (!job_.resume) run_hooks(HookPhase::before_schema);
    progress_.set_phase("snapshot");
    {
      const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
      source_.open_readers(preparation_, pauses_, retries_.of("reader"));
    }
    stop_.check();
    {
      const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
      source_.take_snapshot();
      if (!job_.resume) {
        source_.refresh_sequences(preparation_);
        manifest_.sequences = preparation_.translation.sequences;
      }
    }
    // Before the manifest, without which nothing is resumed: so an archive that goes on has run it.
    if (!job_.resume) run_hooks(HookPhase::before_data);
    begin_archive();
    stop_.check();
    progress_.set_phase("copy");
    copy();
    source_.release_lock();
    // The user's SQL would wait for ever for what our sessions have read.
    source_.close_readers();
    run_hooks(HookPhase::after_data);
    report_.snapshot = source_.snapshot();
    progress_.set_phase("finish");
    manifest_.lock_ms = std::max(manifest_.lock_ms, report_.snapshot.lock_ms);
    run_hooks(HookPhase::end);
    end_archive();
  }

  void complete_report() { account_.complete(preparation_); }

  /// What the folder keeps of a run that failed.
  std::vector<std::string> left() const {
    if (!archive::is_archive(folder_) || manifest_.complete || !progress_.started()) return {};
    std::size_t there = 0;
    for (const archive::ArchiveChunk& chunk : manifest_.chunks) there += chunk.totals ? 1 : 0;
    return {fmt::format("{}: {} of {} chunks, to go on with by --resume", folder_.string(), there,
                        manifest_.chunks.size())};
  }

 private:
  /// Two runs at once would write over each other's files.
  void hold_folder() {
    std::error_code fault;
    if (job_.resume && !fs::exists(folder_, fault)) return;  // as look_at_folder() will say
    make_folder(folder_);
    lock_.emplace(folder_);
    if (!lock_->held_by_other()) return;
    throw Error(ErrorKind::conflict,
                "cannot extract into " + folder_.string() + ": another millrace extract is at it",
                {}, "wait for it to end, or name another folder");
  }

  static void make_folder(const fs::path& folder) {
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (!fault) return;
    throw Error(ErrorKind::bad_request,
                "cannot make folder " + folder.string() + ": " + fault.message(), {},
                "name a folder that may be written");
  }

  /// An archive in the folder is continued only when asked, and nothing else is ever touched.
  void look_at_folder() {
    const bool there = archive::is_archive(folder_);
    if (there && !job_.resume) {
      throw Error(ErrorKind::bad_request,
                  "cannot extract into " + folder_.string() + ": an archive is in it", {},
                  "name another folder, or go on with that one with --resume");
    }
    if (!there && job_.resume) {
      throw Error(ErrorKind::bad_request,
                  "cannot go on with " + folder_.string() + ": no archive is in it", {},
                  "leave out --resume to begin one");
    }
    if (there) {
      manifest_ = archive::read_manifest(folder_);
      if (manifest_.complete) {
        throw Error(ErrorKind::bad_request,
                    "cannot go on with " + folder_.string() + ": it is complete already", {},
                    "millrace load " + folder_.string() + " postgresql://user@host/database");
      }
      return;
    }
    if (!archive::is_unused(folder_)) {
      throw Error(ErrorKind::bad_request,
                  "cannot extract into " + folder_.string() + ": something else is in it", {},
                  "name a folder that is empty or does not exist");
    }
    make_folder(folder_ / "chunks");  // shows at once whether the folder may be written
  }

  void prepare() {
    if (job_.types.geometry == GeometryChoice::postgis) {
      throw Error(ErrorKind::bad_request,
                  "cannot extract geometry as PostGIS types: only a target can say where they are",
                  {}, "leave out --geometry postgis, or migrate directly");
    }
    if (!job_.skip_check) require_source_gates(job_, source_.control());
    read_source(job_, source_.control(), preparation_);
    translate_catalog(job_, preparation_);
    preparation_.exists.resize(preparation_.translation.tables.size());
    const Limits limits{.cores = machine_cores(),
                        .source_connections = free_source_connections(source_.control()),
                        .target_connections = 0};
    Sizing asked = asked_sizing(job_);
    if (asked.writers == 0) asked.writers = std::clamp(machine_cores(), 2U, 32U);
    asked.packing_bytes = archive::Packer::memory_bytes(job_.compression);
    asked.builders = 1;  // a lane that is not there; it costs a mebibyte of the budget
    preparation_.sizing = work_out_sizing(asked, limits);
    preparation_.sizing.builders = 0;
    preparation_.work =
        make_work_plan(source_.control(), preparation_.catalog, preparation_.translation,
                       preparation_.exists, preparation_.sizing);
    preparation_.work.digests = !job_.skip_digest;
    set_fault_policies(job_, preparation_.work);
    if (job_.resume) {
      source_.identity();
      continue_plan();
    } else {
      fill_manifest();
    }
    check_space();
  }

  void run_hooks(HookPhase phase) {
    run_source_hooks(job_, phase, source_.holds_lock(), stop_);
    stop_.check();
  }

  void fill_manifest() {
    manifest_.millrace_version = report_.version;
    manifest_.created_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    manifest_.source = job_.source.masked();
    manifest_.source_identity = source_.identity();
    manifest_.settings = job_.settings;
    manifest_.source_version = report_.source_version;
    manifest_.schemas = preparation_.translation.schemas;
    manifest_.enums = preparation_.translation.enums;
    manifest_.collations = preparation_.translation.collations;
    manifest_.sequences = preparation_.translation.sequences;
    manifest_.views = preparation_.translation.views;
    for (const NoteReport& note : preparation_.notes) {
      manifest_.notes.push_back({note.topic, note_place(note), note.message});
    }
    for (const TableWork& work : preparation_.work.tables) manifest_.tables.push_back(entry(work));
    for (const Chunk& chunk : preparation_.work.chunks) {
      manifest_.chunks.push_back({.id = chunk.id,
                                  .tables = chunk.tables,
                                  .members = chunk.members,
                                  .tail = chunk.tail,
                                  .bytes_estimate = chunk.bytes_estimate,
                                  .under_lock = chunk.under_lock,
                                  .grouped = preparation_.work.tables[chunk.tables.front()].grouped,
                                  .totals = {}});
    }
  }

  static archive::ArchiveTable entry(const TableWork& work) {
    return {.source = work.source->full_name(),
            .engine = work.source->engine,
            .rows_estimate = work.source->rows_estimate,
            .data_bytes = work.source->data_bytes,
            .update_time = work.source->update_time,
            .next_auto_increment = work.source->next_auto_increment,
            .in_foreign_key = work.in_foreign_key,
            .target = work.translated->target};
  }

  /// The chunks of the run before, less those whose files are there and whole.
  void continue_plan() {
    WorkPlan& work = preparation_.work;
    const std::vector<std::string> clauses = differences(manifest_.settings, job_.settings);
    if (!clauses.empty()) refuse_other_job("this is another job: " + listed(clauses));
    if (work.tables.size() != manifest_.tables.size()) {
      refuse_other_job(fmt::format("there are {} tables instead of {}", work.tables.size(),
                                   manifest_.tables.size()));
    }
    for (std::size_t i = 0; i < work.tables.size(); ++i) {
      const archive::ArchiveTable now = entry(work.tables[i]);
      if (now.source != manifest_.tables[i].source ||
          archive::columns_signature(now.target) !=
              archive::columns_signature(manifest_.tables[i].target)) {
        refuse_other_job(now.source + " is not what it was");
      }
    }
    kept_ = find_kept_chunks(folder_, manifest_, work, machine_cores(), stop_);
    restore_chunks(manifest_, kept_, work);
  }

  [[noreturn]] void refuse_other_job(const std::string& what) const {
    throw Error(ErrorKind::bad_request, "cannot go on with " + folder_.string() + ": " + what, {},
                "give the options of that run, or extract into another folder");
  }

  void check_space() const {
    std::uint64_t bytes = 0;
    for (const Chunk& chunk : preparation_.work.chunks) bytes += chunk.bytes_estimate;
    const std::uint64_t wanted = expected_archive_bytes(bytes);
    const std::uint64_t there = archive::free_bytes(folder_);
    if (there >= wanted) return;
    throw Error(
        ErrorKind::exhausted,
        fmt::format("cannot extract into {}: about {} are needed and {} are free", folder_.string(),
                    data_text(static_cast<double>(wanted)), data_text(static_cast<double>(there))),
        {}, "free some space there, or name a folder on a larger disk");
  }

  /// The manifest, incomplete, as soon as the snapshot stands.
  void begin_archive() {
    if (job_.resume) {
      refuse_changed_source();
      settle_rejects(job_, preparation_, report_, [&](std::uint64_t chunk) {
        return chunk < kept_.size() && kept_[chunk] != 0;
      });
      return;
    }
    const SnapshotReport snapshot = source_.snapshot();
    manifest_.snapshot_method = snapshot.method;
    manifest_.binlog_file = snapshot.binlog_file;
    manifest_.binlog_position = snapshot.binlog_position;
    manifest_.gtid = snapshot.gtid;
    archive::write_manifest(manifest_, folder_);
  }

  void end_archive() {
    manifest_.complete = true;
    try {
      archive::write_manifest(manifest_, folder_);
    } catch (const Error&) {
      manifest_.complete = false;
      throw;
    }
    for (const archive::ArchiveChunk& chunk : manifest_.chunks) {
      if (!chunk.faults.empty()) archive::remove_chunk_faults(folder_, chunk.id);
    }
  }

  /// Chunks of two instants make no snapshot.
  void refuse_changed_source() {
    preparation_.notes.push_back(require_same_source(
        job_, source_.compare(facts()),
        {.refusal = "cannot go on with " + folder_.string() + ": the source changed since",
         .anew = "extract again, into another folder",
         .stored = fmt::format("{} of {} chunks were there already", std::ranges::count(kept_, 1),
                               manifest_.chunks.size())}));
  }

  /// What was known of the source when the archive was begun, as a ledger would tell it.
  SourceFacts facts() const {
    StoredRun run;
    run.source_identity = manifest_.source_identity;
    run.snapshot.binlog_file = manifest_.binlog_file;
    run.snapshot.binlog_position = manifest_.binlog_position;
    run.snapshot.gtid = manifest_.gtid;
    for (const archive::ArchiveTable& table : manifest_.tables) {
      StoredRun::Table& known = run.tables.emplace_back();
      known.update_time = table.update_time;
      known.next_auto_increment = table.next_auto_increment;
    }
    for (const archive::ArchiveChunk& chunk : manifest_.chunks) {
      run.chunks.push_back(planned_chunk(chunk));
      std::vector<StoredRun::Part>& stored = run.stored.emplace_back();
      if (!chunk.totals) continue;
      for (const archive::PartTotal& part : chunk.totals->parts) {
        stored.push_back({.rows = part.rows, .copy_bytes = part.raw_bytes});
      }
    }
    return facts_of(run, preparation_.work);
  }

  void copy() {
    const WorkPlan& work = preparation_.work;
    const Sizing& sizing = preparation_.sizing;
    BlockPool pool(sizing.block_bytes, sizing.blocks);
    std::vector<std::unique_ptr<ChunkWriter>> writers;
    for (unsigned i = 0; i < sizing.writers; ++i) {
      writers.push_back(std::make_unique<ArchiveWriterLane>(work, manifest_, folder_,
                                                            job_.compression, pool, progress_,
                                                            progress_.lane(LaneKind::writer, i)));
    }
    std::vector<postgres::Connection> no_builders;
    CopyGraph graph(
        {.plan = work,
         .sizing = sizing,
         .progress = progress_,
         .choices = {},
         .pool = pool,
         .readers = source_.readers(work, pool, progress_, pauses_),
         .writers = std::move(writers),
         .builders = no_builders,
         .lock_chunks_read = [&] { source_.release_lock(); },
         .all_read = [&] { report_.source_released_s = progress_.elapsed_s(); },
         .committed = [&](const Receipt& receipt) { account_.note(receipt, work, false); },
         .built = [](std::size_t, double, bool) {},
         .pauses = &pauses_,
         .open_builder = {},
         .retried = [&](RetryReport retry) { retries_.add(std::move(retry)); }});
    const Sampler sampler(progress_);
    const StopRequest::Waker waker(stop_, [&] {
      graph.interrupt(
          std::make_exception_ptr(Error(ErrorKind::cancelled, "the run was stopped on request")));
    });
    graph.run();
  }

  const Job& job_;
  Progress& progress_;
  StopRequest& stop_;
  RunAccount account_;
  RunReport& report_;
  fs::path folder_;
  std::optional<archive::FolderLock> lock_;  // of the folder
  MysqlSource source_;
  Preparation preparation_;
  archive::Manifest manifest_;
  std::vector<std::uint8_t> kept_;  // of a run that goes on: per chunk, 1 where it is there
  RetryPauses pauses_{job_.retry};
  RetryNotes retries_{progress_, report_};
};

}  // namespace

void extract(const Job& job, Progress& progress, StopRequest& stop, RunReport& report) {
  report.source = job.source.masked();
  report.target = job.archive;
  refuse_hooks_of_extract(job.hooks);
  Extraction extraction(job, progress, stop, report);
  run_accounted(stop, report,
                {.run = [&] { extraction.run(); },
                 .failed = [&](const std::string&) { report.left_in_target = extraction.left(); },
                 .complete = [&] { extraction.complete_report(); }});
}

void load(const Job& job, Progress& progress, StopRequest& stop, RunReport& report) {
  report.source = job.archive;
  report.target = job.target.masked();
  refuse_hooks_of_load(job.hooks);
  ArchiveSource source(job);
  run_into_target(job, source, progress, stop, report);
}

std::uint64_t expected_archive_bytes(std::uint64_t data_bytes) noexcept {
  return data_bytes / 10 * 4;
}

}  // namespace millrace
