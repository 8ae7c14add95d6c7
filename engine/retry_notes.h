#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "engine/progress.h"
#include "engine/report.h"
#include "engine/retry.h"

namespace millrace {

/// Enters into the report each attempt that failed and was followed by another. Threads: any.
class RetryNotes {
 public:
  /// Both outlive this object.
  RetryNotes(const Progress& progress, RunReport& report) : progress_(progress), report_(report) {}

  void add(RetryReport retry);
  /// `kind`: "reader", "writer", "builder", or a step of the run.
  void add(std::string_view kind, unsigned lane, const Error& error, unsigned attempt);
  /// add() for the lanes of one kind; lives no longer than this.
  RetriedLane of(std::string kind);

 private:
  const Progress& progress_;
  RunReport& report_;
  std::mutex mutex_;  // guards report_.retries while lanes run
};

}  // namespace millrace
