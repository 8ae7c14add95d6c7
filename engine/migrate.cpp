#include "engine/migrate.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/begun_before.h"
#include "engine/copy_graph.h"
#include "engine/foreign_keys.h"
#include "engine/late_schema.h"
#include "engine/ledger.h"
#include "engine/ledger_schema.h"
#include "engine/left_in_target.h"
#include "engine/mysql_source.h"
#include "engine/preparation.h"
#include "engine/quantity_text.h"
#include "engine/reject_files.h"
#include "engine/retry_notes.h"
#include "engine/run_account.h"
#include "engine/run_into_target.h"
#include "engine/sampler.h"
#include "engine/settled_rejects.h"
#include "engine/standing_guards.h"
#include "engine/stop_request.h"
#include "engine/table_build.h"
#include "engine/target_lanes.h"
#include "engine/verify/run_proof.h"
#include "engine/writer_lane.h"
#include "io/archive/spill_file.h"
#include "io/fault_point.h"
#include "io/postgres/ddl.h"
#include "io/quoting.h"

namespace millrace {

namespace {

/// One run into the target: its sessions and what they have done so far.
class Migration {
 public:
  Migration(const Job& job, RunSource& source, Progress& progress, StopRequest& stop,
            RunReport& report)
      : job_(job),
        source_(source),
        progress_(progress),
        stop_(stop),
        report_(report),
        account_(progress, report),
        choices_{.keys = !job.skip_keys && job.scope != Scope::data_only,
                 .analyze = !job.skip_keys && !job.skip_analyze},
        pauses_(job.retry),
        proof_(job, progress, stop, pauses_),
        retries_(progress, report),
        lanes_(job, pauses_, retries_) {}

  void run() {
    postgres::Connection& target = connect();
    make_plan(target);
    look_before_writing(target);
    begin_account();
    if (!job_.resume) run_hooks(HookPhase::before_schema, target);
    mind_guards(target);
    if (job_.scope == Scope::schema_only) {
      create_schema_only(target);
      return;
    }
    begin_at_snapshot(target);
    run_hooks(HookPhase::after_schema, target);
    run_hooks(HookPhase::before_data, target);
    move_rows();
    note_phase("foreign keys");
    run_hooks(HookPhase::after_data, target);
    complete_foreign_keys(target);
    prove();
    progress_.set_phase("finish");
    note_phase("finish");
    finish_schema();
    run_hooks(HookPhase::after_keys, target);
    require_proof();
    run_hooks(HookPhase::end, target);
    close_sessions();
    fault_point("migrate.before_end");
    complete_ledger();
  }

  /// Enter in the ledger how the run ended.
  void end_ledger(std::string_view state, const std::string& error) noexcept {
    if (!ledger_.kept()) return;
    if (target_ && !target_->lost()) {
      ledger_.end(*target_, state, error);
      if (!target_->lost()) return;
    }
    try {  // hours may have passed, and the target been started anew
      postgres::Connection target(job_.target, "millrace control");
      ledger_.end(target, state, error);
    } catch (...) {  // NOLINT(bugprone-empty-catch): seen as interrupted, which is true
    }
  }

  /// What stands half-done in the target, by name.
  std::vector<std::string> left_in_target() const {
    if (!created_) return {};
    return millrace::left_in_target(preparation_, progress_, choices_);
  }

  /// Bring the report up to what has happened, well or not.
  void complete_report() { account_.complete(preparation_); }

 private:
  bool keeps_ledger() const noexcept { return job_.ledger && job_.scope != Scope::schema_only; }

  void make_plan(postgres::Connection& target) {
    progress_.set_phase("plan");
    {
      const StopRequest::Waker waker(stop_, [&] {
        source_.interrupt();
        target.cancel();
      });
      if (job_.resume) {
        take_over(take_over_run(target, source_.identity(), job_.settings), preparation_);
      }
      source_.prepare(target, preparation_);
    }
    account_.tell_sizes(preparation_);
    stop_.check();
  }

