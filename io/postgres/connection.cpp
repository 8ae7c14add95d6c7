#include "io/postgres/connection.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "io/fault_point.h"
#include "io/loopback.h"
#include "io/postgres/server_error.h"
#include "io/postgres/server_greeting.h"

// COPY binary, as sent here around the blocks that the encoders fill:
//    stream := header tuple* trailer
//    header := "PGCOPY\n\377\r\n\0" int32(flags = 0) int32(extension bytes = 0)
//    trailer := int16(-1)
// Source: PostgreSQL manual, COPY, "Binary Format".

namespace millrace::postgres {

/// What another thread may touch. The socket is a duplicate: its number stays ours, whatever libpq
/// closes meanwhile.
struct Interrupter::Line {
  PGcancel* cancel = nullptr;
  int socket = -1;
  std::atomic<unsigned> asked = 0;  // how often it was asked to stop

  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  /// Ask the server to stop the statement that runs.
  void ask() const noexcept {
    std::array<char, 256> ignored;
    PQcancel(cancel, ignored.data(), static_cast<int>(ignored.size()));
  }
  ~Line() {
    PQfreeCancel(cancel);
    if (socket >= 0) close(socket);
  }
};

void Interrupter::cancel() const noexcept {
  if (line_ == nullptr) return;
  ++line_->asked;
  line_->ask();
}

void Interrupter::cut() const noexcept {
  if (line_ == nullptr) return;
  ++line_->asked;
  shutdown(line_->socket, SHUT_RDWR);
}

namespace {

constexpr std::array<char, 19> copy_header{'P',  'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n',
                                           '\0', 0,   0,   0,   0,   0,   0,    0,      0};
constexpr std::array<char, 2> copy_trailer{'\377', '\377'};

/// Bytes of one CopyData message: large enough to make the message head free, small enough that
/// what the socket did not take is moved cheaply within libpq's buffer.
constexpr std::size_t copy_slice_bytes = std::size_t{128} << 10U;

constexpr std::size_t most_notices = 100;

// The server's answer to a COPY that failed may come in two pieces.
constexpr int split_message_patience_ms = 50;

struct FreeResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

/// Wait until the socket is ready for `events`; false when `timeout_ms` (-1: none) went by.
bool wait_for(int socket, short events, int timeout_ms, short* seen = nullptr) noexcept {
  pollfd ready{.fd = socket, .events = events, .revents = 0};
  int n_ready = 0;
  do {
    n_ready = poll(&ready, 1, timeout_ms);
  } while (n_ready < 0 && errno == EINTR);
  if (seen != nullptr) *seen = ready.revents;
  return n_ready != 0;
}

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

struct Finish {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

Handle connect(const Endpoint& endpoint, const std::string& application) {
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

/// Settings that make a session behave the same whatever the role's and the database's defaults.
std::string session_settings(int server_version) {
  std::string sql =
      "SET search_path = ''; SET statement_timeout = 0; "
      "SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET datestyle = 'ISO, "
      "YMD'; "
      "SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET client_min_messages = 'warning'; "
      "SET standard_conforming_strings = on; SET default_transaction_isolation = 'read committed'; "
      // A client that vanished keeps its locks until the server notices. No effect over a socket.
      "SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = "
      "6";
  if (server_version >= 140000) sql += "; SET idle_session_timeout = 0";
  if (server_version >= 170000) sql += "; SET transaction_timeout = 0";
  return sql;
}

}  // namespace

struct Connection::Session {
  enum class Copy : std::uint8_t {
    none,
    script,  // a script runs; its next COPY has not been opened
    open,    // the server wants rows
    out,     // the server sends rows
  };

  Handle connection;
  std::shared_ptr<Interrupter::Line> line = std::make_shared<Interrupter::Line>();
  Account account;
  std::vector<std::string> notices;
  std::size_t notices_seen = 0;

  std::string sql;  // what runs now, for messages
  std::size_t statements_done = 0;
  Copy copy = Copy::none;
  bool single_copy = false;  // begin_copy: nothing but one COPY
  bool header_sent = false;
  bool commits_itself = false;  // no transaction was open when it was sent
  bool hung_up = false;
  bool ends_when_cancelled = false;
  unsigned asked_before = 0;  // Line::asked, when the statement was sent

