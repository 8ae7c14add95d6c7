#include "io/mysql/server_facts.h"

#include <charconv>
#include <cmath>
#include <map>

namespace millrace::mysql {
namespace {

// A lock of the snapshot is asked for at most this long at a time: what takes longer holds it up.
constexpr auto long_running_seconds = "2";

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::map<std::string, std::string> read_pairs(Connection& connection, const std::string& sql) {
  std::map<std::string, std::string> pairs;
  for (const Row& row : connection.query(sql)) pairs[row.at(0).text] = row.at(1).text;
  return pairs;
}

std::vector<HoldUp> hold_ups(Connection& connection, const std::string& sql) {
  bool denied = false;
  std::vector<HoldUp> found;
  for (const Row& row : connection.query_if_allowed(sql, denied)) {
    found.push_back({.id = row.at(0).text,
                     .user = row.at(1).text,
                     .seconds = number_of(row.at(2).text),
                     .statement = row.at(3).text});
  }
  return found;
}

void read_hold_ups(Connection& connection, ServerFacts& facts) {
  facts.statements = hold_ups(
      connection,
      std::string("SELECT ID, USER, TIME, LEFT(INFO, 80) FROM information_schema.PROCESSLIST"
                  " WHERE COMMAND IN ('Query', 'Execute') AND ID <> CONNECTION_ID() AND TIME >= ") +
          long_running_seconds + " ORDER BY TIME DESC LIMIT 5");
  // trx_started is in the zone of the server's machine, NOW() in the session's.
  connection.execute("SET SESSION time_zone = 'SYSTEM'");
  facts.transactions = hold_ups(
      connection,
      std::string(
          "SELECT t.trx_mysql_thread_id, COALESCE(p.USER, ''),"
          " TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), COALESCE(LEFT(t.trx_query, 80), '')"
          " FROM information_schema.INNODB_TRX t LEFT JOIN information_schema.PROCESSLIST p"
          " ON p.ID = t.trx_mysql_thread_id WHERE t.trx_mysql_thread_id <> CONNECTION_ID()"
          " AND t.trx_rows_modified > 0 AND TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) >= ") +
          long_running_seconds + " ORDER BY t.trx_started LIMIT 5");
  connection.execute("SET SESSION time_zone = '+00:00'");
}

}  // namespace

std::vector<std::string> read_grants(Connection& connection) {
  std::string sql = "SHOW GRANTS";
  const ServerVersion& version = connection.version();
  if (!version.mariadb && version.number >= 80000) {
    // MySQL names roles only; USING resolves them. MariaDB resolves the one in use by itself.
    const std::string roles = connection.query("SELECT CURRENT_ROLE()").at(0).at(0).text;
    if (roles != "NONE" && !roles.empty()) sql = "SHOW GRANTS FOR CURRENT_USER() USING " + roles;
  }
  std::vector<std::string> grants;
  for (const Row& row : connection.query(sql)) grants.push_back(row.at(0).text);
  return grants;
}

ServerFacts read_server_facts(Connection& connection) {
  ServerFacts facts;
  facts.grants = read_grants(connection);
  const auto global = read_pairs(
      connection,
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin', 'binlog_format', "
      "'expire_logs_days', 'binlog_expire_logs_seconds', 'max_allowed_packet', 'sql_mode', "
      "'log_slave_updates', 'log_replica_updates')");
  const auto session = read_pairs(connection,
                                  "SHOW SESSION VARIABLES WHERE Variable_name IN "
                                  "('net_write_timeout', 'wait_timeout')");
  const auto status = read_pairs(
      connection, "SHOW SESSION STATUS WHERE Variable_name IN ('Ssl_cipher', 'Ssl_version')");
  const auto text = [](const auto& pairs, const char* name) {
    const auto found = pairs.find(name);
    return found == pairs.end() ? std::string() : found->second;
  };
  facts.tls_version = text(status, "Ssl_version");
  facts.tls_cipher = text(status, "Ssl_cipher");
  facts.binlog = text(global, "log_bin") == "ON" || text(global, "log_bin") == "1";
  for (const char* const name : {"log_slave_updates", "log_replica_updates"}) {
    facts.logs_what_it_replicates |= text(global, name) == "ON" || text(global, name) == "1";
  }
  facts.binlog_format = text(global, "binlog_format");
  std::uint64_t kept = number_of(text(global, "binlog_expire_logs_seconds"));
  if (kept == 0) {
    // MariaDB takes parts of a day.
    const std::string days = text(global, "expire_logs_days");
    kept = days.empty() ? 0 : static_cast<std::uint64_t>(std::llround(std::stod(days) * 86400));
  }
  if (kept != 0) facts.binlog_kept_seconds = kept;
  facts.max_allowed_packet_bytes = number_of(text(global, "max_allowed_packet"));
  facts.net_write_timeout_seconds = number_of(text(session, "net_write_timeout"));
  facts.wait_timeout_seconds = number_of(text(session, "wait_timeout"));
  facts.sql_mode = text(global, "sql_mode");
  read_hold_ups(connection, facts);
  return facts;
}

}  // namespace millrace::mysql
