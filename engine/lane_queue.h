#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace millrace {

/// Work that lanes wait for. Closed at the end of the work or at a failure.
/// Threads: all calls may run concurrently.
template <class T>
class LaneQueue {
 public:
  void push(T item) {
    {
      const std::lock_guard lock(mutex_);
      items_.push_back(std::move(item));
    }
    ready_.notify_one();
  }

  /// The next item; waits for one. None when closed and, unless discarded, empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

  /// No more items come; what is queued is still handed out.
  void close() noexcept { end(false); }
  /// No more items come and what is queued is dropped.
  void discard() noexcept { end(true); }

 private:
  void end(bool drop) noexcept {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      if (drop) items_.clear();
    }
    ready_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace millrace
