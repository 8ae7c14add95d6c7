#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "io/error.h"
#include "io/postgres/connection.h"
#include "io/postgres/log_in.h"
#include "io/postgres/server_error.h"

// What is behind a Connection: for its own files only.

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

struct FreeResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

/// libpq's connection, what runs on it now, and how its answers are taken. The half of it that COPY
/// needs is in copy.cpp.
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

}  // namespace millrace::postgres
