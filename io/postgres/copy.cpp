#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <string_view>

#include <libpq-fe.h>

#include "io/error.h"
#include "io/postgres/connection.h"
#include "io/postgres/server_error.h"
#include "io/postgres/session.h"
#include "io/postgres/socket_wait.h"

// How a Connection copies, in and out.
//
// COPY binary, as sent here around the blocks that the encoders fill:
//    stream := header tuple* trailer
//    header := "PGCOPY\n\377\r\n\0" int32(flags = 0) int32(extension bytes = 0)
//    trailer := int16(-1)
// Source: PostgreSQL manual, COPY, "Binary Format".

namespace millrace::postgres {

namespace {

constexpr std::array<char, 19> copy_header{'P',  'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n',
                                           '\0', 0,   0,   0,   0,   0,   0,    0,      0};
constexpr std::array<char, 2> copy_trailer{'\377', '\377'};

/// Bytes of one CopyData message: large enough to make the message head free, small enough that
/// what the socket did not take is moved cheaply within libpq's buffer.
constexpr std::size_t copy_slice_bytes = std::size_t{128} << 10U;

// The server's answer to a COPY that failed may come in two pieces.
constexpr int split_message_patience_ms = 50;

}  // namespace

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

}  // namespace millrace::postgres