  PGconn* get() const noexcept { return connection.get(); }
  void keep_notice(const char* text);
  void send(const std::string& text);
  /// Wait for what the server says next, asking it again to stop where it was asked too early.
  void await_result();
  /// The next result that is not an error; null at the end. An error drains the rest, then throws.
  Result next_result();
  /// Read and drop results until there are none, failing any COPY on the way.
  void drain() noexcept;
  /// Let no more come, and be lost(). libpq itself would notice it behind what has arrived so far.
  void hang_up() noexcept {
    shutdown(line->socket, SHUT_RDWR);
    hung_up = true;
  }
  Error describe(const PGresult* failed) const;
  Error describe_loss() const;
  [[noreturn]] void fail(const PGresult* failed);
  /// The COPY went wrong: get the server's reason and throw it.
  [[noreturn]] void fail_copy();
  void put(const char* bytes, std::size_t n_bytes);
  void flush();
  void look_for_failure();
  /// Hand over what the COPY that the server has opened sends, to its end.
  void take_copy(CopyOut take, void* context);
};

void Connection::Session::keep_notice(const char* text) {
  ++notices_seen;
  if (notices.size() >= most_notices) return;
  std::string notice = text;
  while (!notice.empty() && notice.back() == '\n') notice.pop_back();
  notices.push_back(std::move(notice));
}

Error Connection::Session::describe(const PGresult* failed) const {
  const char* position = PQresultErrorField(failed, PG_DIAG_STATEMENT_POSITION);
  std::size_t at = 0;
  if (position != nullptr) std::from_chars(position, position + std::strlen(position), at);
  const std::string_view statement = statement_of(sql, at, statements_done);
  Error error =
      error_of(failed, "target refused " + shorten_statement(statement), statement, account);
  if (line->asked != 0 && error.kind() == ErrorKind::connection_lost) {
    return Error(ErrorKind::cancelled, error.message(), error.where());
  }
  return error;
}

Error Connection::Session::describe_loss() const {
  std::string reason = PQerrorMessage(get());
  reason = shorten_statement(reason, 300);
  if (reason.empty()) reason = "the connection is gone";
  return Error(line->asked != 0 ? ErrorKind::cancelled : ErrorKind::connection_lost,
               "lost the target during " +
                   shorten_statement(statement_of(sql, 0, statements_done)) + ": " + reason,
               {.side = Side::target}, "see the target's log: was it stopped, or did it crash?");
}

void Connection::Session::drain() noexcept {
  copy = Copy::none;
  while (Result result{PQgetResult(get())}) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COPY_IN && status != PGRES_COPY_OUT && status != PGRES_COPY_BOTH) continue;
    if (status == PGRES_COPY_IN && PQputCopyEnd(get(), "given up by millrace") == 1) continue;
    hang_up();
    return;
  }
}

void Connection::Session::fail(const PGresult* failed) {
  Error error = describe(failed);
  drain();
  throw error;
}

void Connection::Session::send(const std::string& text) {
  if (copy != Copy::none) {
    throw Error(ErrorKind::internal, "a COPY is open: " + shorten_statement(text),
                {.side = Side::target});
  }
  asked_before = line->asked;
  if (ends_when_cancelled && asked_before != 0 && text != "ROLLBACK") {
    throw Error(ErrorKind::cancelled, "stopped on request", {.side = Side::target});
  }
  sql = text;
  statements_done = 0;
  const PGTransactionStatusType state = PQtransactionStatus(get());
  commits_itself = state == PQTRANS_IDLE;
  if (PQstatus(get()) == CONNECTION_BAD || PQsendQuery(get(), text.c_str()) == 0) {
    throw describe_loss();
  }
}

void Connection::Session::await_result() {
  // A request that overtakes its statement finds the session at rest, and is forgotten.
  constexpr int ask_again_ms = 300;
  while (PQisBusy(get()) == 1) {
    const int unsent = PQflush(get());
    if (unsent < 0) return;
    const auto events = static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0));
    if (wait_for(PQsocket(get()), events, ask_again_ms)) {
      if (PQconsumeInput(get()) == 0) return;
    } else if (line->asked != asked_before) {
      line->ask();
    }
  }
}

