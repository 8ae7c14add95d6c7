#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/error.h"

namespace millrace {

/// How to reach one server. Filled from a URL, option files, the environment and options.
struct Endpoint {
  Side side = Side::none;
  std::string scheme;  // "mysql" or "postgresql"
  std::string user;
  std::string password;  // never printed; see masked()
  bool has_password = false;
  std::string host;
  std::uint16_t port = 0;  // 0: the protocol's default
  std::string socket;      // unix socket path (MySQL) or its folder (PostgreSQL)
  std::string database;
  // TLS. mode: disabled, preferred, required, verify-ca, verify-full (PostgreSQL's own words too).
  std::string tls_mode;
  std::string tls_ca;
  std::string tls_certificate;
  std::string tls_key;
  std::uint32_t connect_timeout_seconds = 10;

  /// The URL with the password as ***; safe to print.
  std::string masked() const;
};

/// Read `mysql://user[:password]@host[:port]/[db][?socket=..&ssl-mode=..&ssl-ca=..]` (also
/// `mariadb://`) or `postgresql://..` (also `postgres://`,
/// `?host=/folder&sslmode=..&sslrootcert=..`).
///
/// Errors: Error{bad_request} with a hint; the message never shows the password.
Endpoint parse_endpoint(std::string_view url, Side side);

/// Set what `?name=value` in the URL would: the words of either protocol are understood.
/// Errors: Error{bad_request} with a hint.
void set_parameter(Endpoint& endpoint, std::string_view name, std::string_view value);

}  // namespace millrace
