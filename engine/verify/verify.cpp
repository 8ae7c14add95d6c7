#include "engine/verify/verify.h"

#include <algorithm>
#include <future>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/mysql_source.h"
#include "engine/open_sessions.h"
#include "engine/preparation.h"
#include "engine/retry.h"
#include "engine/retry_notes.h"
#include "engine/run_account.h"
#include "engine/verify/difference_report.h"
#include "engine/verify/ledger_search.h"
#include "engine/verify/loaded_tables.h"
#include "engine/verify/proof.h"
#include "engine/verify/row_location.h"
#include "engine/verify/row_repair.h"
#include "engine/verify/schema_check.h"
#include "engine/verify/source_rows.h"
#include "operators/glob.h"

namespace millrace {

namespace {

constexpr std::size_t most_named = 10;
constexpr const char* more_rows_text =
    "more rows differ than were located: copy the table anew with --include and --if-exists "
    "truncate, or repair it in several runs";
// After so many rounds of repairs somebody else is writing to the target.
constexpr int most_repairs = 3;

/// A column that is not there, or is of another type, at the least.
bool is_unreadable(const SchemaDifferenceReport& part) {
  return part.part.starts_with("column ") && part.found.empty();
}

class Verification {
 public:
  Verification(const Job& job, RunSource& source, Progress& progress, StopRequest& stop,
               RunReport& report)
      : job_(job),
        source_(source),
        progress_(progress),
        stop_(stop),
        report_(report),
        rows_(job, source, preparation_, stop),
        depth_(job.counts_only ? ProofDepth::counts : ProofDepth::content) {}

  void run() {
    progress_.set_phase("connect");
    postgres::Connection control = connect();
    report_.source_version = source_.version_text();
    progress_.set_phase("plan");
    {
      const StopRequest::Waker waker(stop_, [&] {
        source_.interrupt();
        control.cancel();
      });
      source_.prepare(control, preparation_);
    }
    begin();
    stop_.check();
    {
      const StopRequest::Waker waker(stop_, [&] { control.cancel(); });
      if (against_ledger() && !schema_only()) expect_what_was_loaded(control);
      check_schema(control);
    }
    if (schema_only()) {  // there is no row to hold against another
      sign_off(report_.proof, ProofDepth::none, "");
      require_equal(report_.proof, hint());
      return;
    }
    if (!against_ledger()) {
      progress_.set_phase("snapshot");
      rows_.open();
    }
    open_targets();
    progress_.set_phase("verify");
    compare(control);
    if (rows_.opened()) {
      source_.release_lock();
      report_.snapshot = source_.snapshot();
    }
    std::ranges::move(lost_, std::back_inserter(report_.proof.tables));
    sign_off(report_.proof, depth_, compared_with(), left_out());
    progress_.set_phase("finish");
    source_.close_readers();
    require_equal(report_.proof, hint());
  }

  void complete_report() {
    report_.wall_s = progress_.elapsed_s();
    report_.notes = preparation_.notes;
    report_.phases = progress_.phases();
    if (!progress_.started()) return;
    for (const TableReport& table : report_.tables) {
      report_.rows += table.rows;
      report_.copy_bytes += table.copy_bytes;
      report_.chunks += table.chunks;
    }
  }

 private:
  bool against_ledger() const noexcept { return job_.against == ProofBasis::ledger; }
  bool schema_only() const noexcept { return job_.scope == Scope::schema_only; }

  void begin() {
    const Sizing& sizing = preparation_.sizing;
    report_.target_version = preparation_.target.version_text;
    report_.readers = against_ledger() ? 0 : sizing.readers;
    report_.writers = sizing.writers;
    report_.chunk_bytes = sizing.chunk_bytes;
    report_.memory_bytes = sizing.memory_bytes;
    const WorkPlan& work = preparation_.work;
    for (std::size_t i = 0; i < work.tables.size(); ++i) {
      const TableWork& table = work.tables[i];
      expected_.push_back({.source = table.source->full_name(),
                           .target = &table.translated->target,
                           .rows = 0,
                           .digest = TupleDigest{},
                           .others = false});
      TableReport& row = report_.tables.emplace_back();
      row.source = table.source->full_name();
      row.target = table.translated->target.full_name();
      row.chunks = work.chunks_of[i];
    }
    // As many lanes look as read.
    progress_.start(progress_tables(work), sizing.readers, sizing.readers, 0);
  }

