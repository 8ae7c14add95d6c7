#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <string_view>

#include "io/error.h"

namespace millrace {

/// How often and how patiently what failed is tried anew.
struct RetryPolicy {
  unsigned retries = 8;  // of one chunk, one index, or one lane's connection; 0: none
  std::chrono::milliseconds longest_pause{30'000};
};

/// In Where::code: another process works on the run by now, which no attempt of ours mends.
inline constexpr std::string_view run_taken_over = "run-taken-over";

/// Whether another attempt may go well: lost connections, deadlocks and serialization failures, a
/// server that starts up, has too many clients, or is out of locks. A full disk, a value that does
/// not fit and a refused privilege are not.
/// An in-doubt COMMIT is not either: it must be settled first.
bool may_go_well_again(const Error& error) noexcept;

/// Whether a server, of either kind, had no connection left.
bool lacks_connections(const Error& error) noexcept;

/// Whether the target had no place left in its table of locks (or no memory: it tells both by one
/// code). A transaction of fewer tables may go well.
bool is_out_of_locks(const Error& error) noexcept;

/// Pauses between attempts, which a stop ends at once. Threads: all calls may run concurrently.
class RetryPauses {
 public:
  explicit RetryPauses(RetryPolicy policy);

  const RetryPolicy& policy() const noexcept { return policy_; }

  /// Wait before attempt number `attempt` (2 is the first retry): a random time up to a limit that
  /// doubles with each attempt ("full jitter"), so that lanes that failed together do not come back
  /// together.
  /// Errors: Error{cancelled} once stopped.
  void pause(unsigned attempt);
  void stop() noexcept;

 private:
  RetryPolicy policy_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::minstd_rand random_;
  bool stopping_ = false;
};

/// Open a session anew, as often and as patiently as the policy says. `open()` returns it.
/// Errors: the last one of open(); Error{cancelled} once stopped.
template <class Open>
auto open_again(RetryPauses& pauses, const Open& open) {
  for (unsigned attempt = 2;; ++attempt) {
    pauses.pause(attempt);
    try {
      return open();
    } catch (const Error& error) {
      if (!may_go_well_again(error) || attempt > pauses.policy().retries) throw;
    }
  }
}

/// Told of each attempt of lane number `lane` that failed and is followed by another. Threads: any.
using RetriedLane = std::function<void(unsigned lane, const Error& error, unsigned attempt)>;

/// Open the session of lane number `lane` for the first time, and again where others have taken the
/// connections that were free when lanes were counted. `retried` is told when it was refused at
/// first; `passes` says whether to wait at all.
/// Errors: as open_again(); the first one where nothing is tried anew.
template <class Open>
auto open_patiently(RetryPauses& pauses, std::size_t lane, const Open& open,
                    const RetriedLane& retried,
                    bool (*passes)(const Error&) noexcept = may_go_well_again) {
  try {
    return open();
  } catch (const Error& error) {
    if (!passes(error) || pauses.policy().retries == 0) throw;
    retried(static_cast<unsigned>(lane), error, 1);
  }
  return open_again(pauses, open);
}

}  // namespace millrace
