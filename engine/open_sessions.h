#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <thread>
#include <vector>

#include "engine/failure.h"

namespace millrace {

/// Open `count` sessions side by side, so that 100 of them over a slow network cost a few round
/// trips and not 100 times as many. `open(i)` returns a Session. The first error wins.
template <class Session, class Open>
std::vector<Session> open_sessions(std::size_t count, Open open) {
  constexpr std::size_t most_at_once = 16;  // servers answer floods of log-ins slowly or not at all
  std::vector<std::optional<Session>> opened(count);
  std::atomic<std::size_t> next{0};
  Failure failure([] {});
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(count, most_at_once); ++i) {
      threads.emplace_back([&] {
        try {
          for (std::size_t at = next++; at < count && !failure.failed(); at = next++) {
            opened[at].emplace(open(at));
          }
        } catch (...) {
          failure.set(std::current_exception());
        }
      });
    }
  }
  failure.rethrow();
  std::vector<Session> sessions;
  sessions.reserve(count);
  for (auto& session : opened) sessions.push_back(std::move(*session));
  return sessions;
}

}  // namespace millrace