  /// Before any row is read: a table without a planned column cannot be read back.
  void check_schema(postgres::Connection& control) {
    // Tables that may have stood before the run have their owner's schema, not the plan's.
    const bool owners = job_.scope == Scope::data_only || job_.if_exists == IfExists::truncate ||
                        job_.if_exists == IfExists::append;
    ProofReport& proof = report_.proof;
    std::vector<SchemaDifferenceReport>& schema = proof.schema;
    const bool keys = !job_.skip_keys && !owners;
    try {
      schema = compare_schema(control, preparation_,
                              {.keys = keys,
                               .missing_tables = schema_only(),
                               .sequence_values = !against_ledger(),
                               .rows_left_out = may_lack_rows()});
      proof.schema_compared = owners ? SchemaDepth::presence
                              : keys ? SchemaDepth::all
                                     : SchemaDepth::columns;
      proof.next_values_compared =
          keys && (!against_ledger() || preparation_.translation.sequences.empty());
      if (!owners) return;
      std::erase_if(schema,
                    [](const SchemaDifferenceReport& part) { return !is_unreadable(part); });
      note({},
           "of the schema only the columns' presence was compared: with data-only, truncate and "
           "append it is its owner's");
    } catch (const Error& error) {
      // Where nothing else was asked for, nothing would be proven.
      if (error.kind() != ErrorKind::bad_request || schema_only()) throw;
      note({}, std::string("the schema was not compared: ") + error.message());
    }
  }

  /// Whether rows or values of the source may not be in the target, as the job's policies say.
  bool may_lack_rows() const {
    if (against_ledger()) return rows_rejected_ + values_nulled_ != 0;
    return job_.on_fault != FaultPolicy::stop || !job_.fault_rules.empty();
  }

  void expect_what_was_loaded(postgres::Connection& control) {
    loaded_ = read_loaded_tables(control, preparation_.work, depth_ == ProofDepth::content);
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      const LoadedTable& loaded = loaded_.tables[i];
      expected_[i].rows = loaded.rows;
      expected_[i].digest = loaded.digest;
      expected_[i].others = loaded.appended;
      // The source's moves on while it lives; the target has what it was.
      std::optional<std::uint64_t>& next = preparation_.translation.tables[i].target.next_identity;
      if (next && loaded.next_auto_increment) next = loaded.next_auto_increment;
      rows_rejected_ += loaded.rows_rejected;
      values_nulled_ += loaded.values_nulled;
    }
    expect_others();
  }

  /// Tables that the runs stored and that the plan has not: the job leaves them out, or the source
  /// has them no more. One that neither side has any more is no match, but a loss on both.
  void expect_others() {
    std::vector<std::string> names;
    for (const LoadedTables::Other& other : loaded_.others) {
      const std::size_t dot = other.source.find('.');
      const bool asked_for = selects_table(job_.include, job_.exclude, other.source.substr(0, dot),
                                           other.source.substr(dot + 1));
      if (asked_for && !other.present) {
        TableProofReport& lost = lost_.emplace_back();
        lost.source = other.source;
        lost.target = other.target;
        lost.source_rows = other.rows;
        lost.verdict = "missing";
        continue;
      }
      ++tables_besides_;
      if (names.size() < most_named) names.push_back(other.target);
    }
    if (tables_besides_ == 0) return;
    note({}, fmt::format("not looked at, since this job leaves them out or the source has them no "
                         "more: {}{}",
                         fmt::join(names, ", "), tables_besides_ > names.size() ? ", ..." : ""));
  }

  std::string compared_with() const {
    if (!against_ledger()) return "those of the source";
    return "those that " + runs_in_words(loaded_.runs);
  }

  std::string hint() const {
    return job_.repair
               ? "rows where the source changed since the run are left as they are: --against "
                 "source --repair makes them what they are there now"
               : "--repair copies just the rows that differ; --report FILE.html lists them";
  }

