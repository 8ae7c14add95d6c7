#include "io/postgres/connection.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include <libpq-fe.h>

#include "io/error.h"
#include "io/fault_point.h"
#include "io/postgres/log_in.h"
#include "io/postgres/server_error.h"
#include "io/postgres/session.h"

namespace millrace::postgres {

namespace {

/// Settings that make a session behave the same whatever the role's and the database's defaults.
std::string session_settings(int server_version) {
  std::string sql =
      "SET search_path = ''; SET statement_timeout = 0; "
      "SET idle_in_transaction_session_timeout = 0; SET datestyle = 'ISO, YMD'; "
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

Connection::Connection(const Endpoint& endpoint, const std::string& application)
    : session_(std::make_unique<Session>()) {
  Session& session = *session_;
  session.connection = log_in(endpoint, application);
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

Interrupter Connection::interrupter() const noexcept { return Interrupter(session_->line); }

void Connection::cancel() noexcept { interrupter().cancel(); }

void Connection::cut() noexcept { interrupter().cut(); }

}  // namespace millrace::postgres
