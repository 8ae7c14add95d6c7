#pragma once

#include <atomic>
#include <thread>

#include "engine/stop_request.h"

namespace millrace {

/// Turns Ctrl-C (SIGINT), SIGTERM and SIGHUP into a StopRequest, for as long as it lives.
///
/// The first asks the run to end in order; a second exits at once with code 130. Construct it
/// before any other thread: they inherit the blocked signals, and one thread waits for them.
class SignalWatch {
 public:
  explicit SignalWatch(StopRequest& stop);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void watch();

  StopRequest& stop_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace millrace
