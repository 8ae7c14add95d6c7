#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/source_state.h"
#include "engine/table_mentions.h"
#include "io/mysql/connection.h"

namespace millrace {

/// Reads the binlog between two positions for writes to tables that we know.
///
/// Rows tell their table exactly. A statement is taken for a write to each of our tables that it
/// mentions (TableMentions), and that something it mentions leads to: a view of the table, a
/// trigger or a routine that mentions it, a foreign key that cascades to it.
///
/// Threads: one.
class BinlogWrites {
 public:
  /// Both outlive this object.
  BinlogWrites(mysql::Connection& session, const SourceFacts& then);

  /// False where the events are gone, may not be read, are too many, or of a kind that hides what
  /// is written. Errors: as the session's; bad_request where the server cannot read its own binlog.
  bool read(const std::string& from_file, std::uint64_t from, const std::string& to_file,
            std::uint64_t to);

  /// The tables that were written to, as far as was read.
  const std::set<std::string>& changed() const noexcept { return changed_; }
  /// What may have written to our tables unseen, since statements were met and the account sees
  /// only its own databases': "triggers and routines"; empty: nothing.
  const std::string& hidden() const noexcept { return hidden_; }

 private:
  using Name = std::pair<std::string, std::string>;  // database, name

  bool read_file(const std::string& name, std::uint64_t from, std::uint64_t until);
  bool take(const std::string& type, const std::string& info);
  void take_rows(const std::string& info);
  void take_statement(std::string_view info);
  void learn_cascades();
  void learn_what_leads_to_us();
  void follow_text(const Name& name, std::string_view database, std::string_view text);

  mysql::Connection& session_;
  TableMentions mentions_;
  std::set<std::string> ours_;
  /// Of each table elsewhere: ours that its foreign keys cascade to. None before it is needed.
  std::optional<std::map<std::string, std::set<std::string>>> cascades_;
  bool knows_what_leads_to_us_ = false;
  bool grew_ = false;
  std::string hidden_;
  std::set<std::string> changed_;
  std::uint64_t seen_ = 0;
};

}  // namespace millrace
