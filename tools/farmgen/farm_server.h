#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/endpoint.h"
#include "io/mysql/connection.h"
#include "tools/farmgen/load_source.h"

namespace millrace {

/// What a server has taken.
struct Loaded {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // of LOAD DATA text
};

/// One session of the server that is to be filled.
///
/// Threads: one at a time.
class FarmServer {
 public:
  /// Connect, and set the session up for bulk loading: nothing is committed by itself, and neither
  /// foreign keys nor, for secondary indexes, duplicates are looked for.
  FarmServer(const Endpoint& endpoint, bool keep_binlog);
  ~FarmServer();
  FarmServer(const FarmServer&) = delete;
  FarmServer& operator=(const FarmServer&) = delete;

  /// The server's version in its own words, for example 10.11.19-MariaDB.
  const std::string& version() const { return connection_.version().text; }

  /// Run statements separated by semicolons. Where a statement reads LOAD DATA LOCAL INFILE '<i>',
  /// it reads loads[i] to its end.
  ///
  /// Ensures: each load stored every row it made, without a warning.
  Loaded run(const std::string& statements, std::span<LoadSource> loads = {});

  /// The first column of a query's rows.
  std::vector<std::string> first_column(const std::string& query);

 private:
  struct Stream;

  void check_load();

  mysql::Connection connection_;
  std::unique_ptr<Stream> stream_;  // its address is known to the client library
};

}  // namespace millrace
