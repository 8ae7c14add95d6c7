#include <algorithm>
#include <utility>

#include "io/quoting.h"
#include "operators/schema_translator.h"

namespace millrace {

namespace {

using postgres::quote_identifier;

/// Whether PostgreSQL lets a foreign key column of type `from` point at one of type `to`.
bool may_reference(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const auto family = [](std::string_view type) -> std::string_view {
    const std::string_view base = base_of(type);
    if (is_identity_type(base)) return "integer";
    if (base == "varchar" || base == "character" || base == "text") return "text";
    if (base == "real" || base == "double precision") return "float";
    return base;
  };
  if (family(from) == family(to)) return true;
  return family(from) == "integer" && family(to) == "numeric";
}

}  // namespace

void Translator::translate_foreign_keys() {
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (const SourceForeignKey& key : catalog_.tables[i].foreign_keys) {
      translate_foreign_key(i, key, constraints_[i]);
    }
  }
}

bool Translator::is_unique(const TargetTable& table, std::vector<std::string> columns) const {
  for (std::string& column : columns) column = quote_identifier(column);
  std::sort(columns.begin(), columns.end());
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const TargetIndex& index) {
    constexpr std::string_view descending = " DESC";
    if (!index.unique) return false;
    std::vector<std::string> parts = index.parts;
    for (std::string& part : parts) {
      if (part.ends_with(descending)) part.resize(part.size() - descending.size());
    }
    std::sort(parts.begin(), parts.end());
    return parts == columns;
  });
}

void Translator::translate_foreign_key(std::size_t table, const SourceForeignKey& key,
                                       NameSpace& constraints) {
  const SourceTable& source = catalog_.tables[table];
  const std::string where = source.full_name();
  const std::string referenced_name = key.referenced_database + "." + key.referenced_table;
  const auto leave_out = [&](const std::string& reason) {
    note("foreign key", where, "foreign key " + key.name + " is left out: " + reason);
  };
  const auto referenced = find_table(key.referenced_database, key.referenced_table);
  if (!referenced) return leave_out(referenced_name + " is not migrated");
  const TargetTable& to = out_.tables[*referenced].target;
  TargetTable& from = out_.tables[table].target;

  TargetForeignKey target;
  target.referenced_schema = to.schema;
  target.referenced_table = to.name;
  for (std::size_t i = 0; i < std::min(key.columns.size(), key.referenced_columns.size()); ++i) {
    const auto at = find_column(source, key.columns[i]);
    const auto referenced_at = find_column(catalog_.tables[*referenced], key.referenced_columns[i]);
    if (!at || !referenced_at) return leave_out("this account may not see all of its columns");
    const TargetColumn* const column = target_of({table, *at});
    const TargetColumn* const referenced_column = target_of({*referenced, *referenced_at});
    if (column == nullptr || referenced_column == nullptr) {
      return leave_out("not all of its columns are migrated");
    }
    if (!may_reference(column->type, referenced_column->type)) {
      return leave_out(key.columns[i] + " becomes " + column->type + ", but " + referenced_name +
                       "." + key.referenced_columns[i] + " becomes " + referenced_column->type);
    }
    target.columns.push_back(column->name);
    target.referenced_columns.push_back(referenced_column->name);
  }
  if (!is_unique(to, target.referenced_columns)) {
    return leave_out("the columns of " + referenced_name +
                     " that it points at are not unique by themselves");
  }
  target.name = constraints.claim(folded(key.name));
  if (target.name != folded(key.name)) {
    note("renamed", where, "foreign key " + key.name + " becomes " + target.name);
  }
  // Both servers check at once where nothing is said.
  const auto action = [](const std::string& said) {
    return said == "NO ACTION" ? std::string() : said;
  };
  target.on_delete = action(key.on_delete);
  target.on_update = action(key.on_update);
  from.foreign_keys.push_back(std::move(target));
}

}  // namespace millrace
