#include "engine/verify/schema_check.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/retry.h"
#include "engine/table_build.h"
#include "io/error.h"
#include "io/postgres/catalog.h"
#include "io/postgres/ddl.h"

namespace millrace {

namespace {

/// What a table has, by name: "column qty" -> "integer NOT NULL DEFAULT 0".
using Parts = std::map<std::string, std::string>;

constexpr std::size_t tables_at_once = 100;

/// Describe the relations that `condition` selects; by schema, NUL, name.
std::unordered_map<std::string, Parts> read_parts(postgres::Connection& session,
                                                  const std::string& condition) {
  const std::string from =
      " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ";
  const std::string where = " WHERE c.relkind IN ('r', 'p') AND " + condition;
  const auto rows = session.query(
      "SELECT n.nspname, c.relname, 'column ' || a.attname, "
      "pg_catalog.format_type(a.atttypid, a.atttypmod) || "
      "COALESCE((SELECT ' COLLATE ' || o.collname FROM pg_catalog.pg_collation o WHERE o.oid = "
      "a.attcollation AND NOT o.collisdeterministic), '') || "
      "CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || "
      "CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END || "
      "CASE WHEN a.attgenerated <> '' THEN ' generated as ' ELSE ' DEFAULT ' END || "
      "COALESCE(pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'none')" +
      from +
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
      "a.attisdropped "
      "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum" +
      where +
      " UNION ALL SELECT n.nspname, c.relname, 'index ' || i.relname, "
      "CASE WHEN x.indisprimary THEN 'primary key' WHEN x.indisunique THEN 'unique' ELSE 'plain' "
      "END || pg_catalog.substr(pg_catalog.pg_get_indexdef(i.oid), "
      "pg_catalog.strpos(pg_catalog.pg_get_indexdef(i.oid), ' USING ')) || "
      "CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END" +
      from +
      "JOIN pg_catalog.pg_index x ON x.indrelid = c.oid "
      "JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid" +
      where +
      " UNION ALL SELECT n.nspname, c.relname, CASE k.contype WHEN 'c' THEN 'check ' ELSE "
      "'foreign key ' END || k.conname, pg_catalog.pg_get_constraintdef(k.oid)" +
      from + "JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('c', 'f')" +
      where +
      " UNION ALL SELECT n.nspname, c.relname, 'trigger ' || t.tgname, "
      "CASE WHEN t.tgenabled = 'D' THEN 'disabled' ELSE 'enabled' END" +
      from + "JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal" + where);
  std::unordered_map<std::string, Parts> parts;
  for (const postgres::Row& row : rows) {
    parts[row[0].text + '\0' + row[1].text].emplace(row[2].text, row[3].text);
  }
  return parts;
}

/// A foreign key as pg_get_constraintdef() writes it, all quotes left out.
std::string foreign_key_text(const TargetForeignKey& key) {
  std::string text = fmt::format("FOREIGN KEY ({}) REFERENCES {}.{}({})",
                                 fmt::join(key.columns, ", "), key.referenced_schema,
                                 key.referenced_table, fmt::join(key.referenced_columns, ", "));
  const auto action = [&](std::string_view event, const std::string& what) {
    if (!what.empty() && what != "NO ACTION") text += fmt::format(" ON {} {}", event, what);
  };
  action("UPDATE", key.on_update);
  action("DELETE", key.on_delete);
  return text;
}

std::string without_quotes(std::string text) {
  std::erase(text, '"');
  return text;
}

/// A constraint as it is compared where it may be NOT VALID by plan.
std::string comparable(std::string constraint) {
  constexpr std::string_view not_valid = " NOT VALID";
  if (constraint.ends_with(not_valid)) constraint.resize(constraint.size() - not_valid.size());
  return without_quotes(std::move(constraint));
}

/// Make the planned tables [begin, end) as temporary ones and describe them; nothing of it stays.
class PlannedParts {
 public:
  PlannedParts(postgres::Connection& session, const std::vector<TableWork>& tables, bool keys)
      : session_(session), tables_(tables), keys_(keys) {}

  std::vector<Parts> read(std::size_t begin, std::size_t end) {
    std::string script = "BEGIN; ";
    for (std::size_t i = begin; i < end; ++i) {
      // Names of their own: tables of several schemas meet in one.
      TargetTable table = tables_[i].translated->target;
      table.schema = "pg_temp";
      table.name = fmt::format("t{}", i);
      for (TargetColumn& column : table.columns) column.identity_sequence.clear();
      for (std::size_t j = 0; j < table.indexes.size(); ++j) {
        table.indexes[j].name = index_name(i, j);
      }
      append_statements(script, {postgres::create_table(table)});
      if (keys_) append_statements(script, key_statements_in_place(table));
    }
    std::unordered_map<std::string, Parts> found;
    try {
      session_.execute(script);
      for (std::size_t i = begin; i < end; ++i) add_late_checks(i);
      found = read_parts(session_, "n.oid = pg_catalog.pg_my_temp_schema()");
    } catch (...) {
      session_.rollback();
      throw;
    }
    session_.rollback();
    std::unordered_map<std::string, Parts> by_name;
    for (auto& [name, parts] : found) by_name[name.substr(name.find('\0') + 1)] = std::move(parts);
    std::vector<Parts> planned;
    for (std::size_t i = begin; i < end; ++i) {
      planned.push_back(with_real_names(i, by_name[fmt::format("t{}", i)]));
    }
    return planned;
  }

