#include "engine/progress.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace millrace {
namespace {

constexpr double nanoseconds_per_second = 1e9;
constexpr std::int64_t changing = -1;  // since_ns_ while enter() rewrites the meter

/// The curves of a run of days need no more points than a screen has pixels.
constexpr std::size_t max_samples = 4096;

std::int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             LaneMeter::Clock::now().time_since_epoch())
      .count();
}

std::size_t index_of(Stall state) noexcept { return static_cast<std::size_t>(state); }
std::size_t index_of(LaneKind kind) noexcept { return static_cast<std::size_t>(kind); }

}  // namespace

// since_ns_ doubles as the lock word of a sequence lock: a reader that saw it change, or saw
// `changing`, looks again. Sequentially consistent order throughout; it is called per block.
void LaneMeter::enter(Stall state) noexcept {
  const std::int64_t now = now_ns();
  const std::int64_t since = since_ns_.exchange(changing);
  if (since > 0) booked_ns_[index_of(state_.load())].fetch_add(now - since);
  state_.store(state);
  since_ns_.store(now);
}

void LaneMeter::reassign(Stall from, Stall to, std::int64_t ns) noexcept {
  if (ns <= 0) return;
  booked_ns_[index_of(from)].fetch_sub(ns);
  booked_ns_[index_of(to)].fetch_add(ns);
}

double LaneMeter::seconds(Stall state) const noexcept {
  constexpr int attempts = 64;  // enter() takes nanoseconds; a preempted lane is not waited for
  std::int64_t total = 0;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const std::int64_t since = since_ns_.load();
    total = booked_ns_[index_of(state)].load();
    if (since > 0 && state_.load() == state) {
      total += std::max<std::int64_t>(now_ns() - since, 0);
    }
    if (since != changing && since == since_ns_.load()) break;
  }
  // reassign() may take time from the state under way before enter() has booked it.
  return static_cast<double>(std::max<std::int64_t>(total, 0)) / nanoseconds_per_second;
}

void Progress::set_phase(std::string name) {
  const double now = elapsed_s();
  const std::lock_guard lock(mutex_);
  if (!phases_.empty()) phases_.back().end_s = now;
  phases_.push_back({.name = std::move(name), .begin_s = now, .end_s = now});
}

std::string Progress::phase() const {
  const std::lock_guard lock(mutex_);
  return phases_.empty() ? std::string() : phases_.back().name;
}

std::vector<PhaseReport> Progress::phases() const {
  const double now = elapsed_s();
  const std::lock_guard lock(mutex_);
  std::vector<PhaseReport> phases = phases_;
  if (!phases.empty()) phases.back().end_s = now;
  return phases;
}

void Progress::start(std::vector<TableSpec> tables, unsigned readers, unsigned writers,
                     unsigned builders) {
  assert(!started());
  table_count_ = tables.size();
  tables_ = std::make_unique<TableMeter[]>(table_count_);
  for (std::size_t i = 0; i < table_count_; ++i) {
    tables_[i].name = std::move(tables[i].name);
    tables_[i].rows_estimate = tables[i].rows_estimate;
    tables_[i].chunks = tables[i].chunks;
  }
  lane_counts_ = {readers, writers, builders};
  for (std::size_t kind = 0; kind < lane_counts_.size(); ++kind) {
    lanes_[kind] = std::make_unique<LaneMeter[]>(lane_counts_[kind]);
    for (unsigned i = 0; i < lane_counts_[kind]; ++i) lanes_[kind][i].enter(Stall::idle);
  }
  started_.store(true, std::memory_order_release);
}

LaneMeter& Progress::lane(LaneKind kind, unsigned index) noexcept {
  assert(index < lanes(kind));
  return lanes_[index_of(kind)][index];
}

const LaneMeter& Progress::lane(LaneKind kind, unsigned index) const noexcept {
  assert(index < lanes(kind));
  return lanes_[index_of(kind)][index];
}

unsigned Progress::lanes(LaneKind kind) const noexcept { return lane_counts_[index_of(kind)]; }

std::uint64_t Progress::sum_of(std::atomic<std::uint64_t> TableMeter::*figure) const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < table_count_; ++i) {
    sum += (tables_[i].*figure).load(std::memory_order_relaxed);
  }
  return sum;
}

std::uint64_t Progress::rows_read() const noexcept { return sum_of(&TableMeter::rows_read); }

std::uint64_t Progress::bytes_read() const noexcept { return sum_of(&TableMeter::bytes_read); }

std::uint64_t Progress::rows_committed() const noexcept {
  return sum_of(&TableMeter::rows_committed);
}

// The servers guess the rows of a table. What was read corrects the guess upwards while it runs,
// and what was committed replaces it when all chunks are in.
std::uint64_t Progress::rows_estimate() const noexcept {
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < table_count_; ++i) rows += expected_rows(tables_[i]);
  return rows;
}

std::uint64_t expected_rows(const TableMeter& table) noexcept {
  const bool rows_are_in =
      table.done.load(std::memory_order_relaxed) ||
      (table.chunks > 0 && table.chunks_done.load(std::memory_order_relaxed) >= table.chunks);
  if (rows_are_in) return table.rows_committed.load(std::memory_order_relaxed);
  return std::max(table.rows_estimate, table.rows_read.load(std::memory_order_relaxed));
}

double Progress::elapsed_s() const noexcept {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void Progress::sample() {
  const SamplePoint point = {.at_s = elapsed_s(),
                             .rows = started() ? rows_read() : 0,
                             .copy_bytes = started() ? bytes_read() : 0};
  const std::lock_guard lock(mutex_);
  if (samples_.size() > max_samples / 2) {
    // After the first halving the points lie wider apart than the calls; 0.9 forgives a late call.
    const double spacing_s =
        (samples_.back().at_s - samples_.front().at_s) / static_cast<double>(samples_.size() - 1);
    if (point.at_s - samples_.back().at_s < 0.9 * spacing_s) return;
  }
  if (samples_.size() >= max_samples) {
    for (std::size_t i = 0; i < samples_.size() / 2; ++i) samples_[i] = samples_[2 * i];
    samples_.resize(samples_.size() / 2);
  }
  samples_.push_back(point);
}

std::vector<SamplePoint> Progress::samples() const {
  const std::lock_guard lock(mutex_);
  return samples_;
}

std::vector<LaneReport> Progress::lane_reports() const {
  std::vector<LaneReport> reports;
  if (!started()) return reports;
  constexpr std::array<const char*, 3> names = {"readers", "writers", "builders"};
  for (const LaneKind kind : {LaneKind::reader, LaneKind::writer, LaneKind::builder}) {
    LaneReport report;
    report.kind = names[index_of(kind)];
    report.lanes = lanes(kind);
    for (unsigned i = 0; i < report.lanes; ++i) {
      const LaneMeter& meter = lane(kind, i);
      report.working_s += meter.seconds(Stall::working);
      report.waiting_for_source_s += meter.seconds(Stall::source);
      report.waiting_for_buffer_s += meter.seconds(Stall::buffer);
      report.waiting_for_target_s += meter.seconds(Stall::target);
      report.idle_s += meter.seconds(Stall::idle);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace millrace
