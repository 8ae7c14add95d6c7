#include "io/postgres/socket_wait.h"

#include <poll.h>

#include <cerrno>

namespace millrace::postgres {

bool wait_for(int socket, short events, int timeout_ms, short* seen) noexcept {
  pollfd ready{.fd = socket, .events = events, .revents = 0};
  int n_ready = 0;
  do {
    n_ready = poll(&ready, 1, timeout_ms);
  } while (n_ready < 0 && errno == EINTR);
  if (seen != nullptr) *seen = ready.revents;
  return n_ready != 0;
}

}  // namespace millrace::postgres
