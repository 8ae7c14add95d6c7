#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/endpoint.h"

struct pg_conn;

namespace millrace::postgres {

/// A small result, as text; NULL is an empty string with `null` set.
struct Cell {
  std::string text;
  bool null = false;
};
using Row = std::vector<Cell>;

/// One session of the target. Blocking; belongs to one thread, save for cancel().
class Connection {
 public:
  /// Connect and authenticate. `application` becomes application_name.
  /// Errors: bad_request (password, database, "this is a MySQL server"), connection_lost, exhausted.
  Connection(const Endpoint& endpoint, const std::string& application);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Run one or several statements (simple protocol); results are thrown away.
  void execute(const std::string& sql);
  /// Run one statement and return its rows as text.
  std::vector<Row> query(const std::string& sql);

  /// Server version as PQserverVersion gives it, for example 150020.
  int server_version() const noexcept;
  int backend_pid() const noexcept;

  // COPY ... FROM STDIN (FORMAT binary). Legal order: begin, write*, then finish or abort.
  /// `copy_sql`: the whole COPY statement. Sends the binary header.
  void begin_copy(const std::string& copy_sql);
  /// Send whole tuples. Blocks while the server is slower than we are. The bytes are copied into
  /// libpq's output buffer before this returns, or sent.
  void write_copy(std::span<const std::byte> tuples);
  /// End the COPY in order; returns the rows that the server says it stored.
  std::uint64_t finish_copy();
  /// Tell the server to fail the COPY; never throws; no-op when none is open.
  void abort_copy(std::string_view reason) noexcept;

  /// Ask the server to stop what this session does, then, if it has not within `grace_ms`, cut the
  /// socket. Threads: any; the owner's blocked call then throws Error{cancelled or connection_lost}.
  void cancel() noexcept;
  void cut() noexcept;

 private:
  pg_conn* connection_ = nullptr;
  bool copying_ = false;
};

/// An SQL identifier in double quotes.
std::string quote_identifier(std::string_view name);
/// An SQL string literal (E'' when it holds a backslash).
std::string quote_literal(std::string_view text);

}  // namespace millrace::postgres
