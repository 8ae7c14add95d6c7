#include "engine/check/connection_checks.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

const Finding& about(const Findings& findings, std::string_view subject) {
  for (const Finding& finding : findings) {
    if (finding.subject == subject) return finding;
  }
  throw std::out_of_range(std::string(subject));
}

TEST(ConnectionChecks, PlainTextIsMindedOnlyOnANetwork) {
  const LinkFacts here{.server = "MariaDB 10.11", .on_this_machine = true};
  const LinkFacts away{.server = "MariaDB 10.11", .on_this_machine = false};
  const LinkFacts hidden{.server = "MariaDB 10.11", .tls = "TLSv1.3, AES"};

  EXPECT_EQ(about(check_link(Side::source, here), "tls").verdict, Verdict::ok);
  EXPECT_EQ(about(check_link(Side::source, hidden), "tls").verdict, Verdict::ok);
  const Findings findings = check_link(Side::source, away);
  EXPECT_EQ(about(findings, "tls").verdict, Verdict::warn);
  EXPECT_NE(about(findings, "tls").advice.find("--source-ssl-mode"), std::string::npos);
}

TEST(ConnectionChecks, ADistantServerIsMinded) {
  const LinkFacts near{.server = "PostgreSQL 15", .round_trip_ms = 0.3};
  const LinkFacts far{.server = "PostgreSQL 15", .round_trip_ms = 80};

  EXPECT_EQ(about(check_link(Side::target, near), "latency").verdict, Verdict::ok);
  const Findings findings = check_link(Side::target, far);
  EXPECT_EQ(about(findings, "latency").verdict, Verdict::warn);
  EXPECT_NE(about(findings, "latency").advice.find("--writers"), std::string::npos);
}

TEST(ConnectionChecks, SocketsLoopbackAndItsOwnNameAreThisMachine) {
  const auto is_here = [](const std::string& host, std::string_view own_name = "db1.example.org") {
    Endpoint endpoint;
    endpoint.host = host;
    return is_on_this_machine(endpoint, own_name);
  };
  for (const char* const host :
       {"", "localhost", "LocalHost", "127.0.0.1", "127.3.2.1", "::1", "0:0:0:0:0:0:0:1",
        "::ffff:127.0.0.1", "/run/postgresql", "db1.example.org", "DB1", "db1"}) {
    EXPECT_TRUE(is_here(host)) << host;
  }
  EXPECT_TRUE(is_here("db1.example.org", "db1"));
  for (const char* const host :
       {"db2", "db1x", "10.0.0.1", "127.example.org", "::2", "::ffff:10.0.0.1"}) {
    EXPECT_FALSE(is_here(host)) << host;
  }
  EXPECT_FALSE(is_here("db2", ""));

  Endpoint over_socket;
  over_socket.host = "db2.example";
  over_socket.socket = "/run/mysqld/mysqld.sock";
  EXPECT_TRUE(is_on_this_machine(over_socket, "db1"));
}

}  // namespace
}  // namespace millrace
