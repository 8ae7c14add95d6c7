#include "engine/stop_request.h"

#include <utility>

#include "io/error.h"

namespace millrace {

// The wakers are called under the mutex: a Waker's destructor then waits for a call under way, so
// that what the waker wakes still lives. A waker therefore must not register or drop a Waker.
void StopRequest::raise() {
  const std::lock_guard lock(mutex_);
  if (raised_.exchange(true, std::memory_order_acq_rel)) return;
  for (const auto& [id, wake] : wakers_) wake();
}

void StopRequest::check() const {
  if (raised()) throw Error(ErrorKind::cancelled, "stopped on request");
}

StopRequest::Waker::Waker(StopRequest& stop, std::function<void()> wake) : stop_(stop), id_(0) {
  {
    const std::lock_guard lock(stop_.mutex_);
    if (!stop_.raised()) {
      id_ = ++stop_.next_;
      stop_.wakers_.emplace(id_, std::move(wake));
      return;
    }
  }
  wake();
}

StopRequest::Waker::~Waker() {
  if (id_ == 0) return;
  const std::lock_guard lock(stop_.mutex_);
  stop_.wakers_.erase(id_);
}

}  // namespace millrace
