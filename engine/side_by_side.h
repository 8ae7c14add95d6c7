#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "engine/failure.h"

namespace millrace {

/// Do pieces of work on lanes, each a thread of its own: `body(lane, item)` for every item below
/// `n_items`, in about that order. The first error stops the rest and is thrown when all lanes have
/// ended; `stop` wakes those that block. Threads: body runs concurrently, a lane never twice.
template <class Body>
void side_by_side(std::size_t n_lanes, std::size_t n_items, std::function<void()> stop,
                  const Body& body) {
  std::atomic<std::size_t> next{0};
  Failure failure(std::move(stop));
  {
    std::vector<std::jthread> lanes;
    for (std::size_t lane = 0; lane < std::min(n_lanes, n_items); ++lane) {
      lanes.emplace_back([&, lane] {
        try {
          for (std::size_t item = next++; item < n_items && !failure.failed(); item = next++) {
            body(lane, item);
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
