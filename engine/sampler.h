#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/progress.h"

namespace millrace {

/// Takes a sample of the counters four times a second, for as long as it lives.
class Sampler {
 public:
  explicit Sampler(Progress& progress)
      : thread_([this, &progress](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!stop.stop_requested()) {
            progress.sample();
            wake_.wait_for(lock, stop, std::chrono::milliseconds(250), [] { return false; });
          }
          progress.sample();
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace millrace
