#include "engine/run_account.h"

#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/reject_line.h"
#include "io/error.h"
#include "operators/consolidation.h"

namespace millrace {

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts kibibytes
}

}  // namespace

void RunAccount::tell_sizes(const Preparation& preparation) {
  report_.target_version = preparation.target.version_text;
  report_.readers = preparation.sizing.readers;
  report_.writers = preparation.sizing.writers;
  report_.builders = preparation.sizing.builders;
  report_.chunk_bytes = preparation.sizing.chunk_bytes;
  report_.memory_bytes = preparation.sizing.memory_bytes;
}

std::vector<Progress::TableSpec> progress_tables(const WorkPlan& plan) {
  std::vector<Progress::TableSpec> specs;
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const TableWork& table = plan.tables[i];
    specs.push_back({.name = table.translated->target.full_name(),
                     .rows_estimate = table.source->rows_estimate,
                     .chunks = plan.chunks_of[i]});
  }
  return specs;
}

void RunAccount::begin(const Preparation& preparation) {
  const WorkPlan& work = preparation.work;
  for (std::size_t i = 0; i < work.tables.size(); ++i) {
    const TableWork& table = work.tables[i];
    TableReport& row = report_.tables.emplace_back();
    row.source = describe_origin(*table.source);
    row.target = table.translated->target.full_name();
    row.chunks = work.chunks_of[i];
  }
  progress_.start(progress_tables(work), preparation.sizing.readers, preparation.sizing.writers,
                  preparation.sizing.builders);
  for (std::size_t i = 0; i < work.stored_of.size(); ++i) {
    TableMeter& meter = progress_.table(i);
    meter.started.store(work.stored_of[i].chunks > 0);
    meter.rows_read.store(work.stored_of[i].rows);
    meter.bytes_read.store(work.stored_of[i].copy_bytes);
    meter.rows_committed.store(work.stored_of[i].rows);
    meter.bytes_committed.store(work.stored_of[i].copy_bytes);
    meter.chunks_done.store(work.stored_of[i].chunks);
  }
}

void RunAccount::note(const Receipt& receipt, const WorkPlan& work, bool keys) {
  for (std::size_t part = 0; part < receipt.chunk->tables.size(); ++part) {
    const std::size_t index = receipt.chunk->tables[part];
    TableReport& table = report_.tables[index];
    if (part < receipt.parts.size() && receipt.parts[part].faults.any()) {
      const RowFaults& faults = receipt.parts[part].faults;
      if (!faults.columns.empty()) faults_[index].add(faults);
      table.rows_rejected += faults.rows_rejected;
      table.values_nulled += faults.values_nulled;
      if (!faults.reject_file.empty()) table.reject_file = faults.reject_file;
    }
    if (table.end_s == 0 || receipt.begin_s < table.begin_s) table.begin_s = receipt.begin_s;
    table.end_s = std::max(table.end_s, receipt.end_s);
    if (work.tables[index].grouped && keys) {
      table.indexes = work.tables[index].translated->target.indexes.size();
    }
  }
}

void RunAccount::complete(const Preparation& preparation) {
  report_.wall_s = progress_.elapsed_s();
  report_.notes = preparation.notes;
  report_.phases = progress_.phases();
  if (!progress_.started()) return;
  for (std::size_t i = 0; i < preparation.work.tables.size(); ++i) {
    const TableMeter& meter = progress_.table(i);
    TableReport& table = report_.tables[i];
    table.rows = meter.rows_committed.load();
    table.copy_bytes = meter.bytes_committed.load();
    report_.rows_rejected += table.rows_rejected;
    report_.values_nulled += table.values_nulled;
    if (const auto found = faults_.find(i); found != faults_.end()) {
      note_faults(preparation.work.tables[i], found->second);
    }
    report_.rows += table.rows;
    report_.copy_bytes += table.copy_bytes;
    report_.chunks += meter.chunks_done.load();
    report_.indexes += table.indexes;
  }
  report_.samples = progress_.samples();
  report_.lanes = progress_.lane_reports();
}

void RunAccount::note_faults(const TableWork& table, const RowFaults& faults) {
  for (const ColumnFaults& fault : faults.columns) {
    const std::size_t source = table.translated->columns[fault.column].source;
    report_.faults.push_back(
        {.table = table.source->full_name(),
         .column = table.source->columns[source].name,
         .reason = reason_of(table, {static_cast<std::uint16_t>(fault.column), fault.fault}),
         .nulled = fault.nulled,
         .rejected = fault.rejected,
         .key = fault.example_key,
         .value = fault.example_value});
  }
}

void run_accounted(const StopRequest& stop, RunReport& report, const RunSteps& steps) {
  report.started_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  const double cpu_before = cpu_seconds();
  const auto complete = [&] {
    steps.complete();
    report.engine_cpu_s = cpu_seconds() - cpu_before;
    report.peak_memory_bytes = peak_memory_bytes();
  };
  try {
    steps.run();
    report.outcome = "complete";
    complete();
    if (report.rows_rejected != 0) report.outcome = "complete with rejects";
  } catch (const Error& error) {
    // A session that was cut because of a stop reports a lost connection; the stop is the reason.
    const bool cancelled = stop.raised() || error.kind() == ErrorKind::cancelled;
    const bool different = error.kind() == ErrorKind::difference;
    report.outcome = cancelled ? "cancelled" : different ? "different" : "failed";
    // What differs is all there, and the ledger has it so.
    if (!different) steps.failed(cancelled ? std::string() : error.what());
    complete();
    if (cancelled) {
      const Error stopped(ErrorKind::cancelled, "the run was stopped on request");
      report.error = stopped.what();
      throw stopped;
    }
    report.error = error.what();
    report.hint = error.hint();
    throw;
  }
}

}  // namespace millrace
