#include "engine/check/connection_checks.h"

#include <unistd.h>

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "engine/quantity_text.h"
#include "io/ascii_case.h"
#include "io/loopback.h"

namespace millrace {
namespace {

constexpr std::string_view family = "connection";

// Each small table and each chunk costs a few round trips; at this distance a thousand tables cost
// about a minute of waiting per lane.
constexpr double far_ms = 20;
constexpr double most_skew_s = 2;

}  // namespace

bool is_on_this_machine(const Endpoint& endpoint, std::string_view own_name) {
  if (!endpoint.socket.empty() || endpoint.host.empty()) return true;
  if (endpoint.host.starts_with('/') || is_loopback(endpoint.host)) return true;
  const std::string host = lower_case(endpoint.host);
  const std::string own = lower_case(own_name);
  // "db1" and "db1.example.org": either may be what the machine calls itself.
  return !own.empty() &&
         (host == own || host.starts_with(own + ".") || own.starts_with(host + "."));
}

bool is_on_this_machine(const Endpoint& endpoint) {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) name.front() = '\0';
  return is_on_this_machine(endpoint, name.data());
}

Findings check_link(Side side, const LinkFacts& link) {
  const bool is_source = side == Side::source;
  const std::string_view name = is_source ? "source" : "target";
  Findings findings;
  findings.push_back(
      {Verdict::ok, family, "version", fmt::format("{} is {}", name, link.server), {}});
  const std::string distance =
      fmt::format("{} answers in {} ms", name, fixed_text(link.round_trip_ms, 2));
  if (link.round_trip_ms > far_ms) {
    findings.push_back({Verdict::warn, family, "latency",
                        distance + ": every small table costs a few of these",
                        fmt::format("run millrace nearer to the {}, or with more --{}", name,
                                    is_source ? "readers" : "writers")});
  } else {
    findings.push_back({Verdict::ok, family, "latency", distance, {}});
  }
  if (!link.tls.empty()) {
    findings.push_back(
        {Verdict::ok, family, "tls", fmt::format("{} is encrypted: {}", name, link.tls), {}});
  } else if (link.on_this_machine) {
    findings.push_back({Verdict::ok,
                        family,
                        "tls",
                        fmt::format("{} is not encrypted, and on this machine", name),
                        {}});
  } else {
    findings.push_back(
        {Verdict::warn, family, "tls",
         fmt::format("{} is not encrypted: rows cross the network in plain text", name),
         is_source ? "--source-ssl-mode verify-full with --source-ssl-ca FILE"
                   : "--target-sslmode verify-full with --target-sslrootcert FILE"});
  }
  return findings;
}

Findings check_clocks(const LinkFacts& source, const LinkFacts& target) {
  if (!source.clock_s || !target.clock_s) return {};
  const double skew = *source.clock_s - *target.clock_s;
  if (std::abs(skew) <= most_skew_s) {
    return {{Verdict::ok,
             family,
             "clocks",
             fmt::format("the servers' clocks agree within {} s", fixed_text(most_skew_s, 0)),
             {}}};
  }
  return {{Verdict::warn, family, "clocks",
           fmt::format("the source's clock is {} {} the target's", duration_text(std::abs(skew)),
                       skew > 0 ? "ahead of" : "behind"),
           "set both by NTP: now() in the target would be out of step with the rows that came"}};
}

}  // namespace millrace