Result Connection::Session::next_result() {
  await_result();
  Result result(PQgetResult(get()));
  if (result == nullptr) {
    if (PQstatus(get()) == CONNECTION_BAD) throw describe_loss();
    return result;
  }
  switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      ++statements_done;
      if (std::string_view(PQcmdStatus(result.get())) == "BEGIN") commits_itself = false;
      return result;
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_IN: return result;
    case PGRES_COPY_OUT:
      if (copy == Copy::out) return result;
      [[fallthrough]];
    case PGRES_COPY_BOTH: {
      // Dropped by cutting the session: reading the rows to their end may take hours.
      Error error(ErrorKind::internal, "a COPY out was not expected: " + shorten_statement(sql),
                  {.side = Side::target});
      drain();
      throw error;
    }
    default: fail(result.get());
  }
}

Connection::Connection(const Endpoint& endpoint, const std::string& application)
    : session_(std::make_unique<Session>()) {
  Session& session = *session_;
  session.connection = connect(endpoint, application);
  PQsetNoticeProcessor(
      session.get(),
      [](void* owner, const char* text) { static_cast<Session*>(owner)->keep_notice(text); },
      session_.get());
  session.account = {PQuser(session.get()), PQdb(session.get())};
  session.line->cancel = PQgetCancel(session.get());
  session.line->socket = fcntl(PQsocket(session.get()), F_DUPFD_CLOEXEC, 0);
  if (session.line->cancel == nullptr) throw std::bad_alloc();
  if (session.line->socket < 0) {
    throw Error(ErrorKind::exhausted,
                std::string("cannot keep a second handle of a socket: ") + std::strerror(errno),
                {.side = Side::target}, "raise the limit of open files (ulimit -n)");
  }
  if (PQsetnonblocking(session.get(), 1) != 0) throw session.describe_loss();
  execute(session_settings(PQserverVersion(session.get())));
}

Connection::~Connection() = default;
Connection::Connection(Connection&& other) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept = default;

void Connection::execute(const std::string& sql) {
  session_->send(sql);
  while (Result result = session_->next_result()) {
    if (PQresultStatus(result.get()) != PGRES_COPY_IN) continue;
    session_->drain();
    throw Error(ErrorKind::internal, "a COPY was not expected: " + shorten_statement(sql),
                {.side = Side::target});
  }
}

void Connection::execute(const std::vector<std::string>& statements) {
  std::string script;
  for (const std::string& statement : statements) {
    if (statement.empty()) continue;
    if (!script.empty()) script += ";\n";
    script += statement;
  }
  if (!script.empty()) execute(script);
}

std::vector<Row> Connection::query(const std::string& sql) {
  session_->send(sql);
  std::vector<Row> rows;
  while (Result result = session_->next_result()) {
    const int n_rows = PQntuples(result.get());
    const int n_columns = PQnfields(result.get());
    rows.clear();  // of several statements, the last one's rows
    rows.reserve(static_cast<std::size_t>(n_rows));
    for (int i = 0; i < n_rows; ++i) {
      Row& row = rows.emplace_back(static_cast<std::size_t>(n_columns));
      for (int j = 0; j < n_columns; ++j) {
        Cell& cell = row[static_cast<std::size_t>(j)];
        cell.null = PQgetisnull(result.get(), i, j) != 0;
        cell.text.assign(PQgetvalue(result.get(), i, j),
                         static_cast<std::size_t>(PQgetlength(result.get(), i, j)));
      }
    }
  }
  return rows;
}

void Connection::commit(const std::string& last) {
  Session& session = *session_;
  // Where `last` fails the server passes the COMMIT over, and the transaction is still to be rolled
  // back.
  session.send(last.empty() ? "COMMIT" : last + ";\nCOMMIT");
  std::string tag;
  try {
    fault_point("postgres.commit_sent");
    while (Result result = session.next_result()) tag = PQcmdStatus(result.get());
  } catch (const Error& error) {
    // The server may have committed before it, or the line, went away.
    const bool answered = !lost() && error.kind() != ErrorKind::connection_lost;
    if (answered) throw;
    throw Error(ErrorKind::commit_in_doubt, "the answer to COMMIT was lost: " + error.message(),
                error.where(), "the rows of this transaction may or may not be in the target");
  }
  if (tag != "COMMIT") {
    throw Error(ErrorKind::internal, "COMMIT of a transaction that had failed: answered " + tag,
                {.side = Side::target});
  }
}