  /// Others may have taken every connection, as where a run begins.
  postgres::Connection connect() {
    RetryPauses pauses(job_.retry);
    const StopRequest::Waker waker(stop_, [&] { pauses.stop(); });
    RetryNotes retries(progress_, report_);
    source_.connect(pauses, retries.of("source"));
    return open_patiently(
        pauses, 0, [&] { return postgres::Connection(job_.target, "millrace verify"); },
        retries.of("control"), lacks_connections);
  }

  LeftOut left_out() const {
    return {.tables = preparation_.tables_left_out,
            .tables_filtered = tables_filtered(preparation_),
            .rows_rejected = rows_rejected_,
            .values_nulled = values_nulled_,
            .tables_besides = tables_besides_};
  }

  void open_targets() {
    stop_.check();
    targets_ = millrace::open_sessions<postgres::Connection>(
        preparation_.sizing.writers, [&](std::size_t i) {
          return postgres::Connection(job_.target, fmt::format("millrace verify {}", i));
        });
  }

  void note_source(const Receipt& receipt) {
    for (std::size_t part = 0; part < receipt.parts.size(); ++part) {
      const std::size_t index = receipt.chunk->tables[part];
      const Receipt::Part& seen = receipt.parts[part];
      expected_[index].rows += seen.rows;
      if (seen.digest) expected_[index].digest->merge(*seen.digest);
      rows_rejected_ += seen.faults.rows_rejected;
      values_nulled_ += seen.faults.values_nulled;
      report_.tables[index].rows += seen.rows;
      report_.tables[index].copy_bytes += seen.copy_bytes;
      progress_.table(index).rows_committed.fetch_add(seen.rows, std::memory_order_relaxed);
    }
  }

  /// Read both sides at the same time: they are different machines, as a rule.
  std::vector<FoundTable> read_sides(TargetInstant& target) {
    const std::vector<const TargetTable*> tables = readable_tables();
    expect_read_back(expected_, depth_, progress_);  // none where the source is yet to be read
    if (against_ledger()) return read_tables(target, tables, depth_, progress_);
    auto found = std::async(std::launch::async,
                            [&] { return read_tables(target, tables, depth_, progress_); });
    try {
      if (depth_ == ProofDepth::counts) {
        count_source();
      } else {
        rows_.read(preparation_.work, progress_, {},
                   [&](const Receipt& receipt) { note_source(receipt); });
      }
    } catch (...) {
      target.cancel();
      throw;  // the future waits
    }
    return found.get();
  }

  void count_source() {
    const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
    const std::vector<std::uint64_t> rows = source_.count_rows(preparation_.work);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      expected_[i].rows = report_.tables[i].rows = rows[i];
      const auto& policies = preparation_.work.tables[i].on_fault;
      if (std::find(policies.begin(), policies.end(), FaultPolicy::reject) == policies.end()) {
        continue;
      }
      uncountable_.insert(i);
      note(
          expected_[i].source,
          "its rows were not compared: how many of them do not fit and were rejected, only reading "
          "them tells (leave out --counts)");
    }
  }

  void compare(postgres::Connection& control) {
    std::optional<TargetInstant> target;
    target.emplace(targets_);
    const StopRequest::Waker waker(stop_, [&] {
      for (postgres::Connection& session : targets_) session.cancel();
    });
    std::vector<TableProofReport>& proofs = report_.proof.tables;
    proofs = compare_tables(expected_, read_sides(*target), depth_);
    for (std::size_t i = 0; i < proofs.size(); ++i) {
      if (unreadable_[i]) proofs[i].verdict = "differs";
      const bool to_be_counted = proofs[i].verdict != "missing" && !unreadable_[i];
      if (uncountable_.contains(i) && to_be_counted) proofs[i].verdict = "not compared";
      if (against_ledger()) report_.tables[i].rows = proofs[i].target_rows;
    }
    if (depth_ == ProofDepth::counts) return;
    for (int round = 0;; ++round) {
      const std::vector<std::size_t> differing = differing_tables(proofs);
      if (differing.empty()) return;
      progress_.set_phase("locate");
      const bool repaired = against_ledger()
                                ? locate_by_ledger(control, *target, differing, round == 0)
                                : locate(*target, differing, round == 0);
      if (!repaired || round == most_repairs) return;
      // What was repaired is proven as the rest is: by reading it back.
      progress_.set_phase("verify");
      target.reset();
      target.emplace(targets_);
      prove_again(*target, differing, proofs);
    }
  }

