#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/check/finding.h"
#include "io/endpoint.h"

namespace millrace {

/// What was seen of one server over one session.
struct LinkFacts {
  std::string server;                  // "MariaDB 10.11.6", "PostgreSQL 15.20"
  double round_trip_ms = 0;            // the median of a few
  std::string tls = {};                // "TLSv1.3, TLS_AES_256_GCM_SHA384"; empty: not encrypted
  bool on_this_machine = false;        // see is_on_this_machine()
  std::optional<double> clock_s = {};  // the server's clock against ours
};

/// Whether `endpoint` is reached without leaving this machine: over a socket, a loopback address,
/// or by the machine's own name, long or short.
bool is_on_this_machine(const Endpoint& endpoint);
/// The same on a machine that is called `own_name`.
bool is_on_this_machine(const Endpoint& endpoint, std::string_view own_name);

/// Version, distance and encryption of one side.
Findings check_link(Side side, const LinkFacts& link);

/// How far the two servers' clocks are apart.
Findings check_clocks(const LinkFacts& source, const LinkFacts& target);

}  // namespace millrace
