#include "operators/table_rule.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "io/ascii_case.h"
#include "io/error.h"
#include "io/nearest_word.h"
#include "operators/cast_rule.h"
#include "operators/meant_table.h"
#include "operators/named_conversion.h"
#include "operators/row_encoder.h"

namespace millrace {
namespace {

[[noreturn]] void refuse(std::string_view origin, const std::string& why, std::string hint,
                         Where where = {}) {
  throw Error(ErrorKind::bad_request, "cannot use " + std::string(origin) + ": " + why,
              std::move(where), std::move(hint));
}

bool has_wildcard(std::string_view text) noexcept {
  return text.find_first_of("*?[") != std::string_view::npos;
}

/// A part of a name without its backticks.
std::string plain(const std::string& part) {
  const bool quoted = part.size() >= 2 && part.front() == '`' && part.back() == '`';
  return quoted ? part.substr(1, part.size() - 2) : part;
}

bool names_column(std::string_view pattern, const SourceColumn& column) {
  return matches_part(lower_case(pattern), lower_case(column.name));  // as MySQL compares them
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

bool has_any(const SourceTable& table, std::string_view pattern) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const SourceColumn& column) { return names_column(pattern, column); });
}

}  // namespace

void check_table_rule(const TableRule& rule) {
  const std::vector<std::string> parts = name_parts(rule.tables);
  const bool empty =
      std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
  if (parts.size() > 2 || empty) {
    refuse(rule.origin, "'" + rule.tables + "' names no table",
           "write name = \"database.table\" or \"table\"; each part may hold * and ?");
  }
  if (!rule.rename.empty()) {
    const std::vector<std::string> to = name_parts(rule.rename);
    const std::string& name = to.back();
    const bool keeps_name = to.size() == 2 && name == "*";
    if (to.size() > 2 || to.front().empty() || name.empty() ||
        (has_wildcard(rule.rename) && (!keeps_name || has_wildcard(to.front())))) {
      refuse(
          rule.origin, "'" + rule.rename + "' is no new name",
          "write rename = \"schema.table\", \"table\", or \"schema.*\" to keep the tables' names");
    }
    if (!keeps_name && has_wildcard(rule.tables)) {
      refuse(rule.origin, "several tables would all be named " + rule.rename,
             "name one table, or write rename = \"schema.*\"");
    }
  }
  if (rule.rename.empty() && rule.where.empty() && rule.drop_columns.empty() &&
      rule.rename_columns.empty() && rule.add_columns.empty()) {
    refuse(rule.origin, "it says nothing of its tables",
           "give rename, where, drop_columns, rename_columns or add_columns");
  }
}

bool selects(const TableRule& rule, const SourceTable& table) {
  const std::vector<std::string> parts = name_parts(rule.tables);
  return means_table(table, rule.origin, [&](const std::string& database, const std::string& name) {
    return (parts.size() == 1 || matches_part(parts.front(), database)) &&
           matches_part(parts.back(), name);
  });
}

TableOrders orders_for(const SourceTable& table, const std::vector<TableRule>& rules) {
  TableOrders orders;
  for (const TableRule& rule : rules) {
    if (!selects(rule, table)) continue;
    orders.rules.push_back(&rule);
    if (!rule.where.empty()) orders.where = "(" + rule.where + ")";
    if (rule.rename.empty()) continue;
    const std::vector<std::string> to = name_parts(rule.rename);
    if (to.size() == 2) orders.schema = plain(to.front());
    if (to.back() != "*") orders.name = plain(to.back());
  }
  return orders;
}

std::optional<std::string> name_by_rule(const TableOrders& orders, const SourceColumn& column) {
  std::optional<std::string> name;
  for (const TableRule* const rule : orders.rules) {
    for (const auto& [from, to] : rule->rename_columns) {
      if (lower_case(from) == lower_case(column.name)) name = to;
    }
  }
  return name;
}

const TableRule* dropped_by(const TableOrders& orders, const SourceColumn& column) {
  for (const TableRule* const rule : orders.rules) {
    for (const std::string& pattern : rule->drop_columns) {
      if (names_column(pattern, column)) return rule;
    }
  }
  return nullptr;
}