  /// Refuse what would fail, while both sides are as they were.
  void look_before_writing(postgres::Connection& target) {
    if (!job_.resume) refuse_over_unfinished(job_, target, preparation_);
    refuse_if_in_the_way(preparation_);
    if (may_reject(job_) && !preparation_.resumed) {
      RejectFiles(job_.reject_folder, preparation_.work).refuse_old_files();
    }
    if (!job_.skip_check) check_both_sides(target);
    if (keeps_ledger()) {
      require_ledger_place(target, preparation_.target, preparation_.translation.schemas);
      source_identity_ = source_.identity();
    }
  }

  void begin_account() {
    // SQL that runs between tables and rows finds every table.
    preparation_.work.tables_first =
        std::any_of(job_.hooks.begin(), job_.hooks.end(), [](const SqlHook& hook) {
          return hook.phase == HookPhase::after_schema || hook.phase == HookPhase::before_data;
        });
    account_.begin(preparation_);
    proof_.expect_tables(preparation_);
  }

  /// Take the snapshot, with the target ready for the first row of it.
  void begin_at_snapshot(postgres::Connection& target) {
    progress_.set_phase("snapshot");
    open_lanes();
    if (preparation_.resumed) {
      resume_ledger(target);
      return;
    }
    prepare_target(target, [&] {
      if (keeps_ledger()) begin_ledger(target);
      take_snapshot();
      ledger_.note_snapshot(target, source_.snapshot());
      fault_point("migrate.before_plan_commit");
    });
    fault_point("migrate.after_plan_commit");
  }

  /// Copy, with the keys of each table behind its rows; then the source is not needed any more.
  void move_rows() {
    progress_.set_phase("copy");
    copy();
    source_.release_lock();
    count_filtered_rows();
    report_.snapshot = source_.snapshot();
    // The user's SQL would wait for ever for what our sessions have read.
    source_.close_readers();
  }

  void complete_foreign_keys(postgres::Connection& target) {
    if (choices_.keys) {
      progress_.set_phase("foreign keys");
      make_foreign_keys();
    }
    if (as_replica_) note_all(check_standing_keys(target, guards_, incomplete_tables()));
  }

  void prove() {
    if (job_.verify == ProofDepth::none) return;
    progress_.set_phase("verify");
    note_phase("verify");
    lanes_.close_writers();
    proof_.prove(preparation_, report_, [this](const Error& error, unsigned attempt) {
      retries_.add("verify", 0, error, attempt);
    });
  }

  /// What goes live at the end waits for it. The rows are all there, so that `millrace verify` can
  /// tell which differ: the run is complete, and its verdict stands beside.
  void require_proof() {
    try {
      require_equal(report_.proof, "millrace verify SOURCE TARGET names the rows and columns");
    } catch (const Error& error) {
      close_sessions();
      end_ledger("complete", error.what());
      throw;
    }
  }

  /// Tables that lack rows or values of the source, by their names in the target.
  std::set<std::string> incomplete_tables() const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < report_.tables.size(); ++i) {
      const TableReport& table = report_.tables[i];
      const bool here = table.rows_rejected + table.values_nulled != 0;
      if (here || preparation_.work.tables[i].incomplete) names.insert(table.target);
    }
    return names;
  }

  void check_both_sides(postgres::Connection& target) {
    progress_.set_phase("check");
    const StopRequest::Waker waker(stop_, [&] {
      source_.interrupt();
      target.cancel();
    });
    source_.check(target, preparation_, stop_, report_.checks);
  }

  /// Others may have taken every connection. A server that does not answer is not waited for: its
  /// address may be wrong.
  postgres::Connection& connect() {
    progress_.set_phase("connect");
    if (!job_.spill.empty()) spill_.emplace(job_.spill, job_.spill_limit_bytes);
    const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
    source_.connect(pauses_, retries_.of("source"));
    target_.emplace(open_patiently(
        pauses_, 0, [&] { return postgres::Connection(job_.target, "millrace control"); },
        retries_.of("control"), lacks_connections));
    report_.source_version = source_.version_text();
    return *target_;
  }

  void open_lanes() {
    const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
    source_.open_readers(preparation_, pauses_, retries_.of("reader"));
    stop_.check();
    lanes_.open(preparation_.sizing, as_replica_);
  }