 private:
  static std::string index_name(std::size_t table, std::size_t index) {
    return fmt::format("i{}_{}", table, index);
  }

  /// What the server refuses is not in the target either: the migration has told of it.
  void add_late_checks(std::size_t index) {
    TargetTable table = tables_[index].translated->target;
    table.schema = "pg_temp";
    table.name = fmt::format("t{}", index);
    for (const TargetCheck& check : table.late_checks) {
      session_.execute("SAVEPOINT before_check");
      try {
        session_.execute(postgres::add_check_not_valid(table, check));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_request) throw;
        session_.execute("ROLLBACK TO SAVEPOINT before_check");
      }
    }
  }

  Parts with_real_names(std::size_t table, Parts parts) const {
    const TargetTable& target = tables_[table].translated->target;
    if (target.touch) parts["trigger " + target.touch->name] = "enabled";
    if (!keys_) return parts;
    for (std::size_t j = 0; j < target.indexes.size(); ++j) {
      auto node = parts.extract("index " + index_name(table, j));
      if (node.empty()) continue;
      node.key() = "index " + target.indexes[j].name;
      parts.insert(std::move(node));
    }
    for (const TargetForeignKey& key : target.foreign_keys) {
      parts["foreign key " + key.name] = foreign_key_text(key);
    }
    return parts;
  }

  postgres::Connection& session_;
  const std::vector<TableWork>& tables_;
  bool keys_;
};

void compare_parts(const TargetTable& table, const Parts& planned, const Parts& found,
                   bool rows_left_out, std::vector<SchemaDifferenceReport>& differences) {
  for (const auto& [part, text] : planned) {
    const auto standing = found.find(part);
    const std::string there = standing == found.end() ? "" : standing->second;
    // A CHECK that rows of the source do not obey stays NOT VALID, by plan; so does a foreign key
    // to rows that were left out.
    const bool may_be_unproven =
        part.starts_with("check ") || (rows_left_out && part.starts_with("foreign key "));
    if (may_be_unproven && comparable(there) == comparable(text)) continue;
    if (without_quotes(there) == without_quotes(text)) continue;
    differences.push_back(
        {.table = table.full_name(), .part = part, .planned = text, .found = there});
  }
}

/// The next values of the identities of tables [begin, end).
void compare_next_values(postgres::Connection& session, const std::vector<TableWork>& tables,
                         const std::vector<bool>& present, std::size_t begin, std::size_t end,
                         std::vector<SchemaDifferenceReport>& differences) {
  struct Wanted {
    const TargetTable* table;
    const TargetColumn* column;
  };
  std::vector<Wanted> wanted;
  std::string ask;
  for (std::size_t i = begin; i < end; ++i) {
    const TargetTable& table = tables[i].translated->target;
    if (!present[i] || !table.next_identity) continue;
    for (const TargetColumn& column : table.columns) {
      if (!column.identity) continue;
      ask += fmt::format(
          "{}SELECT pg_catalog.pg_get_serial_sequence({}, {})", ask.empty() ? "" : " UNION ALL ",
          postgres::quote_literal(postgres::quote_qualified(table.schema, table.name)),
          postgres::quote_literal(column.name));
      wanted.push_back({&table, &column});
    }
  }
  if (wanted.empty()) return;
  const auto sequences = session.query(ask);
  std::string values;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i][0].null) continue;  // told of with its column: no identity
    values += fmt::format(
        "{}SELECT {}, last_value::numeric + CASE WHEN is_called THEN 1 ELSE 0 END, LEAST({}, "
        "{}::numeric + 1) FROM {}",
        values.empty() ? "" : " UNION ALL ", i,
        postgres::next_identity_sql(*wanted[i].table, *wanted[i].column),
        postgres::largest_of(wanted[i].column->type), sequences[i][0].text);
  }
  if (values.empty()) return;
  for (const postgres::Row& row : session.query(values)) {
    const Wanted& of = wanted[std::stoul(row[0].text)];
    if (row[1].text == row[2].text) continue;
    differences.push_back({.table = of.table->full_name(),
                           .part = "next value of " + of.column->name,
                           .planned = row[2].text,
                           .found = row[1].text});
  }
}

