#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "engine/ledger.h"
#include "engine/retry.h"
#include "io/error.h"
#include "io/postgres/connection.h"

namespace millrace {

/// The target session of one lane, opened anew when it is lost.
///
/// Threads: the lane's; interrupt() any.
class LaneSession {
 public:
  /// `open`, `pauses`: none where a lost session ends the run.
  LaneSession(postgres::Connection& session, std::function<postgres::Connection()> open,
              RetryPauses* pauses)
      : session_(session),
        open_(std::move(open)),
        pauses_(pauses),
        interrupter_(session.interrupter()) {
    session_.end_when_cancelled();
  }

  postgres::Connection& get() noexcept { return session_; }
  bool reopens() const noexcept { return open_ && pauses_ != nullptr; }
  unsigned retries() const noexcept { return reopens() ? pauses_->policy().retries : 0; }

  /// Requires: reopens(). Errors: as open_again().
  void reopen() {
    postgres::Connection opened = open_again(*pauses_, open_);
    const std::lock_guard lock(mutex_);
    session_ = std::move(opened);
    session_.end_when_cancelled();
    interrupter_ = session_.interrupter();
    joined_ = false;
  }
  /// Let the ledger's run know that this session stores or builds for it: once per session, and
  /// nothing where no ledger is kept. Errors: as Ledger::join().
  void join(const Ledger& ledger) {
    if (!joined_) ledger.join(session_);
    joined_ = true;
  }

  /// Do `work(attempt)`, over a session opened anew each time that it failed in a way that may go
  /// well again, as often as the policy says. `attempt` counts from 1; from the second on, some or
  /// all of the work may be done already: so may what a COMMIT in doubt has committed.
  /// `retried(error, attempt)` is told of each attempt that is followed by another.
  /// Errors: the last one of `work`; Error{cancelled} once stopped.
  template <class Work, class Retried>
  auto until_done(const Work& work, const Retried& retried) {
    for (unsigned attempt = 1;; ++attempt) {
      try {
        return work(attempt);
      } catch (const Error& error) {
        const bool again = may_go_well_again(error) || error.kind() == ErrorKind::commit_in_doubt;
        if (!again || attempt > retries()) throw;
        retried(error, attempt);
      }
      reopen();
    }
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
  /// Cancel the statement that runs, and end every wait for another attempt: of all lanes.
  void stop() noexcept {
    if (pauses_ != nullptr) pauses_->stop();
    interrupt();
  }

 private:
  postgres::Connection& session_;
  std::function<postgres::Connection()> open_;
  RetryPauses* pauses_;
  std::mutex mutex_;  // guards interrupter_
  postgres::Interrupter interrupter_;
  bool joined_ = false;
};

}  // namespace millrace
