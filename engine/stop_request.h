#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>

namespace millrace {

/// A wish to stop, raised once from any thread (not from inside a signal handler). Whoever blocks
/// on a socket registers how to be woken.
class StopRequest {
 public:
  /// Ask to stop: every registered waker is called once, in this thread.
  void raise();
  bool raised() const noexcept { return raised_.load(std::memory_order_acquire); }
  /// Throws Error{cancelled} when raised.
  void check() const;

  /// Keeps a waker registered for as long as it lives. A waker registered after raise() is called
  /// at once.
  class Waker {
   public:
    Waker(StopRequest& stop, std::function<void()> wake);
    ~Waker();
    Waker(const Waker&) = delete;
    Waker& operator=(const Waker&) = delete;

   private:
    StopRequest& stop_;
    unsigned long id_;
  };

 private:
  std::atomic<bool> raised_{false};
  std::mutex mutex_;
  std::map<unsigned long, std::function<void()>> wakers_;
  unsigned long next_ = 0;
};

}  // namespace millrace