  /// The application's own triggers and foreign keys would see rows in an order of ours: writers
  /// let them sleep where the account may.
  void mind_guards(postgres::Connection& target) {
    if (job_.scope == Scope::schema_only) return;
    guards_ = guards_of(target, preparation_.work);
    if (guards_.empty()) return;
    as_replica_ = postgres::act_as_replica(target);
    if (as_replica_) {
      target.execute("RESET session_replication_role");
    } else {
      refuse_guards(guards_, preparation_.work, preparation_.target.user);
    }
    for (const postgres::TableGuard& guard : guards_) {
      if (!guard.always && as_replica_) continue;
      preparation_.notes.push_back({guard.foreign_key ? "foreign key" : "trigger",
                                    guard.full_name(), "looks at each row that is loaded"});
    }
  }

  LedgerEntry ledger_entry() const {
    return {.version = report_.version,
            .command = report_.command,
            .source = report_.source,
            .source_identity = source_identity_,
            .settings = job_.settings,
            .appends = job_.if_exists == IfExists::append};
  }

  void begin_ledger(postgres::Connection& target) {
    ledger_ = Ledger::begin(target, ledger_entry(), preparation_.work);
    report_.ledger_run = ledger_.run();
  }

  /// Take the run up again, if the new snapshot shows the source as it was.
  void resume_ledger(postgres::Connection& target) {
    const StoredRun& run = *preparation_.resumed;
    ledger_ = Ledger(run.run, run.attempt);
    report_.ledger_run = run.run;
    take_snapshot();
    preparation_.notes.push_back(require_same_source(
        job_, source_.compare(facts_of(run, preparation_.work)),
        {.refusal = fmt::format("cannot resume run {}: the source changed since {}", run.run,
                                run.started_at),
         .anew = "start anew with --if-exists drop",
         .stored = fmt::format("run {}, with {} of {} chunks stored", run.run, run.chunks_stored(),
                               run.chunks.size())}));
    settle_rejects(job_, preparation_, report_, [&](std::uint64_t chunk) {
      return chunk < run.stored.size() && !run.stored[chunk].empty();
    });
    ledger_.note_resumed(target, ledger_entry());
    created_ = true;
  }

  /// Tell the ledger what the run does now. The control session has been idle for as long as the
  /// copy took: where it was lost meanwhile, another takes its place and its lock.
  void note_phase(std::string_view phase) {
    if (!ledger_.kept()) return;
    try {
      ledger_.note_phase(*target_, phase);
    } catch (const Error& error) {
      if (!may_go_well_again(error) || job_.retry.retries == 0) throw;
      retries_.add("control", 0, error, 1);
      reopen_control();
      ledger_.note_phase(*target_, phase);
    }
  }

  /// Whoever reads that the run is complete may drop the source, so that it must be entered, and by
  /// nobody but the owner. The control session has been idle for as long as the schema took.
  void complete_ledger() {
    if (!ledger_.kept()) return;
    try {
      ledger_.complete(*target_);
    } catch (const Error& error) {
      const bool again = may_go_well_again(error) || error.kind() == ErrorKind::commit_in_doubt;
      if (!again || job_.retry.retries == 0) throw;
      retries_.add("control", 0, error, 1);
      // Without the lock: where the answer was lost, another process may have it by right.
      const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
      open_control_again();
      ledger_.complete(*target_);
    }
  }

  /// Another control session in the place of the lost one.
  void open_control_again() {
    target_.emplace(
        open_again(pauses_, [&] { return postgres::Connection(job_.target, "millrace control"); }));
  }

  /// The same, with the lock of the run.
  void reopen_control() {
    const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
    open_control_again();
    constexpr unsigned first_retry = 2;
    while (!ledger_.try_lock_again(*target_)) pauses_.pause(first_retry);
  }

  void take_snapshot() {
    const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
    source_.take_snapshot();
  }

  /// They were made as the plan knew them, and the source may have gone on until the snapshot.
  void restart_sequences(postgres::Connection& target) {
    const std::vector<TargetSequence> made = preparation_.translation.sequences;
    {
      const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
      source_.refresh_sequences(preparation_);
    }
    for (std::size_t i = 0; i < made.size(); ++i) {
      const TargetSequence& now = preparation_.translation.sequences[i];
      const bool stood = preparation_.kept_relations.contains(now.schema + '\0' + now.name);
      if (stood && preparation_.begun) {
        // Made by the run that died, or its owner's: none may hand out again what rows hold.
        target.execute(postgres::advance_sequence(now));
      } else if (!stood && now.next != made[i].next) {
        target.execute(postgres::restart_sequence(now));
      }
    }
  }

