#include "engine/standing_columns.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/error.h"
#include "io/quoting.h"
#include "operators/named_conversion.h"
#include "operators/target_type.h"
#include "operators/text_comparison.h"

namespace millrace {
namespace {

using Labels = std::map<std::string, std::vector<std::string>>;

/// The type in the spelling of the mapping; as it is, without quotes, where that knows none.
std::string plain_type(const std::string& type) {
  const auto known = read_target_type(type);
  std::string plain = known ? known->text() : type;
  std::erase(plain, '"');
  return plain;
}

/// Text without a length, whatever compares it: what COPY sends is the same.
bool is_free_text(const std::string& type) { return type == "text" || is_citext(type); }

/// Whether a column of the one type takes what COPY sends for the other as it is, and gives the
/// same bytes back.
bool same_type(const std::string& standing, const std::string& planned) {
  if (plain_type(standing) == plain_type(planned)) return true;
  if (is_free_text(standing) && is_free_text(planned)) return true;
  const auto to = read_target_type(standing);
  const auto from = read_target_type(planned);
  if (!to || !from) return false;
  const bool is_text = from->base == "varchar" || from->base == "text";
  if (is_text && (to->base == "varchar" || is_free_text(to->base))) {
    return !to->first || (from->first && *from->first <= *to->first);
  }
  if (to->base != from->base) return false;
  // A numeric keeps its scale only where the column has none.
  if (to->base == "numeric") return !to->first;
  constexpr std::uint32_t most_digits = 6;
  return (to->base.starts_with("time") || to->base == "interval") &&
         from->first.value_or(most_digits) <= to->first.value_or(most_digits);
}

const postgres::ExistingColumn* find_column(const postgres::ExistingTable& table,
                                            const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &postgres::ExistingColumn::name);
  return found == table.columns.end() ? nullptr : &*found;
}

/// The name of a type as `labels` has it: "shop.kind" of "shop.kind", the schema before NUL.
std::string key_of(const std::string& type) {
  std::string key = type;
  std::erase(key, '"');
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return "public" + std::string(1, '\0') + key;
  key[dot] = '\0';
  return key;
}

const TargetEnum* planned_enum(const std::vector<TargetEnum>& enums, const std::string& type) {
  const auto found = std::ranges::find_if(enums, [&](const TargetEnum& one) {
    return postgres::quote_qualified(one.schema, one.name) == type;
  });
  return found == enums.end() ? nullptr : &*found;
}

/// Refuse an enum that lacks a label of the source's. False where the two are no enums.
bool check_enum(const std::string& standing, const TargetEnum* planned, const Labels& labels,
                const Where& where) {
  if (planned == nullptr) return false;
  const auto found = labels.find(key_of(standing));
  if (found == labels.end()) return false;
  std::vector<std::string> missing;
  for (const std::string& label : planned->labels) {
    if (std::ranges::find(found->second, label) == found->second.end()) missing.push_back(label);
  }
  if (missing.empty()) return true;
  throw Error(ErrorKind::bad_request,
              fmt::format("cannot load the table: its column is {} in the target, which has no "
                          "label {}",
                          standing, fmt::join(missing, ", ")),
              where,
              fmt::format("ALTER TYPE {} ADD VALUE {}", standing,
                          postgres::quote_literal(missing.front())));
}

}  // namespace

StandingTables read_standing(postgres::Connection& target, const std::vector<std::string>& schemas,
                             postgres::ReadColumns columns) {
  StandingTables standing;
  for (postgres::ExistingTable& table : postgres::read_tables(target, schemas, columns)) {
    std::string name = table.schema + '\0' + table.name;
    standing.emplace(std::move(name), std::move(table));
  }
  return standing;
}

