#include "engine/retry.h"

#include <algorithm>

namespace millrace {

bool may_go_well_again(const Error& error) noexcept {
  switch (error.kind()) {
    case ErrorKind::connection_lost: return true;
    case ErrorKind::conflict: return error.where().code != run_taken_over;
    case ErrorKind::exhausted:  // the rest is disk
      return is_out_of_locks(error) || lacks_connections(error);
    default: return false;
  }
}

bool lacks_connections(const Error& error) noexcept {
  const std::string& code = error.where().code;
  return code == "53300" || code == "1040" || code == "1203" || code == "1226";
}

bool is_out_of_locks(const Error& error) noexcept { return error.where().code == "53200"; }

RetryPauses::RetryPauses(RetryPolicy policy) : policy_(policy), random_(std::random_device{}()) {}

void RetryPauses::pause(unsigned attempt) {
  constexpr std::chrono::milliseconds first{500};
  const unsigned doublings = std::min(attempt < 2 ? 0U : attempt - 2, 16U);
  const auto limit = std::min(first * (1U << doublings), policy_.longest_pause);
  std::unique_lock lock(mutex_);
  std::uniform_int_distribution<std::int64_t> up_to_limit(0, limit.count());
  const std::chrono::milliseconds wait{up_to_limit(random_)};
  if (stopped_.wait_for(lock, wait, [&] { return stopping_; })) {
    throw Error(ErrorKind::cancelled, "the run was stopped");
  }
}

void RetryPauses::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
}

}  // namespace millrace
