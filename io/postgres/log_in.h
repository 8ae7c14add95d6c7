#pragma once

#include <memory>
#include <string>

#include "io/endpoint.h"

struct pg_conn;

namespace millrace::postgres {

struct Finish {
  void operator()(pg_conn* connection) const noexcept;
};
using Handle = std::unique_ptr<pg_conn, Finish>;

/// Connect to a server and authenticate; what the endpoint leaves open libpq looks up. The notices
/// of logging in are dropped. Errors: as Connection's constructor.
Handle log_in(const Endpoint& endpoint, const std::string& application);

}  // namespace millrace::postgres
