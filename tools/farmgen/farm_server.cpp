#include "tools/farmgen/farm_server.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "io/error.h"
#include "io/mysql/client_error.h"

namespace millrace {
namespace {

// Server errors that mysqld_error.h of one version or the other does not name.
// Source: MySQL and MariaDB manuals, "Error Codes".
constexpr unsigned mysql_local_infile_disabled = 3948;
constexpr unsigned mariadb_local_infile_disabled = 4166;

std::string name_of(const PlannedTable& table) { return table.database + '.' + table.name; }

/// The client's Error with the hints that fit someone who fills a server, not reads it.
Error farm_error(MYSQL* mysql, const std::string& doing, const Where& where) {
  const unsigned code = mysql_errno(mysql);
  const Error error = mysql::error_of(mysql, doing, where);
  std::string hint = error.hint();
  if (mysql::is_denied(code)) {
    hint = "the account must be allowed to create, fill and drop databases";
  } else if (code == ER_NOT_ALLOWED_COMMAND || code == mysql_local_infile_disabled ||
             code == mariadb_local_infile_disabled) {
    hint = "the server must take data from clients: SET GLOBAL local_infile=1";
  } else if (code == ER_UNKNOWN_STORAGE_ENGINE) {
    hint = "SHOW ENGINES tells which engines the server has";
  }
  return Error(error.kind(), error.message(), error.where(), std::move(hint));
}

}  // namespace

// What the callbacks of the client library see. The library calls open, then read until it returns
// 0, then close; explain is called where open or read report a failure.
struct FarmServer::Stream {
  std::span<LoadSource> loads;
  LoadSource* load = nullptr;  // the one being read, until its result is checked
  std::string_view rest;       // of the load's current piece
  Loaded total;

  static int open(void** handle, const char* name, void* user_data) noexcept {
    auto* stream = static_cast<Stream*>(user_data);
    *handle = stream;
    std::size_t index = 0;
    const auto parsed = std::from_chars(name, name + std::strlen(name), index);
    // The server chooses the name it asks for: give it nothing but what run() was called with.
    if (parsed.ec != std::errc{} || index >= stream->loads.size()) return 1;
    stream->load = &stream->loads[index];
    stream->rest = {};
    return 0;
  }

  static int read(void* handle, char* buffer, unsigned capacity) noexcept {
    auto* stream = static_cast<Stream*>(handle);
    try {
      if (stream->rest.empty()) stream->rest = stream->load->next_piece();
    } catch (const std::bad_alloc&) {
      return -1;
    }
    const std::size_t n = std::min<std::size_t>(stream->rest.size(), capacity);
    std::memcpy(buffer, stream->rest.data(), n);
    stream->rest.remove_prefix(n);
    stream->total.bytes += n;
    return static_cast<int>(n);
  }

  static void close(void*) noexcept {}

  static int explain(void*, char* message, unsigned capacity) noexcept {
    *fmt::format_to_n(message, capacity - 1, "no such data, or out of memory").out = '\0';
    return CR_UNKNOWN_ERROR;
  }
};

FarmServer::FarmServer(const Endpoint& endpoint, bool keep_binlog)
    : connection_(endpoint), stream_(std::make_unique<Stream>()) {
  constexpr unsigned allow = 1;
  MYSQL* const mysql = connection_.handle();
  mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &allow);
  mysql_set_local_infile_handler(mysql, Stream::open, Stream::read, Stream::close, Stream::explain,
                                 stream_.get());
  if (mysql_set_server_option(mysql, MYSQL_OPTION_MULTI_STATEMENTS_ON) != 0) {
    throw mysql::error_of(mysql, "cannot send several statements at once");
  }
  // Not strict: old servers then let a text column's default go instead of refusing the table.
  run("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO',"
      " unique_checks = 0, foreign_key_checks = 0, autocommit = 0");
  // Made-up rows need not travel to replicas; an account that may not say so writes them all.
  if (!keep_binlog) mysql_query(mysql, "SET SESSION sql_log_bin = 0");
}

FarmServer::~FarmServer() = default;

Loaded FarmServer::run(const std::string& statements, std::span<LoadSource> loads) {
  MYSQL* const mysql = connection_.handle();
  stream_->loads = loads;
  stream_->load = nullptr;
  stream_->total = {};

  int status = mysql_real_query(mysql, statements.data(), statements.size());
  while (status == 0) {
    if (stream_->load) check_load();
    if (MYSQL_RES* const rows = mysql_use_result(mysql)) mysql_free_result(rows);
    status = mysql_next_result(mysql);
  }
  // -1 says that there is no further result, and also that a LOAD DATA LOCAL failed.
  if (mysql_errno(mysql) != 0) {
    Where where;
    if (stream_->load) where.table = name_of(stream_->load->table());
    throw farm_error(mysql, "cannot fill the server", where);
  }
  return stream_->total;
}

void FarmServer::check_load() {
  MYSQL* const mysql = connection_.handle();
  const LoadSource& load = *stream_->load;
  const auto stored = static_cast<std::uint64_t>(mysql_affected_rows(mysql));
  const unsigned warnings = mysql_warning_count(mysql);
  if (stored != load.rows() || warnings != 0) {
    // LOAD DATA LOCAL turns every fault of a value into a warning and goes on.
    throw Error(ErrorKind::internal,
                fmt::format("the server stored {} of {} rows, with {} warnings ({})", stored,
                            load.rows(), warnings, mysql_info(mysql)),
                Where{.side = Side::source, .table = name_of(load.table())});
  }
  stream_->total.rows += stored;
  stream_->load = nullptr;
}

std::vector<std::string> FarmServer::first_column(const std::string& query) {
  std::vector<std::string> column;
  for (const mysql::Row& row : connection_.query(query)) column.push_back(row.front().text);
  return column;
}

}  // namespace millrace
