#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

#include "engine/failure.h"

namespace millrace {

/// Call `body(session, lane, i)` for each i in [0, count), one thread per session. The first error
/// ends all of them: `stop` must then make whoever blocks in a session return.
template <class Session, class Body, class Stop>
void side_by_side(std::vector<Session>& sessions, std::size_t count, Body body, Stop stop) {
  std::atomic<std::size_t> next{0};
  Failure failure([&] { stop(); });
  {
    std::vector<std::jthread> threads;
    for (std::size_t lane = 0; lane < sessions.size(); ++lane) {
      threads.emplace_back([&, lane] {
        try {
          for (std::size_t i = next++; i < count && !failure.failed(); i = next++) {
            body(sessions[lane], lane, i);
          }
        } catch (...) {
          failure.set(std::current_exception());
        }
      });
    }
  }
  failure.rethrow();
}

}  // namespace millrace