  /// Rows that an earlier process of a resumed run stored may be of an older instant: not then.
  void confirm_identities() {
    const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
    if (preparation_.resumed) return;
    try {
      source_.confirm_identities(preparation_.work, choices_);
    } catch (const Error& error) {
      stop_.check();  // a session that was cut says that it was lost
      // The target reads its tables then. A lost session is opened again where rows are read.
      if (!may_go_well_again(error)) throw;
    }
  }

  void count_filtered_rows() {
    const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
    try {
      note_all(source_.count_filtered_rows(preparation_));
    } catch (const Error& error) {
      stop_.check();  // a session that was cut says that it was lost
      // All rows are here, and the source may go: a count is not worth the run.
      if (!may_go_well_again(error)) throw;
      preparation_.notes.push_back(
          {"row filter", "",
           "how many rows the filters left out was not counted: " + error.message()});
    }
  }

  /// Clear the way and create what is not created group by group. The first transaction, usually
  /// the only one, is committed when `before_commit` has gone well too.
  void prepare_target(postgres::Connection& target, const std::function<void()>& before_commit) {
    const StopRequest::Waker waker(stop_, [&] { target.cancel(); });
    execute_in_batches(target, ddl_before_rows(preparation_, false), control_locks(preparation_),
                       {.before_first =
                            [&] {
                              before_commit();
                              stop_.check();
                            },
                        .after_first = [&] { created_ = true; },
                        .before_last =
                            [&] {
                              restart_sequences(target);
                              confirm_identities();
                              ledger_.note_phase(target, "copy");
                            }});
  }

  void copy() {
    const WorkPlan& work = preparation_.work;
    BlockPool pool(preparation_.sizing.block_bytes, preparation_.sizing.blocks);
    std::vector<std::unique_ptr<ChunkWriter>> writers;
    for (unsigned i = 0; i < lanes_.writers().size(); ++i) {
      writers.push_back(std::make_unique<WriterLane>(
          lanes_.writers()[i], work, pool, progress_, progress_.lane(LaneKind::writer, i), choices_,
          ledger_, [this, i] { return lanes_.open_writer(i); }, &pauses_));
    }
    CopyGraph graph({.plan = work,
                     .sizing = preparation_.sizing,
                     .progress = progress_,
                     .choices = choices_,
                     .ledger = ledger_,
                     .pool = pool,
                     .readers = source_.readers(work, pool, progress_, pauses_),
                     .writers = std::move(writers),
                     .builders = lanes_.builders(),
                     .lock_chunks_read = [&] { source_.release_lock(); },
                     .all_read = [this] { note_released(); },
                     .spill = spill_ ? &*spill_ : nullptr,
                     .spill_level = job_.spill_level,
                     .committed =
                         [&](const Receipt& receipt) {
                           account_.note(receipt, work, choices_.keys);
                           proof_.expect(receipt);
                         },
                     .built =
                         [&](std::size_t table, double seconds, bool finished) {
                           report_.tables[table].keys_s += seconds;
                           if (!finished) ++report_.tables[table].indexes;
                         },
                     .pauses = &pauses_,
                     .open_builder = [this](unsigned lane) { return lanes_.open_builder(lane); },
                     .retried = [this](RetryReport retry) { retries_.add(std::move(retry)); }});
    const Sampler sampler(progress_);
    const StopRequest::Waker waker(stop_, [&] {
      graph.interrupt(
          std::make_exception_ptr(Error(ErrorKind::cancelled, "the run was stopped on request")));
    });
    graph.run();
    if (spill_) note_spill(*spill_);
  }

  /// The source is read to its end: with files between, hours before the target has it all.
  void note_released() {
    report_.source_released_s = progress_.elapsed_s();
    if (spill_) progress_.set_phase("source released");
  }