void Connection::rollback() noexcept {
  abort_copy("rolled back");
  if (lost() || PQtransactionStatus(session_->get()) == PQTRANS_IDLE) return;
  try {
    execute("ROLLBACK");
  } catch (...) {  // NOLINT(bugprone-empty-catch): a session that cannot roll back is lost
  }
}

void Connection::end_when_cancelled() noexcept { session_->ends_when_cancelled = true; }

int Connection::server_version() const noexcept { return PQserverVersion(session_->get()); }

int Connection::backend_pid() const noexcept { return PQbackendPID(session_->get()); }

bool Connection::lost() const noexcept {
  return session_ == nullptr || session_->hung_up || PQstatus(session_->get()) == CONNECTION_BAD;
}

std::vector<std::string> Connection::take_notices() { return std::exchange(session_->notices, {}); }

void Connection::start_copy_script(const std::string& script) {
  session_->send(script);
  session_->copy = Session::Copy::script;
  session_->single_copy = false;
}

bool Connection::next_copy() {
  Session& session = *session_;
  if (session.copy != Session::Copy::script) {
    throw Error(ErrorKind::internal, "next_copy() outside a script", {.side = Side::target});
  }
  try {
    while (Result result = session.next_result()) {
      if (PQresultStatus(result.get()) != PGRES_COPY_IN) continue;
      session.copy = Session::Copy::open;
      session.header_sent = false;
      return true;
    }
  } catch (...) {
    session.copy = Session::Copy::none;
    throw;
  }
  session.copy = Session::Copy::none;
  return false;
}

void Connection::begin_copy(const std::string& copy_sql) {
  start_copy_script(copy_sql);
  session_->single_copy = true;
  if (!next_copy()) {
    throw Error(ErrorKind::internal, "not a COPY FROM STDIN: " + shorten_statement(copy_sql),
                {.side = Side::target});
  }
}

void Connection::Session::fail_copy() {
  // A server that failed the COPY has said so, and ignores this end.
  PQputCopyEnd(get(), "given up by millrace");
  while (Result result{PQgetResult(get())}) {
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) fail(result.get());
  }
  copy = Copy::none;
  throw describe_loss();
}

void Connection::Session::look_for_failure() {
  // During a COPY the server speaks only to warn or to fail it, and libpq keeps a failure back
  // until the COPY is ended: bytes that were no notice are taken for one.
  if (!wait_for(PQsocket(get()), POLLIN, 0)) return;
  const std::size_t notices_before = notices_seen;
  const auto notice_came = [&] {
    if (PQconsumeInput(get()) == 0) fail_copy();
    PQfreemem(PQnotifies(get()));  // parses what has come
    return notices_seen != notices_before;
  };
  if (notice_came()) return;
  wait_for(PQsocket(get()), POLLIN, split_message_patience_ms);
  if (notice_came()) return;
  fail_copy();
}

void Connection::Session::flush() {
  while (true) {
    const int left = PQflush(get());
    if (left == 0) return;
    if (left < 0) fail_copy();
    short seen = 0;
    wait_for(PQsocket(get()), POLLIN | POLLOUT, -1, &seen);
    if ((seen & POLLIN) != 0) look_for_failure();
  }
}

void Connection::Session::put(const char* bytes, std::size_t n_bytes) {
  while (true) {
    const int queued = PQputCopyData(get(), bytes, static_cast<int>(n_bytes));
    if (queued == 1) return;
    if (queued < 0) fail_copy();
    flush();  // no room for it
  }
}