void refuse_unknown_columns(const TableOrders& orders, const SourceTable& table) {
  std::vector<std::string_view> known;
  for (const SourceColumn& column : table.columns) known.push_back(column.name);
  for (const TableRule* const rule : orders.rules) {
    // A rule for many tables may name columns that only some of them have.
    if (rule->optional || has_wildcard(rule->tables)) continue;
    std::vector<std::string> named = rule->drop_columns;
    for (const auto& [from, to] : rule->rename_columns) named.push_back(from);
    for (const std::string& name : named) {
      if (has_any(table, name)) continue;
      const std::string_view meant = nearest_word(name, known);
      refuse(rule->origin, "no column is called " + name,
             meant.empty() ? "millrace plan shows the columns"
                           : "did you mean " + std::string(meant) + "?",
             {.side = Side::source, .table = table.full_name()});
    }
  }
}

void refuse_unknown_tables(const std::vector<TableRule>& rules, const SourceCatalog& catalog) {
  for (const TableRule& rule : rules) {
    if (rule.optional) continue;
    if (std::any_of(catalog.tables.begin(), catalog.tables.end(),
                    [&](const SourceTable& table) { return selects(rule, table); })) {
      continue;
    }
    std::vector<std::string> names;
    const bool with_database = name_parts(rule.tables).size() == 2;
    for (const SourceTable& table : catalog.tables) {
      names.push_back(with_database ? table.full_name() : table.name);
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    const std::string_view meant = nearest_word(rule.tables, known);
    refuse(rule.origin, "no table is called " + rule.tables,
           meant.empty() ? "check --databases, --include and --exclude; or write optional = true"
                         : "did you mean " + std::string(meant) + "?",
           {.side = Side::source});
  }
}

std::vector<AddedColumn> added_columns(const TableOrders& orders, const SourceTable& table) {
  std::vector<AddedColumn> columns;
  for (const TableRule* const rule : orders.rules) {
    for (AddedColumn column : rule->add_columns) {
      if (column.value) {
        replace_all(*column.value, "{database}", table.database);
        replace_all(*column.value, "{table}", table.name);
      }
      column.origin = rule->origin;
      const auto same = std::find_if(columns.begin(), columns.end(), [&](const AddedColumn& other) {
        return other.name == column.name;
      });
      if (same != columns.end()) {
        *same = std::move(column);
      } else {
        columns.push_back(std::move(column));
      }
    }
  }
  return columns;
}

EncodedConstant encode_constant(const AddedColumn& column, std::string_view origin) {
  // The value takes the way of a text column that a cast rule converts.
  SourceColumn source;
  source.name = column.name;
  source.type = SourceType::text;
  source.data_type = source.column_type = "text";
  source.charset = "utf8mb4";
  CastRule rule;
  rule.to = column.type;
  rule.origin = origin;
  const ColumnMapping mapping = convert_column(source, rule, {}, false);
  EncodedConstant constant{.type = mapping.type, .bytes = std::string(4, '\xff')};  // NULL
  if (!column.value) return constant;
  // The server rewrites jsonb, so that its bytes would not be those of the digest.
  if (mapping.encoding.encoding == Encoding::json_to_jsonb) {
    refuse(origin, "a constant of type jsonb", "make it text or json");
  }

  const std::string& value = *column.value;
  constexpr std::size_t most_bytes = 1 << 16;
  if (value.size() > most_bytes) refuse(origin, "a constant above 64 KiB", "shorten it");
  std::string wire = "\xfd";  // a length of three bytes
  for (int i = 0; i < 3; ++i) wire += static_cast<char>(value.size() >> 8 * i & 0xff);
  wire += value;
  const std::array<std::uint8_t, 2> bitmap{};
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(wire.data());
  std::vector<std::byte> tuple(4 * value.size() + 256);
  const RowOutcome outcome =
      RowEncoder({mapping.encoding}).encode({bitmap.data(), begin, begin + wire.size()}, tuple);
  if (outcome.status != RowStatus::encoded) {
    refuse(origin,
           "'" + value + "' is no value of column " + column.name + ", " + mapping.type + ": " +
               std::string(describe(outcome.fault)),
           "give it a value of its type, or none for NULL");
  }
  constexpr std::size_t count_bytes = 2;
  constant.bytes.assign(reinterpret_cast<const char*>(tuple.data()) + count_bytes,
                        outcome.bytes - count_bytes);
  return constant;
}

}  // namespace millrace