  void note_spill(const archive::SpillSpace& spill) {
    report_.spilled_bytes = spill.total_bytes();
    report_.spilled_peak_bytes = spill.peak_bytes();
    preparation_.notes.push_back(
        {"spill", job_.spill,
         fmt::format("{} went this way, {} at most at once; the source was released after {}",
                     data_text(static_cast<double>(spill.total_bytes())),
                     data_text(static_cast<double>(spill.peak_bytes())),
                     duration_text(report_.source_released_s))});
    if (spill.full().empty()) return;
    preparation_.notes.push_back(
        {"spill", job_.spill,
         "had no more room (" + spill.full() + "): readers waited for the target from then on"});
  }

  void make_foreign_keys() {
    std::vector<std::unique_ptr<LaneSession>> lanes = lanes_.late();
    const StopRequest::Waker waker(stop_, [&] {
      for (const auto& lane : lanes) lane->stop();
    });
    ForeignKeys added =
        add_foreign_keys(lanes, preparation_.work, control_locks(preparation_), progress_,
                         incomplete_tables(), ledger_, retries_.of("builder"));
    report_.foreign_keys = added.keys;
    note_all(std::move(added.notes));
  }

  void create_schema_only(postgres::Connection& target) {
    progress_.set_phase("create");
    const StopRequest::Waker waker(stop_, [&] { target.cancel(); });
    std::vector<TargetStatement> statements = ddl_before_rows(preparation_, true);
    std::ranges::move(ddl_after_rows(preparation_, choices_), std::back_inserter(statements));
    execute_in_batches(target, statements, control_locks(preparation_));
    target.execute("BEGIN");
    note_all(run_late_statements_in_transaction(target, late_statements(preparation_)));
    target.commit();
    for (const HookPhase phase : {HookPhase::after_schema, HookPhase::after_keys, HookPhase::end}) {
      run_hooks(phase, target);
    }
  }

  /// The user's own SQL of this moment.
  void run_hooks(HookPhase phase, postgres::Connection& target) {
    const StopRequest::Waker waker(stop_, [&] { target.cancel(); });
    millrace::run_hooks(
        job_, phase, target, ledger_,
        preparation_.resumed ? preparation_.resumed->hooks_done : std::set<std::string>(),
        source_.holds_lock(), stop_);
    stop_.check();
  }

  /// What may be refused without a row being lost: constraints and triggers.
  void finish_schema() {
    std::vector<std::unique_ptr<LaneSession>> lanes = lanes_.late();
    const StopRequest::Waker waker(stop_, [&] {
      for (const auto& lane : lanes) lane->stop();
    });
    note_all(run_late_statements(lanes, late_statements(preparation_), ledger_, progress_,
                                 retries_.of("builder")));
  }

  void note_all(std::vector<NoteReport> notes) {
    std::move(notes.begin(), notes.end(), std::back_inserter(preparation_.notes));
  }

  /// The source's transactions only read.
  void close_sessions() {
    source_.close_readers();
    lanes_.close();
  }

  const Job& job_;
  RunSource& source_;
  Progress& progress_;
  StopRequest& stop_;
  RunReport& report_;
  RunAccount account_;
  BuildChoices choices_;
  Preparation preparation_;
  Ledger ledger_;
  std::string source_identity_;
  bool created_ = false;
  std::optional<archive::SpillSpace> spill_;
  std::vector<postgres::TableGuard> guards_;  // of tables that stood before
  bool as_replica_ = false;                   // writers let them sleep
  RetryPauses pauses_;
  RunProof proof_;
  RetryNotes retries_;
  std::optional<postgres::Connection> target_;  // holds the lock of the run
  TargetLanes lanes_;
};

}  // namespace

void run_into_target(const Job& job, RunSource& source, Progress& progress, StopRequest& stop,
                     RunReport& report) {
  Migration migration(job, source, progress, stop, report);
  run_accounted(stop, report,
                {.run = [&] { migration.run(); },
                 .failed =
                     [&](const std::string& error) {
                       report.left_in_target = migration.left_in_target();
                       if (report.outcome == "different") return;  // it is entered already
                       migration.end_ledger(report.outcome, error);
                     },
                 .complete = [&] { migration.complete_report(); }});
}

void migrate(const Job& job, Progress& progress, StopRequest& stop, RunReport& report) {
  report.source = job.source.masked();
  report.target = job.target.masked();
  MysqlSource source(job);
  run_into_target(job, source, progress, stop, report);
}

}  // namespace millrace
