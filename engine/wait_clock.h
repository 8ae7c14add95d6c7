#pragma once

#include <cstdint>
#include <ctime>

#include "engine/progress.h"

namespace millrace {

/// Tells a lane's waiting in a blocking call from its work, without a clock call per row: what the
/// wall clock saw and the thread's CPU clock did not, was waiting.
///
/// Threads: the lane's.
class WaitClock {
 public:
  WaitClock(LaneMeter& meter, Stall waiting_for) : meter_(meter), waiting_for_(waiting_for) {}

  /// Start counting here.
  void start() noexcept {
    wall_ns_ = now(CLOCK_MONOTONIC);
    cpu_ns_ = now(CLOCK_THREAD_CPUTIME_ID);
  }
  /// Book what was waiting since start() or the last call, out of the working time.
  void book() noexcept {
    const std::int64_t wall = now(CLOCK_MONOTONIC);
    const std::int64_t cpu = now(CLOCK_THREAD_CPUTIME_ID);
    meter_.reassign(Stall::working, waiting_for_, (wall - wall_ns_) - (cpu - cpu_ns_));
    wall_ns_ = wall;
    cpu_ns_ = cpu;
  }

 private:
  static std::int64_t now(clockid_t clock) noexcept {
    timespec time{};
    clock_gettime(clock, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }

  LaneMeter& meter_;
  Stall waiting_for_;
  std::int64_t wall_ns_ = 0;
  std::int64_t cpu_ns_ = 0;
};

}  // namespace millrace