  /// Every table whose planned columns are all there; the others' rows differ for sure, and cannot
  /// be asked for.
  std::vector<const TargetTable*> readable_tables() {
    std::set<std::string> unreadable;
    for (const SchemaDifferenceReport& part : report_.proof.schema) {
      if (is_unreadable(part)) unreadable.insert(part.table);
    }
    std::vector<const TargetTable*> tables;
    unreadable_.clear();
    for (const ExpectedTable& table : expected_) {
      unreadable_.push_back(unreadable.contains(table.target->full_name()));
      tables.push_back(unreadable_.back() ? nullptr : table.target);
    }
    return tables;
  }

  std::vector<std::size_t> differing_tables(std::span<const TableProofReport> proofs) const {
    std::vector<std::size_t> differing;
    for (std::size_t i = 0; i < proofs.size(); ++i) {
      if (proofs[i].verdict == "differs" && !unreadable_[i]) differing.push_back(i);
    }
    return differing;
  }

  void prove_again(TargetInstant& target, std::span<const std::size_t> which,
                   std::vector<TableProofReport>& proofs) {
    std::vector<ExpectedTable> again;
    for (const std::size_t index : which) again.push_back(expected_[index]);
    std::vector<TableProofReport> verdicts =
        prove_tables(target, again, ProofDepth::content, progress_);
    for (std::size_t i = 0; i < which.size(); ++i) proofs[which[i]] = std::move(verdicts[i]);
  }

  /// Find the rows of the tables that differ, report the first of them, and repair them if asked
  /// to. Returns whether anything was repaired.
  bool locate(TargetInstant& target, std::span<const std::size_t> which, bool report) {
    WorkPlan plan = plan_of_chunks(preparation_.work, chunks_of_tables(preparation_.work, which));
    plan.digests = false;                                       // the rows themselves are looked at
    for (Chunk& chunk : plan.chunks) chunk.under_lock = false;  // the lock is gone
    std::vector<SearchedTable> searched;
    for (const std::size_t index : which) {
      const TableReport& seen = report_.tables[index];
      searched.push_back({.table = index,
                          .rows = std::max(seen.rows, report_.proof.tables[index].target_rows),
                          .row_bytes = seen.copy_bytes / std::max<std::uint64_t>(seen.rows, 1)});
    }
    const Location location = locate_rows(rows_, target, plan, searched, [](const Receipt&) {});
    std::vector<TableRepair> repairs;
    for (std::size_t i = 0; i < which.size(); ++i) {
      const LocatedRows& located = location.of_table[i];
      const TableWork& table = plan.tables[which[i]];
      if (report) {
        report_differences(table, located.rows, job_.rows_shown, report_.proof);
        if (!located.all) note_more(table, located.rows.size());
      }
      repairs.push_back({&table.translated->target, located.rows});
    }
    return repair(target, location.found.slices, std::move(repairs));
  }

