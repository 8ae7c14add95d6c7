#include "engine/retry_notes.h"

#include <utility>

#include <fmt/format.h>

namespace millrace {

void RetryNotes::add(RetryReport retry) {
  const std::lock_guard lock(mutex_);
  report_.retries.push_back(std::move(retry));
}

void RetryNotes::add(std::string_view kind, unsigned lane, const Error& error, unsigned attempt) {
  add({.at_s = progress_.elapsed_s(),
       .lane = fmt::format("{} {}", kind, lane),
       .attempt = attempt,
       .error = error.what()});
}

RetriedLane RetryNotes::of(std::string kind) {
  return [this, kind = std::move(kind)](unsigned lane, const Error& error, unsigned attempt) {
    add(kind, lane, error, attempt);
  };
}

}  // namespace millrace
