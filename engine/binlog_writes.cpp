#include "engine/binlog_writes.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "engine/check/source_grants.h"
#include "io/mysql/server_facts.h"

namespace millrace {

namespace {

/// Events that are read through at most. Reading them costs the server about a second per 100,000.
constexpr std::uint64_t most_events = 1'000'000;
constexpr std::uint64_t events_at_once = 10'000;

template <std::size_t count>
bool is_one_of(std::string_view word, const std::array<std::string_view, count>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Statements that begin so change no row.
constexpr auto harmless =
    std::to_array<std::string_view>({"begin", "commit", "rollback", "savepoint", "release", "xa",
                                     "analyze", "optimize", "flush", "grant", "revoke"});
/// Statements that begin so fire no trigger and call no routine.
constexpr auto of_schema =
    std::to_array<std::string_view>({"create", "alter", "drop", "rename", "truncate"});
/// Events that do not show what is in them.
constexpr auto opaque =
    std::to_array<std::string_view>({"Transaction_payload", "Incident", "Unknown"});

/// They are listed for whoever may do something with them, or read what they are kept in.
bool sees_all_routines(const SourceGrants& grants, const mysql::ServerVersion& version) {
  for (const std::string_view privilege :
       {"EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE", "SHOW_ROUTINE", "SHOW CREATE ROUTINE"}) {
    if (grants.everywhere(privilege)) return true;
  }
  const bool kept_in_a_table = version.mariadb || version.number < 80000;
  return kept_in_a_table ? grants.on_table("SELECT", "mysql", "proc") : grants.everywhere("SELECT");
}

}  // namespace

BinlogWrites::BinlogWrites(mysql::Connection& session, const SourceFacts& then)
    : session_(session) {
  for (const SourceFacts::Table& table : then.tables) {
    ours_.insert(table.full_name());
    mentions_.add(table.database, table.name, table.full_name());
  }
}

bool BinlogWrites::read(const std::string& from_file, std::uint64_t from,
                        const std::string& to_file, std::uint64_t to) {
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

/// `until`: 0 for the whole file. Columns: Log_name, Pos, Event_type, Server_id, End_log_pos, Info.
bool BinlogWrites::read_file(const std::string& name, std::uint64_t from, std::uint64_t until) {
  while (until == 0 || from < until) {
    bool denied = false;
    // The grammar takes a plain literal only; names are the server's own, of a file.
    const auto events = session_.query_if_allowed(
        fmt::format("SHOW BINLOG EVENTS IN '{}' FROM {} LIMIT {}", name, from, events_at_once),
        denied);
    if (denied) return false;
    for (const mysql::Row& event : events) {
      if (until != 0 && std::stoull(event[1].text) >= until) return true;
      if (!take(event[2].text, event[5].text)) return false;
    }
    seen_ += events.size();
    if (events.size() < events_at_once) return true;
    if (seen_ > most_events) return false;
    from = std::stoull(events.back()[4].text);
  }
  return true;
}

/// False where the event hides what it writes.
bool BinlogWrites::take(const std::string& type, const std::string& info) {
  if (is_one_of(type, opaque)) return false;
  if (type == "Table_map") {
    take_rows(info);
  } else if (type.starts_with("Query") || type == "Execute_load_query") {  // Query_compressed
    take_statement(info);
  }
  return true;
}

/// "table_id: 27 (shop.orders)"
void BinlogWrites::take_rows(const std::string& info) {
  const std::size_t open = info.find('(');
  const std::size_t close = info.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return;
  const std::string table = info.substr(open + 1, close - open - 1);
  if (ours_.contains(table)) {
    changed_.insert(table);
    return;
  }
  // What a cascade changes stands in no binlog.
  if (!cascades_) learn_cascades();
  if (const auto found = cascades_->find(table); found != cascades_->end()) {
    changed_.insert(found->second.begin(), found->second.end());
  }
}

void BinlogWrites::take_statement(std::string_view info) {
  const LoggedStatement statement = split_logged_statement(info);
  const std::string verb = first_word(statement.text);
  if (is_one_of(verb, harmless)) return;
  if (!is_one_of(verb, of_schema) && !knows_what_leads_to_us_) learn_what_leads_to_us();
  for (const std::string& table : mentions_.find(statement.database, statement.text)) {
    changed_.insert(table);
  }
}

void BinlogWrites::learn_cascades() {
  cascades_.emplace();
  std::vector<std::pair<std::string, std::string>> keys;  // child, parent
  for (const mysql::Row& row : session_.query(
           "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, UNIQUE_CONSTRAINT_SCHEMA, REFERENCED_TABLE_NAME "
           "FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE DELETE_RULE NOT IN ('RESTRICT', "
           "'NO ACTION') OR UPDATE_RULE NOT IN ('RESTRICT', 'NO ACTION')")) {
    keys.emplace_back(row[0].text + '.' + row[1].text, row[2].text + '.' + row[3].text);
  }
  for (bool grew = true; grew;) {  // a cascade may go on from table to table
    grew = false;
    for (const auto& [child, parent] : keys) {
      std::set<std::string> reached;
      if (ours_.contains(child)) reached.insert(child);
      if (const auto more = cascades_->find(child); more != cascades_->end()) {
        reached.insert(more->second.begin(), more->second.end());
      }
      for (const std::string& table : reached) {
        grew = (*cascades_)[parent].insert(table).second || grew;
      }
    }
  }
}

/// Whoever mentions `name` may write to what `text` mentions.
void BinlogWrites::follow_text(const Name& name, std::string_view database, std::string_view text) {
  const std::set<std::string> before = mentions_.find(name.first, name.second);
  for (const std::string& table : mentions_.find(database, text)) {
    if (before.contains(table)) continue;
    mentions_.add(name.first, name.second, table);
    grew_ = true;
  }
}

void BinlogWrites::learn_what_leads_to_us() {
  knows_what_leads_to_us_ = true;
  struct Way {
    Name name;
    std::string database;
    std::string text;
  };
  std::vector<Way> ways;
  const auto add = [&](const char* sql) {
    for (const mysql::Row& row : session_.query(sql)) {
      // A body that may not be seen may do anything.
      if (!row[3].null && !row[3].text.empty()) {
        ways.push_back({{row[0].text, row[1].text}, row[2].text, row[3].text});
        continue;
      }
      for (const std::string& table : ours_) mentions_.add(row[0].text, row[1].text, table);
    }
  };
  add("SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_SCHEMA, VIEW_DEFINITION FROM "
      "information_schema.VIEWS WHERE TABLE_SCHEMA NOT IN ('sys', 'mysql')");
  add("SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_SCHEMA, ACTION_STATEMENT FROM "
      "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA NOT IN ('sys', 'mysql')");
  add("SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_SCHEMA, ROUTINE_DEFINITION FROM "
      "information_schema.ROUTINES WHERE ROUTINE_SCHEMA NOT IN ('sys', 'mysql')");
  if (!cascades_) learn_cascades();
  for (const auto& [parent, tables] : *cascades_) {
    const std::size_t dot = parent.find('.');
    for (const std::string& table : tables) {
      mentions_.add(parent.substr(0, dot), parent.substr(dot + 1), table);
    }
  }
  do {  // a view of a view, a trigger that fires another
    grew_ = false;
    for (const Way& way : ways) follow_text(way.name, way.database, way.text);
  } while (grew_);

  const SourceGrants grants(mysql::read_grants(session_));
  if (!grants.everywhere("TRIGGER")) hidden_ = "triggers";
  if (sees_all_routines(grants, session_.version())) return;
  hidden_ += hidden_.empty() ? "routines" : " and routines";
}

}  // namespace millrace
