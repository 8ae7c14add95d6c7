#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/endpoint.h"
#include "io/query_row.h"

struct st_mysql;

namespace millrace::mysql {

using millrace::Cell;
using millrace::Row;

/// A server's version and family.
struct ServerVersion {
  bool mariadb = false;
  int number = 0;    // 101119 for 10.11.19, 50624 for 5.6.24
  std::string text;  // as the server says it
};

/// One session of the source. Blocking; belongs to one thread, save for cut().
///
/// The session runs in UTC with an empty sql_mode, and hands character columns out in the charset
/// of the column (character_set_results is NULL), so that nothing is converted behind our back.
class Connection {
 public:
  /// Connect and authenticate.
  /// Errors: bad_request (password, database, "this is a PostgreSQL server"), connection_lost,
  ///         exhausted; the message shows endpoint.masked().
  explicit Connection(const Endpoint& endpoint);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Run one statement; a result is thrown away.
  void execute(const std::string& sql);
  /// Run one statement and hold its rows in memory: for catalogs and keys, not for tables.
  std::vector<Row> query(const std::string& sql);
  /// As query(), but hands each row out as it comes, so that no more than one is held. Until it
  /// returns the session can do nothing else.
  void each_row(const std::string& sql, const std::function<void(const Row&)>& take);
  /// As query(), but a refused privilege (errno 1044, 1045, 1142, 1143, 1227, 1370) gives no rows
  /// and sets `denied`.
  std::vector<Row> query_if_allowed(const std::string& sql, bool& denied);

  const ServerVersion& version() const noexcept { return version_; }
  std::uint64_t id() const noexcept;

  /// Cut the socket: a blocked call of the owner fails at once. Threads: any.
  void cut() noexcept;

  st_mysql* handle() noexcept { return mysql_; }

 private:
  st_mysql* mysql_ = nullptr;
  ServerVersion version_;
};

/// An identifier in backticks.
std::string quote_identifier(std::string_view name);
/// A string as a hexadecimal literal with a charset introducer: right under every sql_mode.
std::string quote_text(std::string_view text);

}  // namespace millrace::mysql