std::vector<CastRule> rules_for_standing(const SourceCatalog& catalog,
                                         const Translation& translation,
                                         const std::vector<CastRule>& own_rules,
                                         const TypeChoices& types, const StandingTables& standing) {
  std::vector<CastRule> rules;
  const auto quoted = [](const std::string& name) { return "`" + name + "`"; };
  for (const TranslatedTable& table : translation.tables) {
    const auto stands = standing.find(table.target.schema + '\0' + table.target.name);
    if (stands == standing.end()) continue;
    const SourceTable& source = catalog.tables[table.source];
    for (const TranslatedColumn& column : table.columns) {
      const TargetColumn& planned = table.target.columns[column.target];
      const auto* const found = find_column(stands->second, planned.name);
      if (found == nullptr || found->generated || same_type(found->type, planned.type)) continue;
      const SourceColumn& from = source.columns[column.source];
      const std::string names = source.database + source.name + from.name;
      if (names.find('`') != std::string::npos) continue;  // no rule can name it
      const bool by_job = std::ranges::any_of(
          own_rules, [&](const CastRule& rule) { return selects(rule, source, from); });
      if (by_job) continue;
      CastRule rule;
      rule.columns = quoted(source.database) + "." + quoted(source.name) + "." + quoted(from.name);
      rule.to = is_citext(found->type) ? "text" : plain_type(found->type);
      rule.of_target = true;
      rule.origin = "what stands in the target: " + table.target.full_name() + "." + planned.name +
                    " " + found->type;
      try {
        convert_column(from, rule, types, false);
      } catch (const Error&) {
        continue;  // check_columns() names both types
      }
      rules.push_back(std::move(rule));
    }
  }
  return rules;
}

void mind_standing_nulls(const StandingTables& standing, Translation& translation) {
  for (TranslatedTable& table : translation.tables) {
    const TranslatedTable& read_only = table;  // columns may be shared with other tables
    const auto stands = standing.find(table.target.schema + '\0' + table.target.name);
    if (stands == standing.end()) continue;
    for (std::size_t i = 0; i < read_only.columns.size(); ++i) {
      const std::size_t target = read_only.columns[i].target;
      const TargetColumn& planned = read_only.target.columns[target];
      const auto* const found = find_column(stands->second, planned.name);
      if (found == nullptr || found->nullable || !planned.nullable) continue;
      table.columns[i].encoding.refuses_null = true;
      table.target.columns[target].nullable = false;
    }
  }
}

void check_columns(const TargetTable& planned, const postgres::ExistingTable& standing,
                   const std::vector<TargetEnum>& planned_enums, const Labels& labels) {
  for (const TargetColumn& column : planned.columns) {
    const auto* const found = find_column(standing, column.name);
    const Where where{.side = Side::target, .table = planned.full_name(), .column = column.name};
    if (found == nullptr) {
      throw Error(
          ErrorKind::bad_request,
          "cannot load the table: it stands in the target without this column", where,
          "add the column, leave it out with a [[table]] rule's drop_columns, or let the table be "
          "made anew with --if-exists drop");
    }
    if (found->generated) {
      throw Error(
          ErrorKind::bad_request, "cannot load the table: the target computes this column itself",
          where,
          "make it a plain column, leave it out with a [[table]] rule's drop_columns, or use "
          "--if-exists drop");
    }
    if (same_type(found->type, column.type)) continue;
    if (check_enum(found->type, planned_enum(planned_enums, column.type), labels, where)) continue;
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot load the table: its column is {} in the target, and nothing "
                            "makes that of what would be {}",
                            found->type, column.type),
                where,
                "alter the column, give it a conversion with --cast, or use --if-exists drop");
  }
  std::vector<std::string> without;
  for (const postgres::ExistingColumn& column : standing.columns) {
    const bool gets_a_value = column.nullable || column.identity || column.generated ||
                              !column.default_sql.empty() ||
                              std::ranges::find(planned.columns, column.name,
                                                &TargetColumn::name) != planned.columns.end();
    if (!gets_a_value) without.push_back(column.name);
  }
  if (without.empty()) return;
  throw Error(ErrorKind::bad_request,
              fmt::format("cannot load the table: it is NOT NULL in the target and has no default, "
                          "and the source has no such column: {}",
                          fmt::join(without, ", ")),
              {.side = Side::target, .table = planned.full_name()},
              "give it a DEFAULT, or a constant with a [[table]] rule's add_columns");
}

}  // namespace millrace
