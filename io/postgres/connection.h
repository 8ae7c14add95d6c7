#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/endpoint.h"
#include "io/query_row.h"
#include "io/quoting.h"

namespace millrace::postgres {

using millrace::Cell;
using millrace::Row;

/// Stops a session from another thread. Outlives its connection safely: then it does nothing.
class Interrupter {
 public:
  Interrupter() = default;

  /// Ask the server to stop the statement that runs; the owner's call then throws Error{cancelled}.
  /// Opens a connection of its own, so it may take a round trip. Threads: any.
  void cancel() const noexcept;
  /// Cut the socket: the owner's blocked call fails at once with Error{cancelled}. Threads: any.
  void cut() const noexcept;

 private:
  friend class Connection;
  struct Line;
  explicit Interrupter(std::shared_ptr<Line> line) noexcept : line_(std::move(line)) {}

  std::shared_ptr<Line> line_;
};

/// One session of the target. Blocking; belongs to one thread, save for cancel() and cut().
///
/// The session has an empty search_path, no statement timeout, UTC and ISO dates; the server's
/// notices are kept for take_notices(), never printed.
///
/// Legal order of COPY: begin_copy, write_copy*, then finish_copy or abort_copy. With a script:
/// start_copy_script, then (next_copy, write_copy*, finish_copy)* until next_copy says false.
/// After an Error inside either, the session is out of the COPY and may be used again, unless
/// lost().
class Connection {
 public:
  /// Connect and authenticate. `application` becomes application_name.
  /// Errors: bad_request (password, database, "this is a MySQL server"), connection_lost,
  /// exhausted;
  ///         the message shows endpoint.masked().
  Connection(const Endpoint& endpoint, const std::string& application);
  /// Close the session; a COPY or a transaction that is still open is undone.
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Run one or several statements (simple protocol, one round trip); results are thrown away.
  /// Several statements outside BEGIN are one transaction. An Error names the one that failed.
  void execute(const std::string& sql);
  /// Run statements, none ending in a semicolon, in one round trip.
  void execute(const std::vector<std::string>& statements);
  /// Run one statement and return its rows as text: for catalogs, not for tables.
  std::vector<Row> query(const std::string& sql);

  /// COMMIT, in one round trip with `last`, a statement that belongs to the transaction; may be
  /// empty.
  /// Errors: commit_in_doubt when the answer is lost: the transaction may or may not be there.
  void commit(const std::string& last = {});
  /// ROLLBACK where a transaction is open; ends a COPY first. Never throws: a lost session has
  /// rolled back by itself.
  void rollback() noexcept;

  /// Server version as PQserverVersion gives it, for example 150020.
  int server_version() const noexcept;
  int backend_pid() const noexcept;
  /// Whether the session is gone and only a new Connection helps.
  bool lost() const noexcept;
  /// What the server remarked (warnings) since the last call; at most the first 100 are kept.
  std::vector<std::string> take_notices();

  /// `copy_sql`: a whole COPY ... FROM STDIN (FORMAT binary) statement. The binary header goes out
  /// with the first rows.
  void begin_copy(const std::string& copy_sql);
  /// Send whole tuples. Blocks while the server is slower than we are; the bytes are sent, or in
  /// the kernel's hands, when this returns. Errors: what the server said, early: a COPY that failed
  /// is noticed at the next block.
  void write_copy(std::span<const std::byte> tuples);
  /// End the COPY in order; returns the rows that the server says it stored.
  /// Errors: commit_in_doubt when the connection is lost here and no transaction was open.
  std::uint64_t finish_copy();
  /// Tell the server to fail the COPY and wait until it has; no-op when none is open.
  void abort_copy(std::string_view reason) noexcept;

  /// Takes what a COPY out sends, piece by piece; the bytes are valid during the call only.
  using CopyOut = void (*)(void* context, std::span<const std::byte> bytes);
  /// `copy_sql`: a whole COPY ... TO STDOUT (FORMAT binary) statement, or a script with several.
  /// Hands the streams over one after the other, header and trailer included; each may be cut
  /// anywhere, but no piece holds bytes of two. Returns the rows that the server says it sent. When
  /// `take` throws the session is cut, since the rest is still on its way.
  std::uint64_t read_copy(const std::string& copy_sql, CopyOut take, void* context);

  /// Send a script of statements, COPY ... FROM STDIN among them, in one message: each COPY then
  /// costs one round trip instead of two. Outside BEGIN the script is one transaction.
  void start_copy_script(const std::string& script);
  /// Run the script up to its next COPY and open that; false: the script has ended.
  bool next_copy();

  /// A handle for stopping this session from another thread.
  Interrupter interrupter() const noexcept;
  /// As Interrupter::cancel() and cut(). Threads: any, while *this lives and is not moved.
  void cancel() noexcept;
  void cut() noexcept;
  /// From now on, once it was asked to stop, the session begins nothing but a ROLLBACK: what else
  /// is sent fails with Error{cancelled}.
  void end_when_cancelled() noexcept;

 private:
  struct Session;

  std::unique_ptr<Session> session_;
};

}  // namespace millrace::postgres
