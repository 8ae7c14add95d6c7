#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "io/quoting.h"
#include "operators/expression_lexer.h"
#include "operators/schema_translator.h"

namespace millrace {

namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

/// What a partition's bound is counted in.
enum class BoundUnit : std::uint8_t { value, year, day_number, epoch };

struct PartitionKey {
  std::vector<std::string> columns;  // in the source's names
  BoundUnit unit = BoundUnit::value;
};

/// A column, several, or one of the functions that keep a column's order; none: something else.
std::optional<PartitionKey> key_of(const SourcePartitioning& partitioning) {
  Lexer lexer(partitioning.expression);
  PartitionKey key;
  Token token = lexer.next();
  bool in_function = false;
  if (token.kind == TokenKind::name) {
    const std::string name = token.text;
    token = lexer.next();
    if (token.kind == TokenKind::symbol && token.text == "(") {
      if (name == "year") {
        key.unit = BoundUnit::year;
      } else if (name == "to_days") {
        key.unit = BoundUnit::day_number;
      } else if (name == "unix_timestamp") {
        key.unit = BoundUnit::epoch;
      } else {
        return std::nullopt;
      }
      in_function = true;
      token = lexer.next();
    } else {
      key.columns.push_back(name);
    }
  }
  while (token.kind != TokenKind::end) {
    const bool is_name = token.kind == TokenKind::quoted_name || token.kind == TokenKind::name;
    const bool is_comma = token.kind == TokenKind::symbol && token.text == "," && !in_function;
    const bool closes = token.kind == TokenKind::symbol && token.text == ")" && in_function;
    if (is_name) {
      key.columns.push_back(token.text);
    } else if (!is_comma && !closes) {
      return std::nullopt;
    }
    token = lexer.next();
  }
  if (key.columns.empty() || (in_function && key.columns.size() != 1)) return std::nullopt;
  return key;
}

/// The values of "1,'a',NULL,MAXVALUE", as SQL; none where one is something else.
std::optional<std::vector<std::string>> values_of(const std::string& bounds) {
  Lexer lexer(bounds);
  std::vector<std::string> values;
  std::string sign;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.kind == TokenKind::symbol && token.text == ",") continue;
    if (token.kind == TokenKind::symbol && token.text == "-") {
      sign = "-";
      continue;
    }
    if (token.kind == TokenKind::number) {
      values.push_back(sign + token.text);
    } else if (token.kind == TokenKind::text) {
      values.push_back(quote_literal(token.text));
    } else if (token.kind == TokenKind::name &&
               (token.text == "null" || token.text == "maxvalue")) {
      values.push_back(token.text == "null" ? "NULL" : "MAXVALUE");
    } else {
      return std::nullopt;
    }
    sign.clear();
  }
  return values;
}

/// A bound in PostgreSQL's words; none where no such day exists.
std::optional<std::string> bound_of(const std::string& value, BoundUnit unit) {
  if (value == "MAXVALUE" || unit == BoundUnit::value) return value;
  long number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc() || end != value.data() + value.size()) return std::nullopt;
  if (unit == BoundUnit::epoch) return "to_timestamp(" + value + ")";
  if (unit == BoundUnit::year) {
    if (number < 1 || number > 9999) return std::nullopt;
    return "make_date(" + value + ", 1, 1)";
  }
  // Source: MySQL manual, TO_DAYS: 0001-01-01 is day 366.
  constexpr long first_day = 366;
  constexpr long last_day = 3652424;  // 9999-12-31
  if (number < first_day || number > last_day) return std::nullopt;
  return "('0001-01-01'::date + " + std::to_string(number - first_day) + ")";
}

bool fits(ValueFamily family, BoundUnit unit) noexcept {
  switch (unit) {
    case BoundUnit::year:
    case BoundUnit::day_number:
      return family == ValueFamily::date || family == ValueFamily::timestamp;
    case BoundUnit::epoch: return family == ValueFamily::timestamptz;
    case BoundUnit::value:
      return family == ValueFamily::integer || family == ValueFamily::number ||
             family == ValueFamily::date || family == ValueFamily::timestamp ||
             family == ValueFamily::bytes;
  }
  return false;
}

}  // namespace

