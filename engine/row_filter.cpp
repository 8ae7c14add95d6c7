#include "engine/row_filter.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "io/error.h"

namespace millrace {

namespace {

/// The tables that rows are read from: the members of a consolidated one.
std::vector<std::string> sources_of(const SourceTable& table) {
  const auto quoted = [](const std::string& database, const std::string& name) {
    return mysql::quote_identifier(database) + "." + mysql::quote_identifier(name);
  };
  if (!table.consolidated()) return {quoted(table.database, table.name)};
  std::vector<std::string> names;
  for (const SourceMember& member : table.members) {
    names.push_back(quoted(member.database, member.name));
  }
  return names;
}

/// The condition without what stands in 'texts' and `names`.
std::string without_quoted(const std::string& condition) {
  std::string bare;
  char quote = 0;
  for (std::size_t i = 0; i < condition.size(); ++i) {
    const char c = condition[i];
    if (quote == 0) {
      if (c == '\'' || c == '`') quote = c;
      bare += c;
    } else if (quote == '\'' && c == '\\') {
      ++i;
    } else if (c == quote) {
      quote = 0;  // a doubled one begins the next at once
    }
  }
  return bare;
}

/// Refuse a filter that would mean something else in our sessions, which have no sql_mode, than in
/// those of whoever wrote it.
void refuse_other_dialect(std::string_view sql_mode, const std::string& filter,
                          const SourceTable& table) {
  struct Doubt {
    std::string_view mode, sign, here, instead;
  };
  static constexpr std::array<Doubt, 2> doubts{
      {{"ANSI_QUOTES", "\"", "a text, not a name", "names in `backticks`, texts in 'quotes'"},
       {"PIPES_AS_CONCAT", "||", "OR", "CONCAT(..) or OR"}}};
  const std::string bare = without_quoted(filter);
  for (const Doubt& doubt : doubts) {
    if (sql_mode.find(doubt.mode) == std::string_view::npos ||
        bare.find(doubt.sign) == std::string::npos) {
      continue;
    }
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot read rows WHERE {}: the source has sql_mode {}, and Millrace's "
                            "sessions have none: {} means {} there",
                            filter, doubt.mode, doubt.sign, doubt.here),
                {.side = Side::source, .table = table.full_name()},
                fmt::format("write {}", doubt.instead));
  }
}

}  // namespace

void check_row_filters(mysql::Connection& source, const SourceCatalog& catalog,
                       const Translation& translation) {
  std::optional<std::string> sql_mode;
  for (const TranslatedTable& translated : translation.tables) {
    if (translated.row_filter.empty()) continue;
    const SourceTable& table = catalog.tables[translated.source];
    if (!sql_mode) sql_mode = source.query("SELECT @@GLOBAL.sql_mode").at(0).at(0).text;
    refuse_other_dialect(*sql_mode, translated.row_filter, table);
    try {
      source.query("SELECT 1 FROM " + sources_of(table).front() + " WHERE " +
                   translated.row_filter + " LIMIT 0");
    } catch (Error& error) {
      if (error.kind() != ErrorKind::bad_request) throw;
      throw Error(ErrorKind::bad_request,
                  "cannot read rows WHERE " + translated.row_filter + ": " + error.message(),
                  {.side = Side::source, .table = table.full_name(), .code = error.where().code},
                  "where takes a condition of the source's own SQL over the columns of this table");
    }
  }
}

std::vector<NoteReport> count_filtered_rows(mysql::Connection& source, const SourceCatalog& catalog,
                                            const Translation& translation) {
  std::vector<NoteReport> notes;
  for (const TranslatedTable& translated : translation.tables) {
    if (translated.row_filter.empty()) continue;
    const SourceTable& table = catalog.tables[translated.source];
    std::uint64_t left_out = 0;
    for (const std::string& name : sources_of(table)) {
      // A filter that is NULL for a row is not true for it.
      const auto rows = source.query(fmt::format("SELECT COUNT(*) FROM {} WHERE ({}) IS NOT TRUE",
                                                 name, translated.row_filter));
      left_out += std::stoull(rows.at(0).at(0).text);
    }
    notes.push_back({"row filter", table.full_name(),
                     fmt::format("{} rows are left out{}", left_out,
                                 table.transactional ? "" : ", counted after the copy")});
  }
  return notes;
}

}  // namespace millrace
