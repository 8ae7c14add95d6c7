#pragma once

#include <optional>
#include <string>

#include "engine/check/finding.h"
#include "io/endpoint.h"

namespace millrace {

/// What was seen of one server over one session.
struct LinkFacts {
  std::string server;                  // "MariaDB 10.11.6", "PostgreSQL 15.20"
  double round_trip_ms = 0;            // the median of a few
  std::string tls = {};                // "TLSv1.3, TLS_AES_256_GCM_SHA384"; empty: not encrypted
  bool on_this_machine = false;        // over a socket, or the loopback address
  std::optional<double> clock_s = {};  // the server's clock against ours
};

/// Whether `endpoint` is reached without leaving this machine.
bool is_on_this_machine(const Endpoint& endpoint);

/// Version, distance and encryption of one side.
Findings check_link(Side side, const LinkFacts& link);

/// How far the two servers' clocks are apart.
Findings check_clocks(const LinkFacts& source, const LinkFacts& target);

}  // namespace millrace
