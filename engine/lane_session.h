#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "engine/retry.h"
#include "io/postgres/connection.h"

namespace millrace {

/// The target session of one lane, opened anew when it is lost.
/// Threads: the lane's; interrupt() any.
class LaneSession {
 public:
  /// `open`, `pauses`: none where a lost session ends the run.
  LaneSession(postgres::Connection& session, std::function<postgres::Connection()> open,
              RetryPauses* pauses)
      : session_(session),
        open_(std::move(open)),
        pauses_(pauses),
        interrupter_(session.interrupter()) {}

  postgres::Connection& get() noexcept { return session_; }
  bool reopens() const noexcept { return open_ && pauses_ != nullptr; }
  unsigned retries() const noexcept { return reopens() ? pauses_->policy().retries : 0; }

  /// Requires: reopens(). Errors: as open_again().
  void reopen() {
    postgres::Connection opened = open_again(*pauses_, open_);
    const std::lock_guard lock(mutex_);
    session_ = std::move(opened);
    interrupter_ = session_.interrupter();
  }
  /// Requires: reopens(). The session is fit; give others time to get out of the way.
  void pause(unsigned attempt) { pauses_->pause(attempt); }

  /// Cancel the statement that runs.
  void interrupt() noexcept {
    postgres::Interrupter now;
    {
      const std::lock_guard lock(mutex_);
      now = interrupter_;
    }
    now.cancel();
  }

 private:
  postgres::Connection& session_;
  std::function<postgres::Connection()> open_;
  RetryPauses* pauses_;
  std::mutex mutex_;  // guards interrupter_
  postgres::Interrupter interrupter_;
};

}  // namespace millrace
