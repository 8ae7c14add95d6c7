#include <algorithm>
#include <utility>

#include "io/ascii_case.h"
#include "operators/schema_translator.h"

namespace millrace {

namespace {

// Source: PostgreSQL 18 release notes, virtual generated columns.
constexpr int first_version_with_virtual = 180000;

std::string said(const SourceColumn& column) {
  return std::string(column.generated == Generated::stored ? "STORED" : "VIRTUAL") + " AS (" +
         column.generation_expression + ")";
}

}  // namespace

/// Fill in what computes the column. Returns why it cannot be computed; empty: it can.
std::string Translator::generate(const Place& place) {
  const SourceColumn& source = catalog_.tables[place.table].columns[place.column];
  TargetColumn& target = *own_target_of(place);
  const auto expression =
      translate_expression(source.generation_expression, columns_of(place.table, true));
  if (!expression) return "no PostgreSQL expression is known for it";
  if (!expression->caveat.empty()) return expression->caveat;
  if (!expression->immutable) return "in PostgreSQL its value may change with the session";
  auto sql = assign_to(*expression, target.type);
  if (!sql) return "its value would not surely fit " + target.type;
  target.generated_sql = std::move(*sql);
  return {};
}

bool Translator::may_be_virtual(const Place& place) const {
  if (choices_.target_version < first_version_with_virtual) return false;
  const SourceTable& table = catalog_.tables[place.table];
  const std::string& name = table.columns[place.column].name;
  // No extension's type can be virtual. Source: PostgreSQL 18, CREATE TABLE, GENERATED.
  if (is_citext(target_of(place)->type)) return false;
  // PostgreSQL 18 neither indexes them nor lets a key hold them.
  const bool indexed =
      std::any_of(table.indexes.begin(), table.indexes.end(), [&](const SourceIndex& index) {
        return std::any_of(index.parts.begin(), index.parts.end(), [&](const auto& part) {
          return same_ignoring_case(part.column, name) ||
                 part.expression.find(in_backticks(name)) != std::string::npos;
        });
      });
  const auto holds = [&](const std::vector<std::string>& columns) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const std::string& column) { return same_ignoring_case(column, name); });
  };
  const bool refers = std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                                  [&](const auto& key) { return holds(key.columns); });
  return !indexed && !refers && !pointed_at_[number_of(place)];
}

void Translator::translate_generated() {
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    TranslatedTable& translated = out_.tables[i];
    for (std::size_t j = 0; j < table.columns.size(); ++j) {
      const SourceColumn& source = table.columns[j];
      if (source.generated == Generated::none || target_of({i, j}) == nullptr) continue;
      TargetColumn* const target = own_target_of({i, j});
      const std::string where = table.full_name() + "." + source.name;
      const std::string becomes = "becomes a plain column that holds the values of " + said(source);
      if (choices_.schema.generated == GeneratedChoice::plain) {
        note("generated column", where, becomes);
        continue;
      }
      const std::string reason = generate({i, j});
      if (!reason.empty()) {
        note("generated column", where, becomes + ": " + reason);
        continue;
      }
      if (source.generated == Generated::virtual_) {
        target->generated_virtual =
            choices_.schema.generated == GeneratedChoice::recreate && may_be_virtual({i, j});
        if (!target->generated_virtual) {
          note("generated column", where, said(source) + " becomes STORED");
        }
      }
      const auto at = std::find_if(translated.columns.begin(), translated.columns.end(),
                                   [&](const auto& column) { return column.source == j; });
      translated.computed.push_back(std::move(*at));
      translated.columns.erase(at);
    }
  }
}

}  // namespace millrace
