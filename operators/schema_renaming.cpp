#include "operators/schema_renaming.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "io/error.h"
#include "io/quoting.h"

namespace millrace {

namespace {

/// The end of what is quoted at `begin`, behind the closing quote; a doubled one is none.
std::size_t end_of_quoted(std::string_view sql, std::size_t begin) {
  const char quote = sql[begin];
  for (std::size_t at = begin + 1; at < sql.size(); ++at) {
    if (sql[at] != quote) continue;
    if (at + 1 == sql.size() || sql[at + 1] != quote) return at + 1;
    ++at;
  }
  return sql.size();
}

class Renaming {
 public:
  explicit Renaming(const std::map<std::string, std::string>& renamed) : renamed_(renamed) {}

  void name(std::string& schema) const {
    if (const auto found = renamed_.find(schema); found != renamed_.end()) schema = found->second;
  }
  void sql(std::string& text) const { text = rename_schemas_in(text, renamed_); }

  void table(TargetTable& table) const {
    name(table.schema);
    const SharedVector<TargetColumn>& columns = table.columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      TargetColumn column = columns[i];
      sql(column.type);
      sql(column.collation);
      sql(column.default_sql);
      sql(column.generated_sql);
      if (column != columns[i]) table.columns[i] = std::move(column);
    }
    for (TargetCheck& check : table.checks) sql(check.condition);
    for (TargetCheck& check : table.late_checks) sql(check.condition);
    for (TargetPartition& partition : table.partitions) sql(partition.bounds);
    sql(table.partition_by);
    for (TargetIndex& index : table.indexes) {
      for (std::string& part : index.parts) sql(part);
    }
    for (TargetForeignKey& key : table.foreign_keys) name(key.referenced_schema);
  }

 private:
  const std::map<std::string, std::string>& renamed_;
};

void refuse_impossible(const Translation& translation,
                       const std::map<std::string, std::string>& renamed) {
  const Where where{.side = Side::target};
  for (const auto& [from, to] : renamed) {
    if (std::ranges::find(translation.schemas, from) != translation.schemas.end()) continue;
    std::string names;
    for (const std::string& schema : translation.schemas) {
      names += (names.empty() ? "" : ", ") + schema;
    }
    throw Error(ErrorKind::bad_request,
                "cannot put schema " + from + " into " + to + ": there is none of that name", where,
                "there are " + names);
  }
  std::set<std::string> taken;
  for (std::string schema : translation.schemas) {
    Renaming(renamed).name(schema);
    if (taken.insert(schema).second) continue;
    throw Error(ErrorKind::bad_request, "cannot make two schemas into one, " + schema, where,
                "give each a name of its own with --schema-map OLD=NEW");
  }
}

}  // namespace

std::string rename_schemas_in(std::string_view sql,
                              const std::map<std::string, std::string>& renamed) {
  std::string text;
  text.reserve(sql.size());
  for (std::size_t at = 0; at < sql.size();) {
    if (sql[at] != '"' && sql[at] != '\'') {
      text += sql[at++];
      continue;
    }
    const std::size_t end = end_of_quoted(sql, at);
    const std::string_view quoted = sql.substr(at, end - at);
    const bool qualifies = sql[at] == '"' && end < sql.size() && sql[end] == '.';
    at = end;
    const auto found = std::find_if(renamed.begin(), renamed.end(), [&](const auto& pair) {
      return qualifies && postgres::quote_identifier(pair.first) == quoted;
    });
    text +=
        found == renamed.end() ? std::string(quoted) : postgres::quote_identifier(found->second);
  }
  return text;
}

void rename_schemas(Translation& translation, const std::map<std::string, std::string>& renamed) {
  if (renamed.empty()) return;
  refuse_impossible(translation, renamed);
  const Renaming renaming(renamed);
  for (std::string& schema : translation.schemas) renaming.name(schema);
  for (TargetEnum& type : translation.enums) renaming.name(type.schema);
  for (TargetCollation& collation : translation.collations) renaming.name(collation.schema);
  for (TargetSequence& sequence : translation.sequences) renaming.name(sequence.schema);
  for (TranslatedTable& table : translation.tables) renaming.table(table.target);
  for (TargetView& view : translation.views) {
    renaming.name(view.schema);
    renaming.sql(view.query);
  }
}

}  // namespace millrace
