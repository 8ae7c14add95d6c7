#include "operators/schema_translation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "io/ascii_case.h"
#include "io/error.h"
#include "operators/schema_translator.h"

namespace millrace {

/// "numeric" of "numeric(10,2)".
std::string_view base_of(std::string_view type) noexcept { return type.substr(0, type.find('(')); }

bool is_identity_type(std::string_view type) noexcept {
  return type == "smallint" || type == "integer" || type == "bigint";
}

std::string in_backticks(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted += '`';
}

std::size_t Translator::number_columns() {
  std::size_t n_columns = 0;
  for (const SourceTable& table : catalog_.tables) {
    first_.push_back(n_columns);
    n_columns += table.columns.size();
  }
  target_at_.resize(n_columns);
  return n_columns;
}

void Translator::note(std::string topic, std::string where, std::string message) {
  out_.notes.push_back({std::move(topic), std::move(where), std::move(message)});
}

ColumnLookup Translator::columns_of(std::size_t table, bool spelled_out) const {
  return [this, table, spelled_out](std::string_view name) -> ColumnReference {
    const SourceTable& source = catalog_.tables[table];
    const auto at = find_column(source, name);
    if (!at) return {};
    return {.target = target_of({table, *at}),
            .source = &source.columns[*at],
            .spelled_out = spelled_out};
  };
}

void Translator::share_columns(std::size_t table) {
  target_shapes_.share(out_.tables[table].target.columns);
  source_shapes_.share(out_.tables[table].columns);
}

Translation Translator::run() {
  out_.tables.resize(catalog_.tables.size());
  constraints_.resize(catalog_.tables.size());
  read_orders();
  name_schemas();
  name_tables();
  tie_keys();
  for (std::size_t table = 0; table < catalog_.tables.size(); ++table) {
    translate_columns(table);
    share_columns(table);
  }
  refuse_split_ties();
  note_casts();
  note_comparisons();
  name_enums();
  set_defaults();
  translate_generated();
  name_sequences();
  translate_indexes();
  translate_foreign_keys();
  for (std::size_t table = 0; table < catalog_.tables.size(); ++table) {
    translate_checks(table);
    translate_on_update(table);
    translate_partitions(table);
    share_columns(table);
  }
  translate_sequences();
  note_extras();
  return std::move(out_);
}

// ---- names

std::string Translator::schema_of(const std::string& database) const {
  const auto given = choices_.schema_of_database.find(database);
  return shorten_identifier(given == choices_.schema_of_database.end() ? folded(database)
                                                                       : given->second);
}

void Translator::name_schemas() {
  std::string last_database;
  std::map<std::string, std::string> called_after;  // the database, by schema
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    const bool by_rule = !orders_[i].schema.empty();
    if (!by_rule && table.database == last_database) continue;
    if (!by_rule) last_database = table.database;
    const std::string schema =
        by_rule ? shorten_identifier(orders_[i].schema) : schema_of(table.database);
    if (is_system_schema(schema)) {
      throw Error(
          ErrorKind::bad_request,
          "cannot make a schema named " + schema + ": PostgreSQL keeps that name for itself",
          {.side = Side::target, .table = table.database},
          "give it another name: --schema-map " + table.database + "=NAME");
    }
    const bool by_name = !by_rule && !choices_.schema_of_database.contains(table.database);
    if (by_name) {
      const auto [first, is_new] = called_after.try_emplace(schema, table.database);
      if (!is_new && first->second != table.database) {
        throw Error(ErrorKind::bad_request,
                    "cannot give two databases one schema: " + first->second + " and " +
                        table.database + " would both be " + schema,
                    {.side = Side::target},
                    "give one another name, or say that both are meant: --schema-map " +
                        table.database + "=NAME");
      }
    }
    if (by_rule) {
      // The user's own choice is no news.
    } else if (choices_.schema_of_database.contains(table.database)) {
      // The user's own choice is no news, unless it had to be cut.
      if (choices_.schema_of_database.at(table.database) != schema) {
        note("renamed", table.database, "the schema's name exceeds 63 bytes: becomes " + schema);
      }
    } else if (schema != folded(table.database)) {
      note("renamed", table.database, "the name exceeds 63 bytes: becomes schema " + schema);
    }
    if (std::find(out_.schemas.begin(), out_.schemas.end(), schema) == out_.schemas.end()) {
      out_.schemas.push_back(schema);
    }
  }
}

void Translator::name_tables() {
  std::unordered_map<std::string, std::string> owner;  // source name by target name
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& source = catalog_.tables[i];
    TargetTable& target = out_.tables[i].target;
    out_.tables[i].source = i;
    target.schema = orders_[i].schema.empty() ? schema_of(source.database)
                                              : shorten_identifier(orders_[i].schema);
    const std::string own_name = orders_[i].name.empty() ? folded(source.name) : orders_[i].name;
    target.name = relations_of(target).try_claim(own_name);
    if (target.name.empty()) {
      const std::string wanted = target.schema + "." + shorten_identifier(own_name);
      throw Error(
          ErrorKind::bad_request,
          "cannot give two tables one name: " + owner[wanted] + " and " + source.full_name() +
              " would both be " + wanted,
          {.side = Side::target, .table = wanted},
          "map their databases to different schemas with --schema-map, keep names as they are "
          "with --identifiers keep, or leave one out with --exclude");
    }
    owner[target.full_name()] = source.full_name();
    table_at_[source.database + '\0' + source.name] = i;
    target.comment = source.comment;
    target.next_identity = source.next_auto_increment;
    if (target.name != own_name) {
      note("renamed", source.full_name(), "the name exceeds 63 bytes: becomes " + target.name);
    }
  }
}

// ---- looking up

std::optional<std::size_t> Translator::find_table(const std::string& database,
                                                  const std::string& name) const {
  const auto found = table_at_.find(database + '\0' + name);
  if (found != table_at_.end()) return found->second;
  // A server on a file system without case may write a reference in another case.
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    if (same_ignoring_case(table.database, database) && same_ignoring_case(table.name, name)) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> Translator::find_column(const SourceTable& table,
                                                   std::string_view name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return i;
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (same_ignoring_case(table.columns[i].name, name)) return i;
  }
  return std::nullopt;
}

void Translator::note_extras() {
  for (const SourceExtra& extra : catalog_.extras) {
    if (extra.kind == "view") {
      find_relation(extra.database, extra.name);
      continue;
    }
    note("not migrated", extra.database + "." + extra.name,
         extra.kind + (extra.definition.empty() ? "" : ": " + extra.definition));
  }
}

Translation translate(const SourceCatalog& catalog, const TranslationChoices& choices) {
  return Translator(catalog, choices).run();
}

}  // namespace millrace
