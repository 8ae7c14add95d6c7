#include "io/postgres/session.h"

#include <poll.h>
#include <sys/socket.h>

#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "io/postgres/socket_wait.h"

namespace millrace::postgres {

namespace {

constexpr std::size_t most_notices = 100;

}  // namespace

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

}  // namespace millrace::postgres
