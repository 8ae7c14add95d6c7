#pragma once

#include <algorithm>
#include <cstdint>

#include "tools/farmgen/profiles.h"

namespace millrace {

/// How many frames each job of a farm has: all the same, but for `skew` of them, spread evenly.
///
/// Jobs and rows count from 0; row r is a frame of job_of(r). Threads: concurrent.
class JobFrames {
 public:
  explicit JobFrames(const FarmOptions& options)
      : jobs_(options.jobs),
        frames_(options.frames),
        skew_(std::min(options.skew, options.jobs)),
        skew_frames_(options.skew_frames),
        every_(skew_ == 0 ? 1 : options.jobs / skew_) {}

  std::uint64_t of(std::uint64_t job) const noexcept {
    return job % every_ == every_ / 2 && job / every_ < skew_ ? skew_frames_ : frames_;
  }

  /// Frames of all jobs below `job`; of the whole farm for the number of jobs.
  std::uint64_t before(std::uint64_t job) const noexcept {
    const std::uint64_t first_long = every_ / 2;
    const std::uint64_t longer =
        job <= first_long ? 0 : std::min(skew_, (job - first_long - 1) / every_ + 1);
    return (job - longer) * frames_ + longer * skew_frames_;
  }

  /// The job that a row belongs to. Requires: row < before(jobs). Cost: log2(jobs) steps.
  std::uint64_t job_of(std::uint64_t row) const noexcept {
    std::uint64_t first = 0;
    std::uint64_t end = jobs_;  // before(first) <= row < before(end)
    while (end - first > 1) {
      const std::uint64_t middle = first + (end - first) / 2;
      (before(middle) <= row ? first : end) = middle;
    }
    return first;
  }

 private:
  std::uint64_t jobs_;
  std::uint64_t frames_;
  std::uint64_t skew_;
  std::uint64_t skew_frames_;
  std::uint64_t every_;  // one long job among so many
};

}  // namespace millrace
