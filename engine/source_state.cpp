#include "engine/source_state.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "engine/binlog_writes.h"
#include "io/error.h"
#include "io/mysql/catalog.h"
#include "io/mysql/snapshot.h"

namespace millrace {

namespace {

struct TableNow {
  std::string update_time;
  std::optional<std::uint64_t> next_auto_increment;
};

std::unordered_map<std::string, TableNow> read_tables_now(mysql::Connection& session,
                                                          const SourceFacts& then) {
  std::set<std::string> databases;
  for (const SourceFacts::Table& table : then.tables) databases.insert(table.database);
  std::string list;
  for (const std::string& database : databases) {
    list += (list.empty() ? "" : ", ") + mysql::quote_text(database);
  }
  mysql::want_fresh_statistics(session);
  std::unordered_map<std::string, TableNow> tables;
  for (const mysql::Row& row :
       session.query("SELECT TABLE_SCHEMA, TABLE_NAME, UPDATE_TIME, AUTO_INCREMENT FROM "
                     "information_schema.TABLES WHERE TABLE_SCHEMA IN (" +
                     list + ")")) {
    TableNow& table = tables[row[0].text + '.' + row[1].text];
    table.update_time = row[2].text;
    if (!row[3].null) table.next_auto_increment = std::stoull(row[3].text);
  }
  return tables;
}

/// Compares the tables one by one, for a source whose binlog tells nothing.
void compare_tables(mysql::Connection& session, const SourceFacts& then, SourceVerdict& verdict) {
  const auto now = read_tables_now(session, then);
  bool counted = false;
  for (const SourceFacts::Table& table : then.tables) {
    if (table.read.empty()) continue;
    const auto found = now.find(table.full_name());
    if (found == now.end()) {
      verdict.changes.push_back(table.full_name() + ": it is gone");
      continue;
    }
    if (!table.update_time.empty() && !found->second.update_time.empty()) {
      if (table.update_time != found->second.update_time) {
        verdict.changes.push_back(
            fmt::format("{}: written at {} UTC", table.full_name(), found->second.update_time));
      }
      continue;
    }
    counted = true;
    if (!table.counts_only && table.next_auto_increment != found->second.next_auto_increment) {
      verdict.changes.push_back(table.full_name() + ": its auto_increment moved on");
      continue;
    }
    for (const SourceFacts::ReadPart& part : table.read) {
      const auto rows =
          session.query("SELECT COUNT(*) FROM " + mysql::quote_identifier(table.database) + "." +
                        mysql::quote_identifier(table.name) + part.tail);
      const std::uint64_t count = std::stoull(rows.at(0).at(0).text);
      if (count == part.rows) continue;
      verdict.changes.push_back(
          fmt::format("{}: {} rows where {} were read", table.full_name(), count, part.rows));
      break;
    }
  }
  verdict.certain = !counted;
  verdict.proof = counted ? "counts of rows and auto_increment, since neither the binlog nor the "
                            "tables' update times tell"
                          : "the tables' update times";
}

}  // namespace

std::string read_source_identity(mysql::Connection& source) {
  const bool has_uuid = !source.version().mariadb && source.version().number >= 50600;
  const auto rows = source.query(has_uuid ? "SELECT @@hostname, @@port, @@server_uuid"
                                          : "SELECT @@hostname, @@port");
  std::string identity = rows.at(0).at(0).text + ':' + rows[0][1].text;
  if (has_uuid) identity += ' ' + rows[0][2].text;
  return identity;
}

SourceVerdict compare_source(mysql::Connection& session, const SourceFacts& then,
                             const std::string& identity, const std::string& file,
                             std::uint64_t position, const std::string& gtid) {
  SourceVerdict verdict;
  if (identity != then.identity) {
    verdict.changes.push_back(
        fmt::format("it is another server: {}, not {}", identity, then.identity));
    verdict.proof = "the server's name";
    return verdict;
  }
  if (!then.binlog_file.empty() && !file.empty() &&
      mysql::why_binlog_lacks_writes(session).empty()) {
    if (then.binlog_file == file && then.binlog_position == position) {
      verdict.proof = fmt::format("the binlog still stands at {}:{}", file, position);
      return verdict;
    }
    if (!then.gtid.empty() && then.gtid == gtid) {
      verdict.proof = "the GTID is still " + gtid;
      return verdict;
    }
    BinlogWrites binlog(session, then);
    bool readable = false;
    try {
      readable = binlog.read(then.binlog_file, then.binlog_position, file, position);
    } catch (const Error& error) {
      // Events that cannot be read prove nothing; the tables themselves are asked then.
      if (error.kind() != ErrorKind::bad_request) throw;
    }
    if (readable || !binlog.changed().empty()) {
      for (const std::string& table : binlog.changed()) {
        verdict.changes.push_back(table + ": the binlog has writes to it");
      }
      verdict.proof = fmt::format(
          "the binlog from {}:{} to {}:{} was read for writes to the tables{}", then.binlog_file,
          then.binlog_position, file, position,
          binlog.hidden().empty()
              ? ""
              : fmt::format(" (but {} of other databases may write to them, and the account does "
                            "not see them all)",
                            binlog.hidden()));
      return verdict;
    }
  }
  verdict.of_every_row = false;
  compare_tables(session, then, verdict);
  return verdict;
}

}  // namespace millrace