void Translator::translate_partitions(std::size_t table) {
  const SourceTable& source = catalog_.tables[table];
  if (source.partitions.empty()) return;
  TargetTable& target = out_.tables[table].target;
  const auto flatten = [&](const std::string& reason) {
    note("partitions", source.full_name(),
         "its " + std::to_string(source.partitions.size()) +
             " partitions become one plain table: " + reason);
    for (const SourcePartition& partition : source.partitions) {
      if (partition.comment.empty()) continue;
      note("partitions", source.full_name(),
           "partition " + partition.name +
               " has a comment, which is left out: " + partition.comment);
    }
    target.partition_by.clear();
    target.partitions.clear();
  };
  const SourcePartitioning& partitioning = source.partitioning;
  if (choices_.schema.partitions == PartitionChoice::flatten)
    return flatten("--partitions flatten");
  const bool range = partitioning.method.starts_with("RANGE");
  const bool list = partitioning.method.starts_with("LIST");
  if (!range && !list) {
    return flatten("PostgreSQL's hash is another than that of " + partitioning.method);
  }
  const std::string said = partitioning.method + " (" + partitioning.expression + ")";
  const auto key = key_of(partitioning);
  if (!key || (list && (key->columns.size() > 1 || key->unit != BoundUnit::value))) {
    return flatten("PostgreSQL has nothing like " + said);
  }

  std::string columns;
  bool nullable = false;
  bool text = false;
  for (const std::string& name : key->columns) {
    const auto at = find_column(source, name);
    const TargetColumn* const column = at ? target_of({table, *at}) : nullptr;
    if (column == nullptr || column->computed()) return flatten("its key is a computed column");
    if (cast_of_[number_of({table, *at})] != nullptr) {
      return flatten("a rule converts its key, and its bounds are in the old type");
    }
    const ValueFamily family = family_of(column->type);
    text = family == ValueFamily::text;
    // In a list the order of texts does not matter, in a range it is the collation's.
    if (!fits(family, key->unit) && !(list && text)) {
      return flatten("the order of " + said + " may be another in PostgreSQL");
    }
    nullable = nullable || column->nullable;
    columns += (columns.empty() ? "" : ", ") + quote_identifier(column->name);
  }
  target.partition_by = (range ? "RANGE (" : "LIST (") + columns + ")";

  std::string lower = "MINVALUE";
  for (std::size_t i = 1; i < key->columns.size(); ++i) lower += ", MINVALUE";
  bool has_default = false;
  for (const SourcePartition& partition : source.partitions) {
    const auto values = values_of(partition.bounds);
    if (!values || values->empty())
      return flatten("its bound " + partition.bounds + " is none here");
    std::string bounds;
    bool all_max = true;
    for (const std::string& value : *values) {
      const auto bound = bound_of(value, key->unit);
      if (!bound) return flatten("its bound " + value + " is no day in PostgreSQL");
      bounds += (bounds.empty() ? "" : ", ") + *bound;
      all_max = all_max && value == "MAXVALUE";
    }
    const std::string name = relations_of(target).claim(target.name + "_" + folded(partition.name));
    if (list) {
      target.partitions.push_back({name, "FOR VALUES IN (" + bounds + ")", partition.comment});
    } else if (all_max && nullable) {
      // NULL is below every bound there, and only in the default partition here.
      target.partitions.push_back({name, "DEFAULT", partition.comment});
      has_default = true;
    } else {
      target.partitions.push_back(
          {name, "FOR VALUES FROM (" + lower + ") TO (" + bounds + ")", partition.comment});
      lower = bounds;
    }
  }
  if (!has_default && ((range && nullable) || (list && text))) {
    const std::string name = relations_of(target).claim(target.name + "_default");
    target.partitions.push_back({name, "DEFAULT"});
    note("partitions", source.full_name(),
         "gets the partition " + name + " for " +
             (range ? "NULL, which is in the first partition of the source"
                    : "texts that the source's collation takes for one of the list"));
  }
  if (partitioning.subpartitioned) {
    note("partitions", source.full_name(), "its subpartitions become one partition each");
  }
}

}  // namespace millrace
