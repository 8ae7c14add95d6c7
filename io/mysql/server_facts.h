#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/mysql/connection.h"

namespace millrace::mysql {

/// A session of somebody else that a lock would have to wait for.
struct HoldUp {
  std::string id;  // of the connection
  std::string user;
  std::uint64_t seconds = 0;
  std::string statement;  // its beginning; empty: a transaction that is open and idle
};

/// What the source is, and what it says of itself, as far as a run depends on it.
struct ServerFacts {
  std::vector<std::string> grants;  // as read_grants() gives them
  std::string tls_version;          // of this session; empty: not encrypted
  std::string tls_cipher;
  bool binlog = false;
  bool logs_what_it_replicates = false;              // or it could be a replica that does not
  std::string binlog_format;                         // "ROW", "MIXED", "STATEMENT"
  std::optional<std::uint64_t> binlog_kept_seconds;  // none: until somebody purges it
  std::uint64_t max_allowed_packet_bytes = 0;
  std::uint64_t net_write_timeout_seconds = 0;  // of this session, after we have set our own
  std::uint64_t wait_timeout_seconds = 0;       // likewise
  std::string sql_mode;                         // the server's, under which rows were stored
  std::vector<HoldUp> statements;               // that have been running for a while
  std::vector<HoldUp> transactions;             // that changed rows and have not committed
};

/// What the account may do in this session: a GRANT statement each, those of the roles that are in
/// use included. What a role would give that is not in use it may not do.
std::vector<std::string> read_grants(Connection& connection);

/// Read them in a few queries; changes nothing that lasts.
ServerFacts read_server_facts(Connection& connection);

}  // namespace millrace::mysql