void Connection::write_copy(std::span<const std::byte> tuples) {
  Session& session = *session_;
  if (session.copy != Session::Copy::open) {
    throw Error(ErrorKind::internal, "write_copy() outside a COPY", {.side = Side::target});
  }
  session.look_for_failure();
  if (!session.header_sent) {
    session.put(copy_header.data(), copy_header.size());
    session.header_sent = true;
  }
  while (!tuples.empty()) {
    const auto slice = tuples.first(std::min(tuples.size(), copy_slice_bytes));
    session.put(reinterpret_cast<const char*>(slice.data()), slice.size());
    session.flush();
    tuples = tuples.subspan(slice.size());
  }
}

std::uint64_t Connection::finish_copy() {
  Session& session = *session_;
  if (session.copy != Session::Copy::open) {
    throw Error(ErrorKind::internal, "finish_copy() outside a COPY", {.side = Side::target});
  }
  if (!session.header_sent) session.put(copy_header.data(), copy_header.size());
  session.put(copy_trailer.data(), copy_trailer.size());
  if (PQputCopyEnd(session.get(), nullptr) < 0) session.fail_copy();
  std::uint64_t rows = 0;
  try {
    session.copy = Session::Copy::script;
    if (Result result = session.next_result()) {
      const std::string_view count = PQcmdTuples(result.get());
      std::from_chars(count.data(), count.data() + count.size(), rows);
    }
    if (session.single_copy) {
      while (Result result = session.next_result()) {
      }
      session.copy = Session::Copy::none;
    }
  } catch (const Error& error) {
    session.copy = Session::Copy::none;
    if (!session.commits_itself || !lost()) throw;
    throw Error(ErrorKind::commit_in_doubt, "the answer to a COPY was lost: " + error.message(),
                error.where(), "its rows may or may not be in the target");
  }
  return rows;
}

void Connection::Session::take_copy(CopyOut take, void* context) {
  struct FreeBytes {
    void operator()(char* bytes) const noexcept { PQfreemem(bytes); }
  };
  for (;;) {
    char* piece = nullptr;
    const int n_bytes = PQgetCopyData(get(), &piece, 0);
    if (n_bytes == -1) return;  // the end, or an error: the next result says
    if (n_bytes < 0) throw describe_loss();
    const std::unique_ptr<char, FreeBytes> owned(piece);
    try {
      take(context, std::as_bytes(std::span(piece, static_cast<std::size_t>(n_bytes))));
    } catch (...) {
      copy = Copy::none;
      hang_up();  // there may be gigabytes to come
      throw;
    }
  }
}

std::uint64_t Connection::read_copy(const std::string& copy_sql, CopyOut take, void* context) {
  Session& session = *session_;
  session.send(copy_sql);
  // Whatever throws below leaves the session out of the COPY.
  struct Out {
    Session& session;
    explicit Out(Session& of) : session(of) { session.copy = Session::Copy::out; }
    ~Out() { session.copy = Session::Copy::none; }
    Out(const Out&) = delete;
    Out& operator=(const Out&) = delete;
  } const out(session);

  std::uint64_t rows = 0;
  bool any = false;
  while (Result result = session.next_result()) {
    if (PQresultStatus(result.get()) == PGRES_COPY_OUT) {
      any = true;
      session.take_copy(take, context);
      continue;
    }
    std::uint64_t of_one = 0;
    const std::string_view count = PQcmdTuples(result.get());
    std::from_chars(count.data(), count.data() + count.size(), of_one);
    rows += of_one;
  }
  if (!any) {
    throw Error(ErrorKind::internal, "not a COPY TO STDOUT: " + shorten_statement(copy_sql),
                {.side = Side::target});
  }
  return rows;
}

void Connection::abort_copy(std::string_view reason) noexcept {
  if (session_ == nullptr || session_->copy == Session::Copy::none) return;
  Session& session = *session_;
  if (session.copy == Session::Copy::open) {
    std::array<char, 256> text;
    text[reason.copy(text.data(), text.size() - 1)] = '\0';
    if (PQputCopyEnd(session.get(), text.data()) < 0 && PQstatus(session.get()) == CONNECTION_BAD) {
      session.copy = Session::Copy::none;
      return;
    }
  }
  session.drain();
}

Interrupter Connection::interrupter() const noexcept { return Interrupter(session_->line); }

void Connection::cancel() noexcept { interrupter().cancel(); }

void Connection::cut() noexcept { interrupter().cut(); }

}  // namespace millrace::postgres