/// What a sequence gives next, as text; empty where it is not there.
std::string next_of_sequence(postgres::Connection& session, const TargetSequence& sequence) {
  const std::string name = postgres::quote_qualified(sequence.schema, sequence.name);
  const std::string literal = postgres::quote_literal(name);
  const auto stands = session.query(
      "SELECT FROM pg_catalog.pg_class WHERE relkind = 'S' AND oid = pg_catalog.to_regclass(" +
      literal + ")");
  if (stands.empty()) return {};
  const auto next = session.query(fmt::format(
      "SELECT concat(last_value + CASE WHEN is_called AND NOT used_up THEN increment ELSE 0 END, "
      "CASE WHEN is_called AND used_up THEN ', used up' END) FROM (SELECT last_value, is_called, "
      "seqincrement AS increment, last_value = CASE WHEN seqincrement > 0 THEN seqmax ELSE seqmin "
      "END AS used_up FROM {}, pg_catalog.pg_sequence WHERE seqrelid = {}::regclass) s",
      name, literal));
  return next.at(0).at(0).text;
}

std::string planned_next(const TargetSequence& sequence) {
  const std::int64_t next = std::clamp(sequence.next, sequence.minimum, sequence.maximum);
  return std::to_string(next) + (next == sequence.next ? "" : ", used up");
}

/// Sequences of their own: MariaDB has them. `values`: the plan knows what each gives next.
void compare_sequences(postgres::Connection& session, const std::vector<TargetSequence>& sequences,
                       bool values, std::vector<SchemaDifferenceReport>& differences) {
  for (const TargetSequence& sequence : sequences) {
    const std::string found = next_of_sequence(session, sequence);
    const std::string planned = planned_next(sequence);
    if (values ? found == planned : !found.empty()) continue;
    differences.push_back({.table = sequence.full_name(),
                           .part = "next value of the sequence",
                           .planned = planned,
                           .found = found});
  }
}

void compare_enums(postgres::Connection& session, const std::vector<TargetEnum>& enums,
                   std::vector<SchemaDifferenceReport>& differences) {
  if (enums.empty()) return;
  const auto standing = postgres::read_enum_labels(session);
  for (const TargetEnum& type : enums) {
    const std::string name = type.schema + '.' + type.name;
    const auto found = standing.find(type.schema + '\0' + type.name);
    if (found != standing.end() && found->second == type.labels) continue;
    differences.push_back({.table = name,
                           .part = "labels of the enum",
                           .planned = fmt::format("{}", fmt::join(type.labels, ", ")),
                           .found = found == standing.end()
                                        ? std::string()
                                        : fmt::format("{}", fmt::join(found->second, ", "))});
  }
}

/// `compare(begin, end)`, in halves where the server has no locks for so many tables.
/// Requires: what it asks the server it asks before it notes anything.
template <class Compare>
void in_halves(std::size_t begin, std::size_t end, const Compare& compare) {
  try {
    compare(begin, end);
    return;
  } catch (const Error& error) {
    if (!is_out_of_locks(error) || end - begin < 2) throw;
  }
  const std::size_t middle = begin + (end - begin) / 2;
  in_halves(begin, middle, compare);
  in_halves(middle, end, compare);
}

}  // namespace

std::vector<SchemaDifferenceReport> compare_schema(postgres::Connection& session,
                                                   const Preparation& preparation,
                                                   const SchemaScope& scope) {
  const std::vector<TableWork>& tables = preparation.work.tables;
  std::vector<SchemaDifferenceReport> differences;
  std::set<std::string> schemas;
  for (const TableWork& table : tables) schemas.insert(table.translated->target.schema);
  std::string list;
  for (const std::string& schema : schemas) {
    list += (list.empty() ? "" : ", ") + postgres::quote_literal(schema);
  }
  if (list.empty()) return differences;
  const auto standing = read_parts(session, "n.nspname IN (" + list + ")");
  compare_enums(session, preparation.translation.enums, differences);
  if (scope.keys) {
    compare_sequences(session, preparation.translation.sequences, scope.sequence_values,
                      differences);
  }
  std::vector<bool> present(tables.size());
  PlannedParts planned_parts(session, tables, scope.keys);
  const auto compare_tables = [&](std::size_t begin, std::size_t end) {
    const std::vector<Parts> planned = planned_parts.read(begin, end);
    for (std::size_t i = begin; i < end; ++i) {
      const TargetTable& table = tables[i].translated->target;
      const auto found = standing.find(table.schema + '\0' + table.name);
      present[i] = found != standing.end();
      // A table that is missing is told of once: with its rows, where these are looked at.
      if (present[i]) {
        compare_parts(table, planned[i - begin], found->second, scope.rows_left_out, differences);
      } else if (scope.missing_tables) {
        differences.push_back(
            {.table = table.full_name(), .part = "the table", .planned = "there", .found = ""});
      }
    }
  };
  const auto compare_values = [&](std::size_t begin, std::size_t end) {
    compare_next_values(session, tables, present, begin, end, differences);
  };
  for (std::size_t begin = 0; begin < tables.size(); begin += tables_at_once) {
    const std::size_t end = std::min(begin + tables_at_once, tables.size());
    in_halves(begin, end, compare_tables);
    if (scope.keys) in_halves(begin, end, compare_values);
  }
  return differences;
}

}  // namespace millrace
