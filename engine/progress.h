#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/report.h"

namespace millrace {

/// Why a lane is idle; every nanosecond of a lane is booked to exactly one of these.
enum class Stall : std::uint8_t { working, source, buffer, target, idle };
inline constexpr std::size_t stall_kinds = 5;

enum class LaneKind : std::uint8_t { reader, writer, builder };

/// What one lane does now, and where its time went. Written by its thread, read by any.
class LaneMeter {
 public:
  using Clock = std::chrono::steady_clock;

  /// Book the time since the last call to the old state, and enter `state`. Threads: the lane's.
  void enter(Stall state) noexcept;
  /// Move `ns` nanoseconds already booked (or under way) from one state to another. Threads: the
  /// lane's.
  void reassign(Stall from, Stall to, std::int64_t ns) noexcept;
  Stall state() const noexcept { return state_.load(std::memory_order_relaxed); }
  /// Seconds booked to `state`, including the time in it until now.
  double seconds(Stall state) const noexcept;

 private:
  std::atomic<Stall> state_{Stall::idle};
  std::atomic<std::int64_t> since_ns_{0};
  std::array<std::atomic<std::int64_t>, stall_kinds> booked_ns_{};
};

/// Book a wait for as long as the scope lasts, then go back to the state before.
class StallScope {
 public:
  StallScope(LaneMeter& meter, Stall stall) noexcept : meter_(meter), before_(meter.state()) {
    meter_.enter(stall);
  }
  ~StallScope() { meter_.enter(before_); }
  StallScope(const StallScope&) = delete;
  StallScope& operator=(const StallScope&) = delete;

 private:
  LaneMeter& meter_;
  Stall before_;
};

/// Counters of one table; added to once per block, never per row.
struct TableMeter {
  std::string name;  // target name
  std::uint64_t rows_estimate = 0;
  std::atomic<std::uint64_t> rows_read{0};
  std::atomic<std::uint64_t> bytes_read{0};  // COPY bytes encoded
  std::atomic<std::uint64_t> rows_committed{0};
  std::atomic<std::uint64_t> bytes_committed{0};
  std::atomic<std::uint64_t> chunks_done{0};
  std::uint64_t chunks = 0;
  std::atomic<bool> started{false};
  std::atomic<bool> keys_running{false};
  std::atomic<bool> done{false};  // rows and keys
};

/// Rows that `table` will have: the servers' guess, corrected by what is known by now.
std::uint64_t expected_rows(const TableMeter& table) noexcept;

/// Live figures of a run: the engine writes, a renderer reads. Tables and lanes are fixed before
/// the copy begins (`start`), so readers need no lock.
class Progress {
 public:
  struct TableSpec {
    std::string name;
    std::uint64_t rows_estimate = 0;
    std::uint64_t chunks = 0;
  };

  void set_phase(std::string name);  // ends the phase before; Threads: any
  std::string phase() const;
  std::vector<PhaseReport> phases() const;

  /// Fix tables and lanes. Threads: one, before any lane runs.
  void start(std::vector<TableSpec> tables, unsigned readers, unsigned writers, unsigned builders);
  bool started() const noexcept { return started_.load(std::memory_order_acquire); }

  std::size_t table_count() const noexcept { return table_count_; }
  TableMeter& table(std::size_t index) noexcept { return tables_[index]; }
  const TableMeter& table(std::size_t index) const noexcept { return tables_[index]; }
  LaneMeter& lane(LaneKind kind, unsigned index) noexcept;
  const LaneMeter& lane(LaneKind kind, unsigned index) const noexcept;
  unsigned lanes(LaneKind kind) const noexcept;

  std::uint64_t rows_read() const noexcept;
  std::uint64_t bytes_read() const noexcept;
  std::uint64_t rows_committed() const noexcept;
  std::uint64_t rows_estimate() const noexcept;

  /// Rows of the target that are read back for a proof: how many there should be, and a batch of
  /// them. Threads: any.
  void expect_read_back(std::uint64_t rows) noexcept {
    read_back_expected_.store(rows, std::memory_order_relaxed);
    read_back_.store(0, std::memory_order_relaxed);
  }
  void add_read_back(std::uint64_t rows) noexcept {
    read_back_.fetch_add(rows, std::memory_order_relaxed);
  }
  std::uint64_t read_back() const noexcept { return read_back_.load(std::memory_order_relaxed); }
  std::uint64_t read_back_expected() const noexcept {
    return read_back_expected_.load(std::memory_order_relaxed);
  }

  /// Seconds since construction.
  double elapsed_s() const noexcept;
  /// Take one SamplePoint. Threads: one (the sampler).
  void sample();
  std::vector<SamplePoint> samples() const;
  std::vector<LaneReport> lane_reports() const;

 private:
  /// Over all tables.
  std::uint64_t sum_of(std::atomic<std::uint64_t> TableMeter::*figure) const noexcept;

  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;  // guards phases_ and samples_
  std::vector<PhaseReport> phases_;
  std::vector<SamplePoint> samples_;
  std::atomic<std::uint64_t> read_back_{0};
  std::atomic<std::uint64_t> read_back_expected_{0};
  std::atomic<bool> started_{false};
  std::size_t table_count_ = 0;
  std::unique_ptr<TableMeter[]> tables_;
  std::array<unsigned, 3> lane_counts_{};
  std::array<std::unique_ptr<LaneMeter[]>, 3> lanes_;
};

}  // namespace millrace
