#include "engine/verify/verify.h"

#include <algorithm>
#include <future>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/copy_graph.h"
#include "engine/mysql_source.h"
#include "engine/open_sessions.h"
#include "engine/preparation.h"
#include "engine/retry.h"
#include "engine/run_account.h"
#include "engine/verify/difference_report.h"
#include "engine/verify/observing_writer.h"
#include "engine/verify/proof.h"
#include "engine/verify/row_repair.h"
#include "engine/verify/row_search.h"
#include "engine/verify/schema_check.h"

namespace millrace {

namespace {

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
        pauses_(job.retry) {}

  void run() {
    progress_.set_phase("connect");
    source_.connect();
    postgres::Connection control(job_.target, "millrace verify");
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
      check_schema(control);
    }
    if (job_.scope == Scope::schema_only) {  // there is no row to hold against another
      sign_off(report_.proof, ProofDepth::none, "");
      require_equal(report_.proof);
      return;
    }
    progress_.set_phase("snapshot");
    open_sessions();
    {
      const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
      source_.take_snapshot();
    }
    progress_.set_phase("verify");
    compare();
    source_.release_lock();
    report_.snapshot = source_.snapshot();
    sign_off(report_.proof, ProofDepth::content, "those of the source", rows_rejected_,
             values_nulled_);
    progress_.set_phase("finish");
    source_.close_readers();
    require_equal(report_.proof);
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
  void begin() {
    const Sizing& sizing = preparation_.sizing;
    report_.target_version = preparation_.target.version_text;
    report_.readers = sizing.readers;
    report_.writers = sizing.writers;
    report_.chunk_bytes = sizing.chunk_bytes;
    report_.memory_bytes = sizing.memory_bytes;
    const WorkPlan& work = preparation_.work;
    std::vector<Progress::TableSpec> specs;
    for (std::size_t i = 0; i < work.tables.size(); ++i) {
      const TableWork& table = work.tables[i];
      specs.push_back({.name = table.translated->target.full_name(),
                       .rows_estimate = table.source->rows_estimate,
                       .chunks = work.chunks_of[i]});
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
    progress_.start(std::move(specs), sizing.readers, sizing.readers, 0);
  }

  /// Before any row is read: a table without a planned column cannot be read back.
  void check_schema(postgres::Connection& control) {
    // Tables that may have stood before the run have their owner's schema, not the plan's.
    const bool owners = job_.scope == Scope::data_only || job_.if_exists == IfExists::truncate ||
                        job_.if_exists == IfExists::append;
    std::vector<SchemaDifferenceReport>& schema = report_.proof.schema;
    try {
      schema = compare_schema(control, preparation_, !job_.skip_keys && !owners);
      if (!owners) return;
      std::erase_if(schema,
                    [](const SchemaDifferenceReport& part) { return !is_unreadable(part); });
      preparation_.notes.push_back(
          {"verify", "",
           "of the schema only the columns' presence was compared: with data-only, truncate and "
           "append it is its owner's"});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_request) throw;
      preparation_.notes.push_back(
          {"verify", "", std::string("the schema was not compared: ") + error.message()});
    }
  }

  void open_sessions() {
    source_.open_readers(preparation_);
    stop_.check();
    targets_ = millrace::open_sessions<postgres::Connection>(
        preparation_.sizing.writers, [&](std::size_t i) {
          return postgres::Connection(job_.target, fmt::format("millrace verify {}", i));
        });
  }

