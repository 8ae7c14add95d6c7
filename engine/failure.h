#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>

namespace millrace {

/// The first error of a run; the ones that it causes elsewhere are dropped. Setting it stops
/// everything: `on_failure` wakes whoever blocks.
class Failure {
 public:
  explicit Failure(std::function<void()> on_failure) : on_failure_(std::move(on_failure)) {}

  /// Keep `error` if it is the first. Threads: any.
  void set(std::exception_ptr error) noexcept {
    {
      const std::lock_guard lock(mutex_);
      if (error_) return;
      error_ = std::move(error);
      failed_.store(true, std::memory_order_release);
    }
    on_failure_();
  }
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  /// Throw the error that was set, if any. Call when every lane has ended.
  void rethrow() const {
    const std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  mutable std::mutex mutex_;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};
  std::function<void()> on_failure_;
};

}  // namespace millrace
