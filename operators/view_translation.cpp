#include "operators/view_translation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "io/quoting.h"
#include "operators/expression_parts.h"
#include "operators/schema_translator.h"
#include "operators/view_parser.h"

namespace millrace {

TranslatedView translate_view_query(std::string_view mysql, const ViewNames& names) {
  return ViewParser(mysql, names).whole_view();
}

ViewRelation Translator::relation_of(std::size_t table) const {
  const TargetTable& target = out_.tables[table].target;
  ViewRelation relation;
  relation.sql =
      postgres::quote_identifier(target.schema) + "." + postgres::quote_identifier(target.name);
  const SourceTable& source = catalog_.tables[table];
  const ColumnLookup lookup = columns_of(table);
  for (const SourceColumn& column : source.columns) {
    const ColumnReference found = lookup(column.name);
    const auto value = expression::column_expression(found);
    if (value) relation.columns.push_back({column.name, found.target->name, *value});
  }
  for (const SourceIndex& index : source.indexes) {
    if (!index.primary) continue;
    for (const SourceIndexPart& part : index.parts) relation.primary_key.push_back(part.column);
  }
  return relation;
}

/// A table or view of the source by its name; null where it is not moved.
const ViewRelation* Translator::find_relation(const std::string& database,
                                              const std::string& name) {
  const std::string key = database + '\0' + name;
  const auto known = view_relations_.find(key);
  if (known != view_relations_.end()) return known->second ? &*known->second : nullptr;
  std::optional<ViewRelation>& relation = view_relations_[key];
  if (const auto table = find_table(database, name)) {
    relation = relation_of(*table);
  } else {
    for (const SourceExtra& extra : catalog_.extras) {
      if (extra.kind != "view" || extra.database != database || extra.name != name) continue;
      relation = translate_view(extra);
      break;
    }
  }
  return relation ? &*relation : nullptr;
}

/// The view as one to try, and what is known against it as notes; none where it is left out.
std::optional<ViewRelation> Translator::translate_view(const SourceExtra& view) {
  const std::string where = view.database + "." + view.name;
  const auto leave_out = [&](const std::string& reason) -> std::optional<ViewRelation> {
    note("not migrated", where, "view: " + view.definition + " (" + reason + ")");
    return std::nullopt;
  };
  if (choices_.schema.views == ViewChoice::report) return leave_out("--views report");
  if (view.definition.empty()) return leave_out("this account may not read its text");
  const std::string schema = schema_of(view.database);
  if (std::find(out_.schemas.begin(), out_.schemas.end(), schema) == out_.schemas.end()) {
    return leave_out("its database has no table to move");
  }
  const ViewNames names{
      .relation = [this](const std::string& database,
                         const std::string& name) { return find_relation(database, name); },
      .output = [this](const std::string& name) { return shorten_identifier(folded(name)); }};
  TranslatedView translated = translate_view_query(view.definition, names);
  if (translated.query.empty()) return leave_out("it uses " + translated.reason);
  TargetView target;
  target.schema = schema;
  target.name = relations_[schema].claim(folded(view.name));
  target.query = translated.query;
  target.source = view.definition;
  const std::string relation_name =
      postgres::quote_identifier(schema) + "." + postgres::quote_identifier(target.name);
  if (target.name != folded(view.name)) {
    note("renamed", where, "becomes the view " + target.name);
  }
  if (view.invoker) {
    note(
        "view", where,
        "SQL SECURITY INVOKER: in the target it selects with the rights of its owner; ALTER VIEW " +
            relation_name + " SET (security_invoker = true) changes that, PostgreSQL 15");
  }
  for (const std::string& caveat : translated.caveats) {
    note("view", where, caveat + ": " + translated.query);
  }
  ViewRelation relation;
  relation.sql = relation_name;
  relation.columns = std::move(translated.columns);
  out_.views.push_back(std::move(target));
  return relation;
}

}  // namespace millrace
