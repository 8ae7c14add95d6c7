#include "io/postgres/log_in.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "io/error.h"
#include "io/loopback.h"
#include "io/postgres/server_error.h"
#include "io/postgres/server_greeting.h"
#include "io/postgres/socket_wait.h"

namespace millrace::postgres {

namespace {

/// PostgreSQL's word for the TLS mode, given in either server's words; empty: libpq's default.
///
/// Within one machine TLS that nobody asked for protects nothing and is only used where the server
/// insists. Measured with 629 MB of COPY data: it costs us 0.18 CPU-s and doubles the wall time.
std::string sslmode_of(const Endpoint& endpoint) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> words{{
      {"disabled", "disable"},
      {"preferred", "prefer"},
      {"required", "require"},
      {"verify-identity", "verify-full"},
  }};
  const bool asked = !endpoint.tls_mode.empty() || !endpoint.tls_ca.empty() ||
                     !endpoint.tls_certificate.empty() || std::getenv("PGSSLMODE") != nullptr;
  if (!asked && endpoint.socket.empty() && is_loopback(endpoint.host)) return "allow";
  std::string mode = endpoint.tls_mode;
  std::transform(mode.begin(), mode.end(), mode.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  for (const auto& [mysql, postgres] : words) {
    if (mode == mysql) return std::string(postgres);
  }
  return mode;
}

/// libpq's connection parameters; what is not given is left to its environment, service and
/// password files.
struct Parameters {
  std::vector<const char*> names;
  std::vector<std::string> values;

  void add(const char* name, std::string value) {
    if (value.empty()) return;
    names.push_back(name);
    values.push_back(std::move(value));
  }
};

Parameters parameters_of(const Endpoint& endpoint, const std::string& application) {
  Parameters parameters;
  parameters.add("host", endpoint.socket.empty() ? endpoint.host : endpoint.socket);
  if (endpoint.port != 0) parameters.add("port", std::to_string(endpoint.port));
  parameters.add("user", endpoint.user);
  if (endpoint.has_password) parameters.add("password", endpoint.password);
  parameters.add("dbname", endpoint.database);
  parameters.add("sslmode", sslmode_of(endpoint));
  parameters.add("sslrootcert", endpoint.tls_ca);
  parameters.add("sslcert", endpoint.tls_certificate);
  parameters.add("sslkey", endpoint.tls_key);
  parameters.add("application_name", application);
  parameters.add("client_encoding", "UTF8");
  // A session may be silent for hours while an index is built: keep firewalls from forgetting it.
  parameters.add("keepalives", "1");
  parameters.add("keepalives_idle", "60");
  parameters.add("keepalives_interval", "10");
  parameters.add("keepalives_count", "6");
  return parameters;
}

bool over_tcp(const PGconn* connection) {
  const char* host = PQhost(connection);
  return host != nullptr && host[0] != '\0' && host[0] != '/' && host[0] != '@';
}

/// The Error for a connection attempt that failed; asks what listens there when it is no
/// PostgreSQL.
Error connect_error(PGconn* connection, const Endpoint& endpoint, bool timed_out) {
  const std::string doing = "cannot connect to the target " + endpoint.masked();
  const auto text_of = [](const char* text) { return text == nullptr ? std::string() : text; };
  const Account account{text_of(PQuser(connection)), text_of(PQdb(connection))};
  ConnectFailure failure = parse_connect_failure(PQerrorMessage(connection));
  if (timed_out) {
    failure = {.sqlstate = {},
               .reason = fmt::format("no answer within {} s", endpoint.connect_timeout_seconds)};
  }
  if (!failure.sqlstate.empty()) {
    // A pooler in front of the server calls all that it refuses a violation of the protocol.
    const ErrorKind kind = kind_of(failure.sqlstate);
    return Error(kind == ErrorKind::internal ? ErrorKind::bad_request : kind,
                 doing + ": " + failure.reason, {.side = Side::target, .code = failure.sqlstate},
                 hint_of(failure.sqlstate, {}, account));
  }
  if (PQconnectionNeedsPassword(connection) != 0) {
    // No SQLSTATE comes: libpq gives up by itself. It is the one that a wrong password gives.
    return Error(ErrorKind::bad_request, doing + ": the server wants a password",
                 {.side = Side::target, .code = "28P01"}, hint_of("28P01", {}, account));
  }
  const auto says = [&](std::string_view words) {
    return failure.reason.find(words) != std::string::npos;
  };
  // Who shows a certificate is no MySQL server: those speak first, in the clear.
  if (over_tcp(connection) && !says("certificate")) {
    std::uint16_t port = 5432;
    const std::string port_text = text_of(PQport(connection));
    std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (const auto greeting = read_mysql_greeting(PQhost(connection), port)) {
      return Error(
          ErrorKind::bad_request,
          fmt::format("cannot use {} as the target: this is a {}, not a PostgreSQL server",
                      endpoint.masked(), *greeting),
          {.side = Side::target},
          "give the PostgreSQL server's host and port (PostgreSQL's default port is 5432)");
    }
  }
  if (says("SSL") || says("sslmode") || says("certificate")) {
    return Error(ErrorKind::bad_request, doing + ": " + failure.reason, {.side = Side::target},
                 "check sslmode, sslrootcert, sslcert and sslkey of the target");
  }
  const bool bad_name = says("translate host name");
  return Error(ErrorKind::connection_lost, doing + ": " + failure.reason, {.side = Side::target},
               bad_name ? "check the host name in the URL"
                        : "check host and port (or the socket's folder), and that the server runs");
}

}  // namespace

void Finish::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

Handle log_in(const Endpoint& endpoint, const std::string& application) {
  Parameters parameters = parameters_of(endpoint, application);
  std::vector<const char*> values;
  for (const std::string& value : parameters.values) values.push_back(value.c_str());
  parameters.names.push_back(nullptr);
  values.push_back(nullptr);
  Handle connection(PQconnectStartParams(parameters.names.data(), values.data(), 0));
  if (connection == nullptr) throw std::bad_alloc();
  // Only at this verbosity does a refusal carry its SQLSTATE; its words depend on the server's
  // language.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  // Log-ins have notices too (a collation of another version); libpq would print them.
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);

  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(endpoint.connect_timeout_seconds);
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  if (PQstatus(connection.get()) == CONNECTION_BAD) status = PGRES_POLLING_FAILED;
  while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
    int patience_ms = -1;
    if (endpoint.connect_timeout_seconds != 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
      patience_ms = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }
    const short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_for(PQsocket(connection.get()), events, patience_ms)) {
      throw connect_error(connection.get(), endpoint, true);
    }
    status = PQconnectPoll(connection.get());
  }
  if (status == PGRES_POLLING_FAILED) throw connect_error(connection.get(), endpoint, false);
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  return connection;
}

}  // namespace millrace::postgres
