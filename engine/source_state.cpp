#include "engine/source_state.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "io/error.h"

namespace millrace {

namespace {

/// Events of the binlog that are read through at most. Reading them costs the server about a second
/// per 100,000.
constexpr std::uint64_t most_events = 1'000'000;
constexpr std::uint64_t events_at_once = 10'000;

/// Reads the binlog between two positions for the names of tables that we know.
class BinlogReader {
 public:
  BinlogReader(mysql::Connection& session, const SourceFacts& then) : session_(session) {
    for (const SourceFacts::Table& table : then.tables) {
      ours_.insert(table.full_name());
      names_.emplace(table.name, table.full_name());
    }
  }

  /// False where the events are gone, may not be read, or are too many.
  bool read(const std::string& from_file, std::uint64_t from, const std::string& to_file,
            std::uint64_t to) {
    bool denied = false;
    const auto files = session_.query_if_allowed("SHOW BINARY LOGS", denied);
    if (denied) return false;
    bool inside = false;
    for (const mysql::Row& file : files) {
      const std::string& name = file[0].text;
      if (name == from_file) inside = true;
      if (!inside) continue;
      const bool last = name == to_file;
      if (!read_file(name, name == from_file ? from : 4, last ? to : 0)) return false;
      if (last) return true;
    }
    return false;  // purged, or reset
  }

  const std::set<std::string>& changed() const noexcept { return changed_; }

 private:
  /// `until`: 0 for the whole file. Columns: Log_name, Pos, Event_type, Server_id, End_log_pos,
  /// Info.
  bool read_file(const std::string& name, std::uint64_t from, std::uint64_t until) {
    while (until == 0 || from < until) {
      bool denied = false;
      const auto events =
          session_.query_if_allowed(fmt::format("SHOW BINLOG EVENTS IN {} FROM {} LIMIT {}",
                                                "'" + name + "'", from, events_at_once),
                                    denied);
      if (denied) return false;
      for (const mysql::Row& event : events) {
        if (until != 0 && std::stoull(event[1].text) >= until) return true;
        take(event[2].text, event[5].text);
      }
      seen_ += events.size();
      if (events.size() < events_at_once) return true;
      if (seen_ > most_events) return false;
      from = std::stoull(events.back()[4].text);
    }
    return true;
  }

  void take(const std::string& type, const std::string& info) {
    if (type == "Table_map") {  // "table_id: 27 (shop.orders)"
      const std::size_t open = info.find('(');
      const std::size_t close = info.rfind(')');
      if (open == std::string::npos || close == std::string::npos) return;
      const std::string table = info.substr(open + 1, close - open - 1);
      if (ours_.contains(table)) changed_.insert(table);
      return;
    }
    if (type != "Query" && type != "Execute_load_query") return;
    if (info == "BEGIN" || info == "COMMIT" || info.starts_with("SAVEPOINT")) return;
    // A statement: whatever names one of our tables may have changed it.
    for (const auto& [name, full_name] : names_) {
      if (info.find(name) != std::string::npos) changed_.insert(full_name);
    }
  }

  mysql::Connection& session_;
  std::set<std::string> ours_;
  std::unordered_multimap<std::string, std::string> names_;
  std::set<std::string> changed_;
  std::uint64_t seen_ = 0;
};

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
  if (!session.version().mariadb && session.version().number >= 80000) {
    session.execute("SET SESSION information_schema_stats_expiry = 0");  // not what was cached
  }
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
  if (!then.binlog_file.empty() && !file.empty()) {
    if (then.binlog_file == file && then.binlog_position == position) {
      verdict.proof = fmt::format("the binlog still stands at {}:{}", file, position);
      return verdict;
    }
    if (!then.gtid.empty() && then.gtid == gtid) {
      verdict.proof = "the GTID is still " + gtid;
      return verdict;
    }
    BinlogReader binlog(session, then);
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
      verdict.proof = fmt::format("the binlog from {}:{} to {}:{} was read for the tables' names",
                                  then.binlog_file, then.binlog_position, file, position);
      return verdict;
    }
  }
  verdict.of_every_row = false;
  compare_tables(session, then, verdict);
  return verdict;
}

}  // namespace millrace