  bool locate_by_ledger(postgres::Connection& control, TargetInstant& target,
                        std::span<const std::size_t> which, bool report) {
    std::vector<std::uint64_t> rows_found;
    for (const TableProofReport& table : report_.proof.tables) {
      rows_found.push_back(table.target_rows);
    }
    LedgerSearch search(preparation_.work, loaded_, which, rows_found);
    {
      const StopRequest::Waker waker(stop_, [&] { control.cancel(); });
      search.find_chunks(control, target);
    }
    for (const std::size_t table : search.unsearchable()) {
      note(expected_[table].source, why_not_located(loaded_, table));
    }
    bool repaired = false;
    if (search.reads_rows()) {
      try {
        rows_.open();
        source_.release_lock();  // digests tell whether a table without transactions changed
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_request) throw;
        note({}, std::string("rows were not located, since the source could not be read: ") +
                     error.message());
        if (report) search.report(job_.rows_shown, report_.proof);
        return false;
      }
      const Location& location = search.find_rows(rows_, target);
      if (job_.repair) {
        const std::vector<LedgerSearch::Found> certain = search.certain_rows();
        std::vector<TableRepair> repairs;
        for (const LedgerSearch::Found& found : certain) {
          repairs.push_back(
              {&preparation_.work.tables[found.table].translated->target, found.rows});
        }
        repaired = repair(target, location.found.slices, std::move(repairs));
      }
    }
    if (!report) return repaired;
    search.report(job_.rows_shown, report_.proof);
    for (const std::size_t table : search.incomplete()) {
      note(expected_[table].source, more_rows_text);
    }
    if (report_.proof.rows_unclear != 0) {
      note({},
           fmt::format("{} of the rows lie where the source changed since the run: whether they "
                       "differ by that or by a fault of the target, only the run's source could "
                       "tell; they were not repaired (--against source --repair brings the "
                       "target to what the source is now)",
                       report_.proof.rows_unclear));
    }
    return repaired;
  }

  /// Returns whether anything was to be repaired.
  bool repair(TargetInstant& target, std::span<const TargetSlice> slices,
              std::vector<TableRepair> repairs) {
    std::erase_if(repairs, [](const TableRepair& each) { return each.rows.empty(); });
    if (!job_.repair || repairs.empty()) return false;
    stop_.check();
    postgres::Connection session(job_.target, "millrace repair");
    const StopRequest::Waker waker(stop_, [&] { session.cancel(); });
    report_.proof.rows_repaired += repair_in_parts(session, target, slices, repairs);
    return true;
  }

  /// In one transaction, unless the server has no locks for so many tables.
  static std::uint64_t repair_in_parts(postgres::Connection& session, const TargetInstant& target,
                                       std::span<const TargetSlice> slices,
                                       std::span<const TableRepair> repairs) {
    try {
      return repair_rows(session, target, slices, repairs);
    } catch (const Error& error) {
      if (!is_out_of_locks(error) || repairs.size() < 2) throw;
    }
    const std::size_t half = repairs.size() / 2;
    const std::uint64_t first = repair_in_parts(session, target, slices, repairs.first(half));
    return first + repair_in_parts(session, target, slices, repairs.subspan(half));
  }

  void note(const std::string& where, const std::string& message) {
    preparation_.notes.push_back({"verify", where, message});
  }

  void note_more(const TableWork& table, std::size_t located) {
    note(table.source->full_name(), fmt::format("{} ({} were)", more_rows_text, located));
  }

  const Job& job_;
  RunSource& source_;
  Progress& progress_;
  StopRequest& stop_;
  RunReport& report_;
  Preparation preparation_;
  SourceRows rows_;
  ProofDepth depth_;
  LoadedTables loaded_;                  // where the ledger is compared with
  std::vector<ExpectedTable> expected_;  // per table of the plan
  std::vector<bool> unreadable_;         // per table: a planned column is not in the target
  std::set<std::size_t> uncountable_;    // tables of which the source cannot say how many rows fit
  std::vector<postgres::Connection> targets_;
  std::vector<TableProofReport> lost_;  // tables that a run stored and neither side has any more
  std::uint64_t tables_besides_ = 0;    // stored by the same runs, and not looked at
  std::uint64_t rows_rejected_ = 0;
  std::uint64_t values_nulled_ = 0;
};

}  // namespace

void verify(const Job& job, RunSource& source, Progress& progress, StopRequest& stop,
            RunReport& report) {
  report.verified_only = true;
  report.source = job.source.masked();
  report.target = job.target.masked();
  Verification verification(job, source, progress, stop, report);
  run_accounted(stop, report,
                {.run = [&] { verification.run(); },
                 .failed = [](const std::string&) {},  // nothing of it is left in the target
                 .complete = [&] { verification.complete_report(); }});
}

void verify(const Job& job, Progress& progress, StopRequest& stop, RunReport& report) {
  Job reads_only = job;
  reads_only.reads_only = true;
  MysqlSource source(reads_only);
  verify(reads_only, source, progress, stop, report);
}

}  // namespace millrace
