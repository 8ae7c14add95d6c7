#pragma once

namespace millrace::postgres {

/// Wait until the socket is ready for `events` of poll(); false when `timeout_ms` (-1: none) went
/// by. `seen`: what it is ready for.
bool wait_for(int socket, short events, int timeout_ms, short* seen = nullptr) noexcept;

}  // namespace millrace::postgres