  /// Read the rows of `plan` from the source.
  void read_source(const WorkPlan& plan, Progress& progress, const ObservingWriter::OnRow& on_row,
                   const std::function<void(const Receipt&)>& seen) {
    const Sizing& sizing = preparation_.sizing;
    BlockPool pool(sizing.block_bytes, sizing.blocks);
    std::vector<std::unique_ptr<ChunkWriter>> writers;
    for (unsigned i = 0; i < sizing.readers; ++i) {
      writers.push_back(std::make_unique<ObservingWriter>(plan, pool, on_row));
    }
    std::vector<postgres::Connection> no_builders;
    CopyGraph graph({.plan = plan,
                     .sizing = sizing,
                     .progress = progress,
                     .choices = {.keys = false, .analyze = false},
                     .pool = pool,
                     .readers = source_.readers(plan, pool, progress, pauses_),
                     .writers = std::move(writers),
                     .builders = no_builders,
                     .lock_chunks_read = [&] { source_.release_lock(); },
                     .committed = seen,
                     .built = [](std::size_t, double, bool) {}});
    const StopRequest::Waker waker(stop_, [&] {
      graph.interrupt(
          std::make_exception_ptr(Error(ErrorKind::cancelled, "the run was stopped on request")));
    });
    graph.run();
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

  void compare() {
    std::optional<TargetInstant> target;
    target.emplace(targets_);
    const StopRequest::Waker waker(stop_, [&] {
      for (postgres::Connection& session : targets_) session.cancel();
    });
    const std::vector<const TargetTable*> tables = readable_tables();
    // Both sides at the same time: they are different machines, as a rule.
    auto found = std::async(std::launch::async,
                            [&] { return read_tables(*target, tables, ProofDepth::content); });
    try {
      read_source(preparation_.work, progress_, {},
                  [&](const Receipt& receipt) { note_source(receipt); });
    } catch (...) {
      target->cancel();
      throw;  // the future waits
    }
    std::vector<TableProofReport>& proofs = report_.proof.tables;
    proofs = compare_tables(expected_, found.get(), ProofDepth::content);
    for (std::size_t i = 0; i < proofs.size(); ++i) {
      if (unreadable_[i]) proofs[i].verdict = "differs";
    }

    for (int round = 0;; ++round) {
      const std::vector<std::size_t> differing = differing_tables(proofs);
      if (differing.empty()) return;
      progress_.set_phase("locate");
      const bool repaired = locate(*target, differing, round == 0);
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
    std::vector<TableProofReport> verdicts = prove_tables(target, again, ProofDepth::content);
    for (std::size_t i = 0; i < which.size(); ++i) proofs[which[i]] = std::move(verdicts[i]);
  }

  /// The chunks of the plan that hold rows of `which`, and of these tables alone.
  WorkPlan plan_of(std::span<const std::size_t> which) const {
    const WorkPlan& whole = preparation_.work;
    WorkPlan plan;
    plan.tables = whole.tables;
    plan.chunked_by = whole.chunked_by;
    plan.chunks_of.resize(whole.tables.size());
    plan.digests = false;  // the rows themselves are looked at
    for (const Chunk& chunk : whole.chunks) {
      Chunk part = chunk;
      part.tables.clear();
      part.members.clear();
      for (std::size_t at = 0; at < chunk.tables.size(); ++at) {
        if (std::find(which.begin(), which.end(), chunk.tables[at]) == which.end()) continue;
        part.tables.push_back(chunk.tables[at]);
        part.members.push_back(chunk.member(at));
      }
      if (part.tables.empty()) continue;
      part.id = plan.chunks.size();
      part.under_lock = false;  // the lock is gone
      for (const std::size_t table : part.tables) ++plan.chunks_of[table];
      plan.chunks.push_back(std::move(part));
    }
    return plan;
  }

  /// Find the rows of the tables that differ, report the first of them, and repair them if asked
  /// to. Returns whether anything was repaired.
  bool locate(TargetInstant& target, std::span<const std::size_t> which, bool report) {
    const WorkPlan plan = plan_of(which);
    std::vector<std::unique_ptr<RowSearch>> searches(plan.tables.size());
    std::vector<const TargetTable*> tables;
    for (const std::size_t index : which) {
      const TableReport& seen = report_.tables[index];
      const std::uint64_t rows = std::max(seen.rows, report_.proof.tables[index].target_rows);
      searches[index] =
          std::make_unique<RowSearch>(plan.tables[index].key_columns, rows,
                                      seen.copy_bytes / std::max<std::uint64_t>(seen.rows, 1));
      tables.push_back(&plan.tables[index].translated->target);
    }
    const TargetInstant::Found found = target.find(tables);
    const auto of_slice = [&](std::size_t slice) -> RowSearch& {
      return *searches[which[found.slices[slice].table]];
    };
    pass_over_source(plan, [&](std::size_t table, std::span<const std::byte> tuple) {
      searches[table]->sift(RowSearch::Side::source, tuple);
    });
    target.read(found.slices, tables, false,
                [&](std::size_t slice, std::span<const std::byte> tuple) {
                  of_slice(slice).sift(RowSearch::Side::target, tuple);
                });
    std::vector<bool> all(plan.tables.size());
    for (const std::size_t index : which) all[index] = searches[index]->begin_keeping();
    pass_over_source(plan, [&](std::size_t table, std::span<const std::byte> tuple) {
      searches[table]->keep(RowSearch::Side::source, tuple);
    });
    target.read(
        found.slices, tables, true, [&](std::size_t slice, std::span<const std::byte> tuple) {
          thread_local std::string row;
          RowPlace place = take_place(tuple, row);
          place.slice = slice;
          of_slice(slice).keep(RowSearch::Side::target, std::as_bytes(std::span(row)), place);
        });
    bool repaired = false;
    for (const std::size_t index : which) {
      const std::vector<FoundRow> rows = searches[index]->found();
      if (report) {
        report_differences(plan.tables[index], rows, job_.rows_shown, report_.proof);
        if (!all[index]) note_more(plan.tables[index], rows.size());
      }
      if (job_.repair && !rows.empty()) {
        stop_.check();
        postgres::Connection session(job_.target, "millrace repair");
        const StopRequest::Waker waker(stop_, [&] { session.cancel(); });
        report_.proof.rows_repaired +=
            repair_rows(session, target, plan.tables[index].translated->target, found.slices, rows);
        repaired = true;
      }
    }
    return repaired;
  }

  void pass_over_source(const WorkPlan& plan, const ObservingWriter::OnRow& on_row) {
    Progress unseen;
    std::vector<Progress::TableSpec> specs;
    for (const TableWork& table : plan.tables) {
      specs.push_back({.name = table.translated->target.full_name()});
    }
    const unsigned lanes = preparation_.sizing.readers;
    unseen.start(std::move(specs), lanes, lanes, 0);
    read_source(plan, unseen, on_row, [](const Receipt&) {});
  }

  void note_more(const TableWork& table, std::size_t located) {
    preparation_.notes.push_back(
        {"verify", table.source->full_name(),
         fmt::format("more rows differ than the {} that were located: copy the table anew with "
                     "--include and --if-exists truncate, or repair it in several runs",
                     located)});
  }

  const Job& job_;
  RunSource& source_;
  Progress& progress_;
  StopRequest& stop_;
  RunReport& report_;
  Preparation preparation_;
  std::vector<ExpectedTable> expected_;  // per table of the plan
  std::vector<bool> unreadable_;         // per table: a planned column is not in the target
  std::vector<postgres::Connection> targets_;
  RetryPauses pauses_;
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
