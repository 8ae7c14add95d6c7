#include "operators/schema_translation.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "io/error.h"
#include "io/quoting.h"
#include "operators/default_expression.h"
#include "operators/expression_translation.h"
#include "operators/identifiers.h"

namespace millrace {

namespace {

using postgres::quote_identifier;
using postgres::quote_qualified;

// Source: PostgreSQL, MaxHeapAttributeNumber.
constexpr std::size_t most_columns = 1600;
// Source: PostgreSQL, MaxHeapTupleSize, with its header taken off.
constexpr std::size_t most_row_bytes = 8136;
// Source: PostgreSQL, BTMaxItemSize of btree version 4.
constexpr std::uint64_t most_index_bytes = 2704;
constexpr std::uint64_t md5_bytes = 36;  // 32 digits and a length word
constexpr std::uint64_t unbounded_bytes = std::uint64_t{1} << 40U;
// A value moved out of its row leaves a pointer. Source: PostgreSQL, TOAST_POINTER_SIZE.
constexpr std::size_t toast_pointer_bytes = 18;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// "numeric" of "numeric(10,2)".
std::string_view base_of(std::string_view type) noexcept { return type.substr(0, type.find('(')); }

std::string in_backticks(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted += '`';
}

bool is_auto_increment_target(std::string_view type) noexcept {
  return type == "smallint" || type == "integer" || type == "bigint";
}

/// Sets of things that belong together.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t n_items) : parent_(n_items) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root(std::size_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }
  void join(std::size_t a, std::size_t b) { parent_[root(b)] = root(a); }

 private:
  std::vector<std::size_t> parent_;
};

/// Whether PostgreSQL lets a foreign key column of type `from` point at one of type `to`.
bool may_reference(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const auto family = [](std::string_view type) -> std::string_view {
    const std::string_view base = base_of(type);
    if (is_auto_increment_target(base)) return "integer";
    if (base == "varchar" || base == "character" || base == "text") return "text";
    if (base == "real" || base == "double precision") return "float";
    return base;
  };
  if (family(from) == family(to)) return true;
  return family(from) == "integer" && family(to) == "numeric";
}

/// The fewest bytes that a value of this type takes in its row, moved out where that is possible.
std::size_t least_row_bytes(std::string_view type) noexcept {
  const std::string_view base = base_of(type);
  if (base == "boolean") return 1;
  if (base == "smallint") return 2;
  if (base == "integer" || base == "real" || base == "date") return 4;
  if (base.starts_with('"')) return 4;  // an enum
  if (base == "bigint" || base == "double precision" || base.starts_with("time")) return 8;
  if (base == "interval" || base == "uuid") return 16;
  return toast_pointer_bytes;
}

/// The most bytes that a value of this type may take in an index.
std::uint64_t most_key_bytes(const SourceColumn& source, std::string_view type,
                             std::uint32_t prefix_characters) {
  constexpr std::uint64_t bytes_per_character = 4;  // UTF-8
  const std::string_view base = base_of(type);
  if (source.type == SourceType::enumeration) {
    std::size_t longest = 0;
    for (const std::string& label : source.labels) longest = std::max(longest, label.size());
    return longest;
  }
  if (base == "text" || base == "varchar" || base == "character") {
    if (prefix_characters > 0) return prefix_characters * bytes_per_character;
    if (base == "text") return unbounded_bytes;
    return source.length_characters * bytes_per_character;
  }
  if (base == "bytea") {
    if (prefix_characters > 0) return prefix_characters;
    if (source.type == SourceType::blob || source.length_bytes == 0) return unbounded_bytes;
    return source.length_bytes;
  }
  if (base == "text[]" || base == "jsonb") return unbounded_bytes;
  return 40;  // the longest numeric that MySQL has, and more than any other
}

struct Place {
  std::size_t table = 0;
  std::size_t column = 0;
};

/// One run of translate(): fills a Translation in the order of the comments in run().
class Translator {
 public:
  Translator(const SourceCatalog& catalog, const TranslationChoices& choices)
      : catalog_(catalog), choices_(choices), ties_(number_columns()) {}

  Translation run();

 private:
  std::size_t number_columns();

  // names
  std::string schema_of(const std::string& database) const;
  void name_schemas();
  void name_tables();
  NameSpace& relations_of(const TargetTable& table) { return relations_[table.schema]; }

  // looking up
  std::optional<std::size_t> find_table(const std::string& database, const std::string& name) const;
  static std::optional<std::size_t> find_column(const SourceTable& table, std::string_view name);
  std::size_t number_of(const Place& place) const { return first_[place.table] + place.column; }

  // columns
  void tie_keys();
  void translate_columns(std::size_t table);
  void translate_column(std::size_t table, std::size_t column, NameSpace& names,
                        NameSpace& constraints);
  std::string name_column(const SourceTable& table, const SourceColumn& column, NameSpace& names);
  void note_column(const SourceTable& table, const SourceColumn& column);
  void name_enums();
  void set_defaults();
  void name_sequences();
  void note_row_width(const SourceTable& table, const TargetTable& target);

  // keys
  void translate_indexes();
  void translate_index(std::size_t table, const SourceIndex& index);
  bool translate_part(std::size_t table, const SourceIndex& index, const SourceIndexPart& part,
                      TargetIndex& out, std::uint64_t& key_bytes);
  bool translate_expression_part(std::size_t table, const SourceIndex& index,
                                 const SourceIndexPart& part, TargetIndex& out,
                                 std::uint64_t& key_bytes);
  void name_index(std::size_t table, const SourceIndex& index, TargetIndex& out, bool demoted);
  void translate_foreign_keys();
  void translate_foreign_key(std::size_t table, const SourceForeignKey& key,
                             NameSpace& constraints);
  bool is_unique(const TargetTable& table, std::vector<std::string> columns) const;

  // the rest
  void note_table(const SourceTable& table);
  void note_checks(const SourceTable& table);
  void note_extras();
  void note(std::string topic, std::string where, std::string message);
  void note_index(const SourceTable& table, const SourceIndex& index, const std::string& message) {
    note("index", table.full_name(), "index " + index.name + " " + message);
  }

  const SourceCatalog& catalog_;
  const TranslationChoices& choices_;
  Translation out_;
  std::map<std::string, NameSpace> relations_;             // by schema
  std::unordered_map<std::string, std::size_t> table_at_;  // by "database\0table"
  std::vector<std::size_t> first_;                         // number of a table's first column
  std::vector<bool> holds_auto_increment_;                 // by number of a set's root
  std::vector<bool> pointed_at_;                           // by number: a foreign key points at it
  std::vector<NameSpace> constraints_;                     // by table
  DisjointSets ties_;                                      // columns tied by foreign keys
};

std::size_t Translator::number_columns() {
  std::size_t n_columns = 0;
  for (const SourceTable& table : catalog_.tables) {
    first_.push_back(n_columns);
    n_columns += table.columns.size();
  }
  return n_columns;
}

void Translator::note(std::string topic, std::string where, std::string message) {
  out_.notes.push_back({std::move(topic), std::move(where), std::move(message)});
}

Translation Translator::run() {
  out_.tables.resize(catalog_.tables.size());
  constraints_.resize(catalog_.tables.size());
  name_schemas();
  name_tables();
  tie_keys();
  for (std::size_t table = 0; table < catalog_.tables.size(); ++table) translate_columns(table);
  name_enums();
  set_defaults();
  name_sequences();
  translate_indexes();
  translate_foreign_keys();
  for (const SourceTable& table : catalog_.tables) note_table(table);
  note_extras();
  return std::move(out_);
}

// ---- names

std::string Translator::schema_of(const std::string& database) const {
  const auto given = choices_.schema_of_database.find(database);
  return shorten_identifier(given == choices_.schema_of_database.end() ? database : given->second);
}

void Translator::name_schemas() {
  std::string last_database;
  for (const SourceTable& table : catalog_.tables) {
    if (table.database == last_database) continue;
    last_database = table.database;
    const std::string schema = schema_of(table.database);
    if (is_system_schema(schema)) {
      throw Error(
          ErrorKind::bad_request,
          "cannot make a schema named " + schema + ": PostgreSQL keeps that name for itself",
          {.side = Side::target, .table = table.database},
          "give it another name: --schema-map " + table.database + "=NAME");
    }
    if (choices_.schema_of_database.contains(table.database)) {
      // The user's own choice is no news, unless it had to be cut.
      if (choices_.schema_of_database.at(table.database) != schema) {
        note("renamed", table.database, "the schema's name exceeds 63 bytes: becomes " + schema);
      }
    } else if (schema != table.database) {
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
    target.schema = schema_of(source.database);
    target.name = relations_of(target).try_claim(source.name);
    if (target.name.empty()) {
      const std::string wanted = target.schema + "." + shorten_identifier(source.name);
      throw Error(ErrorKind::bad_request,
                  "cannot give two tables one name: " + owner[wanted] + " and " +
                      source.full_name() + " would both be " + wanted,
                  {.side = Side::target, .table = wanted},
                  "map their databases to different schemas with --schema-map, or leave one out "
                  "with --exclude");
    }
    owner[target.full_name()] = source.full_name();
    table_at_[source.database + '\0' + source.name] = i;
    target.comment = source.comment;
    target.next_identity = source.next_auto_increment;
    if (target.name != source.name) {
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

// ---- columns

void Translator::tie_keys() {
  const std::size_t n_columns =
      catalog_.tables.empty() ? 0 : first_.back() + catalog_.tables.back().columns.size();
  pointed_at_.resize(n_columns);
  holds_auto_increment_.resize(n_columns);
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    for (const SourceForeignKey& key : table.foreign_keys) {
      const auto referenced = find_table(key.referenced_database, key.referenced_table);
      if (!referenced) continue;
      const std::size_t n_pairs = std::min(key.columns.size(), key.referenced_columns.size());
      for (std::size_t pair = 0; pair < n_pairs; ++pair) {
        const auto from = find_column(table, key.columns[pair]);
        const auto to = find_column(catalog_.tables[*referenced], key.referenced_columns[pair]);
        if (!from || !to) continue;
        ties_.join(number_of({*referenced, *to}), number_of({i, *from}));
        pointed_at_[number_of({*referenced, *to})] = true;
      }
    }
  }
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (std::size_t j = 0; j < catalog_.tables[i].columns.size(); ++j) {
      if (!catalog_.tables[i].columns[j].auto_increment) continue;
      holds_auto_increment_[ties_.root(number_of({i, j}))] = true;
    }
  }
}

void Translator::translate_columns(std::size_t table) {
  const SourceTable& source = catalog_.tables[table];
  if (source.columns.empty() || source.columns.size() > most_columns) {
    const std::string reason = source.columns.empty()
                                   ? "it has no columns that this account may see"
                                   : std::to_string(source.columns.size()) +
                                         " columns, and PostgreSQL holds " +
                                         std::to_string(most_columns);
    throw Error(ErrorKind::bad_request, "cannot make a table: " + reason,
                {.side = Side::source, .table = source.full_name()},
                "leave the table out with --exclude " + source.full_name());
  }
  NameSpace names;
  for (std::size_t column = 0; column < source.columns.size(); ++column) {
    translate_column(table, column, names, constraints_[table]);
  }
}

std::string Translator::name_column(const SourceTable& table, const SourceColumn& column,
                                    NameSpace& names) {
  const bool reserved = is_system_column(column.name);
  std::string name = names.claim(reserved ? column.name + "_" : column.name);
  if (name != column.name) {
    note("renamed", table.full_name() + "." + column.name,
         (reserved ? "PostgreSQL keeps this name in every table: becomes "
                   : "the name exceeds 63 bytes: becomes ") +
             name);
  }
  return name;
}

void Translator::translate_column(std::size_t table, std::size_t column, NameSpace& names,
                                  NameSpace& constraints) {
  const SourceTable& source_table = catalog_.tables[table];
  const SourceColumn& source = source_table.columns[column];
  const std::string where = source_table.full_name() + "." + source.name;
  const std::size_t root = ties_.root(number_of({table, column}));

  SourceColumn renamed = source;
  renamed.name = name_column(source_table, source, names);
  // A key that counts up is no truth value, nor is what points at it.
  TypeChoices types = choices_.types;
  if (holds_auto_increment_[root]) types.tinyint1 = Tinyint1Choice::smallint;
  ColumnMapping mapping;
  try {
    mapping = map_column(renamed, types, holds_auto_increment_[root]);
  } catch (Error& error) {
    error.add({.side = Side::source, .table = source_table.full_name(), .column = source.name});
    error.add_hint("leave the table out with --exclude " + source_table.full_name());
    throw;
  }
  if (!mapping.note.empty()) note("type", where, mapping.note);

  TranslatedTable& translated = out_.tables[table];
  TargetColumn& target = translated.target.columns.emplace_back();
  target.name = renamed.name;
  target.type = mapping.type;
  if (target.type.starts_with("geometry") && !choices_.postgis_schema.empty()) {
    target.type = quote_identifier(choices_.postgis_schema) + "." + target.type;
  }
  target.nullable = source.nullable;
  target.comment = source.comment;
  if (source.auto_increment) {
    target.identity = is_auto_increment_target(target.type);
    if (!target.identity) {
      note("type", where,
           "auto_increment is left out: a column of type " + target.type +
               " cannot be an identity; an INSERT must now give a value");
    }
  }
  if (!mapping.check_sql.empty()) {
    const std::string name =
        constraints.claim(translated.target.name + "_" + target.name + "_check");
    translated.target.checks.push_back({name, mapping.check_sql});
  }
  const std::string quoted = in_backticks(source.name);
  translated.columns.push_back({.source = column,
                                .select_expression = mapping.convert_in_source
                                                         ? "CONVERT(" + quoted + " USING utf8mb4)"
                                                         : quoted,
                                .encoding = mapping.encoding});
  note_column(source_table, source);
}

void Translator::note_column(const SourceTable& table, const SourceColumn& column) {
  const std::string where = table.full_name() + "." + column.name;
  if (column.generated != Generated::none) {
    note("generated column", where,
         std::string("becomes a plain column that holds the values of ") +
             (column.generated == Generated::stored ? "STORED " : "VIRTUAL ") + "AS (" +
             column.generation_expression + ")");
  }
  if (column.invisible) {
    note("invisible column", where, "is copied and becomes an ordinary column");
  }
  if (column.on_update_current_timestamp) {
    note("on update", where,
         "ON UPDATE CURRENT_TIMESTAMP is not made: an UPDATE must set the column, or a trigger");
  }
}

void Translator::name_enums() {
  // Columns that foreign keys tie share one type, named after the column that they point at.
  struct Shared {
    Place owner;
    bool one = true;  // all of the set have the same labels
  };
  std::unordered_map<std::size_t, Shared> shared;
  const auto is_native = [&](const Place& place) {
    return catalog_.tables[place.table].columns[place.column].type == SourceType::enumeration &&
           out_.tables[place.table].target.columns[place.column].type.empty();
  };
  const auto labels = [&](const Place& place) -> const std::vector<std::string>& {
    return catalog_.tables[place.table].columns[place.column].labels;
  };
  const auto each_native = [&](auto visit) {
    for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
      for (std::size_t j = 0; j < catalog_.tables[i].columns.size(); ++j) {
        const Place place{i, j};
        if (is_native(place)) visit(place, ties_.root(number_of(place)));
      }
    }
  };
  each_native([&](const Place& place, std::size_t root) {
    const auto [found, is_new] = shared.try_emplace(root, Shared{place});
    if (is_new) return;
    Shared& set = found->second;
    set.one = set.one && labels(set.owner) == labels(place);
    if (pointed_at_[number_of(place)] && !pointed_at_[number_of(set.owner)]) set.owner = place;
  });

  std::unordered_map<std::size_t, std::string> type_of;  // by number of the owner
  const auto make = [&](const Place& owner) {
    const std::size_t number = number_of(owner);
    const auto made = type_of.find(number);
    if (made != type_of.end()) return made->second;
    const TargetTable& table = out_.tables[owner.table].target;
    const std::string wanted = table.name + "_" + table.columns[owner.column].name;
    const std::string name = relations_of(table).claim(wanted);
    if (name != wanted) {
      const SourceTable& source = catalog_.tables[owner.table];
      note("renamed", source.full_name() + "." + source.columns[owner.column].name,
           "its enum type " + wanted + " becomes " + name);
    }
    out_.enums.push_back({table.schema, name, labels(owner)});
    return type_of[number] = quote_qualified(table.schema, name);
  };
  std::vector<std::pair<Place, std::string>> types;
  each_native([&](const Place& place, std::size_t root) {
    const Shared& set = shared.at(root);
    types.emplace_back(place, make(set.one ? set.owner : place));
  });
  for (auto& [place, type] : types) {
    out_.tables[place.table].target.columns[place.column].type = std::move(type);
  }
}

void Translator::set_defaults() {
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& source = catalog_.tables[i];
    for (std::size_t j = 0; j < source.columns.size(); ++j) {
      TargetColumn& target = out_.tables[i].target.columns[j];
      if (target.identity || source.columns[j].generated != Generated::none) continue;
      TranslatedDefault translated = translate_default(source.columns[j], target.type);
      target.default_sql = std::move(translated.sql);
      if (!translated.note.empty()) {
        note("default", source.full_name() + "." + source.columns[j].name, translated.note);
      }
    }
    note_row_width(source, out_.tables[i].target);
  }
}

void Translator::name_sequences() {
  // PostgreSQL calls an identity's sequence table_column_seq, where that is free and short enough.
  for (TranslatedTable& translated : out_.tables) {
    TargetTable& table = translated.target;
    for (TargetColumn& column : table.columns) {
      if (!column.identity) continue;
      const std::string own_choice = table.name + "_" + column.name + "_seq";
      const std::string name = relations_of(table).claim(own_choice);
      if (name != own_choice) column.identity_sequence = name;
    }
  }
}

void Translator::note_row_width(const SourceTable& table, const TargetTable& target) {
  std::size_t n_bytes = (target.columns.size() + 7) / 8;  // the null bitmap
  for (const TargetColumn& column : target.columns) n_bytes += least_row_bytes(column.type);
  if (n_bytes <= most_row_bytes) return;
  note("row width", table.full_name(),
       "a row without NULLs may take " + std::to_string(n_bytes) +
           " bytes or more, and PostgreSQL's "
           "pages hold " +
           std::to_string(most_row_bytes) + ": such a row stops the load");
}

// ---- keys

void Translator::translate_indexes() {
  // Primary keys take their names first: what they are called must not hang on other indexes.
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (const SourceIndex& index : catalog_.tables[i].indexes) {
      if (index.primary) translate_index(i, index);
    }
  }
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (const SourceIndex& index : catalog_.tables[i].indexes) {
      if (!index.primary) translate_index(i, index);
    }
  }
}

void Translator::translate_index(std::size_t table, const SourceIndex& index) {
  const SourceTable& source = catalog_.tables[table];
  if (index.kind == IndexKind::fulltext) {
    note_index(source, index, "is FULLTEXT and is left out");
    return;
  }
  TargetIndex target;
  target.primary = index.primary;
  target.unique = index.unique || index.primary;
  if (index.kind == IndexKind::spatial) {
    if (choices_.types.geometry != GeometryChoice::postgis) {
      note_index(source, index, "is SPATIAL and is left out: it needs PostGIS");
      return;
    }
    target.method = "gist";
    target.unique = false;
  }
  if (index.kind == IndexKind::hash && !index.unique) {
    note_index(source, index, "is a HASH index and becomes a btree");
  }
  std::uint64_t key_bytes = 0;
  for (const SourceIndexPart& part : index.parts) {
    if (!translate_part(table, index, part, target, key_bytes)) return;
  }
  const auto is_plain = [](const std::string& part) { return part.starts_with('"'); };
  const bool demoted =
      target.primary && !std::all_of(target.parts.begin(), target.parts.end(), is_plain);
  if (demoted) target.primary = false;
  name_index(table, index, target, demoted);
  if (demoted) {
    note_index(
        source, index,
        "covers only the beginning of a column, which no primary key can: becomes the unique "
        "index " +
            target.name);
  }
  if (target.method == "btree" && key_bytes > most_index_bytes) {
    note_index(source, index,
               "may meet values too long for it: an entry holds " +
                   std::to_string(most_index_bytes) +
                   " bytes, and building it stops at a longer one");
  }
  out_.tables[table].target.indexes.push_back(std::move(target));
}

bool Translator::translate_part(std::size_t table, const SourceIndex& index,
                                const SourceIndexPart& part, TargetIndex& out,
                                std::uint64_t& key_bytes) {
  const SourceTable& source_table = catalog_.tables[table];
  if (part.column.empty()) return translate_expression_part(table, index, part, out, key_bytes);
  const auto at = find_column(source_table, part.column);
  if (!at) {
    note_index(source_table, index,
               "is left out: this account may not see its column " + part.column);
    return false;
  }
  const SourceColumn& source = source_table.columns[*at];
  const TargetColumn& target = out_.tables[table].target.columns[*at];
  const std::string_view type = base_of(target.type);
  if (type == "json") {
    note_index(source_table, index, "is left out: PostgreSQL cannot sort json");
    return false;
  }
  const bool bytes = type == "bytea";
  const bool characters = type == "text" || type == "varchar" || type == "character";
  const bool unbounded = source.type == SourceType::text || source.type == SourceType::blob;
  const std::uint64_t whole = bytes ? source.length_bytes : source.length_characters;
  const bool prefix = (bytes || characters) && part.prefix_characters > 0 &&
                      (unbounded || part.prefix_characters < whole);
  const std::string name = quote_identifier(target.name);
  if (prefix) {
    const std::string n = std::to_string(part.prefix_characters);
    out.parts.push_back(bytes ? "substring(" + name + ", 1, " + n + ")"
                              : "left(" + name + ", " + n + ")");
    note_index(source_table, index,
               "covers the first " + n + (bytes ? " bytes of " : " characters of ") + source.name +
                   ": built on an expression, which a query must repeat to use it");
  } else if (unbounded && out.unique && (bytes || characters)) {
    out.parts.push_back("md5(" + name + ")");
    key_bytes += md5_bytes;
    note_index(source_table, index,
               "is unique over the whole of " + source.name + ": built on its md5()");
    return true;
  } else {
    out.parts.push_back(name);
  }
  // A primary key's direction is lost: PostgreSQL's has none.
  if (part.descending && !out.primary) out.parts.back() += " DESC";
  key_bytes += most_key_bytes(source, target.type, prefix ? part.prefix_characters : 0);
  return true;
}

bool Translator::translate_expression_part(std::size_t table, const SourceIndex& index,
                                           const SourceIndexPart& part, TargetIndex& out,
                                           std::uint64_t& key_bytes) {
  const SourceTable& source = catalog_.tables[table];
  const auto expression =
      translate_expression(part.expression, [&](std::string_view name) -> const TargetColumn* {
        const auto at = find_column(source, name);
        return at ? &out_.tables[table].target.columns[*at] : nullptr;
      });
  if (!expression || !expression->immutable) {
    note_index(source, index,
               "is over (" + part.expression + ") and is left out: " +
                   (expression ? "in PostgreSQL its value may change with the session"
                               : "no PostgreSQL expression is known for it"));
    return false;
  }
  out.parts.push_back("(" + expression->sql + ")" + (part.descending ? " DESC" : ""));
  if (expression->family == ValueFamily::text) key_bytes += unbounded_bytes;
  return true;
}

void Translator::name_index(std::size_t table, const SourceIndex& index, TargetIndex& out,
                            bool demoted) {
  const TargetTable& target = out_.tables[table].target;
  NameSpace& names = relations_of(target);
  if (out.primary) {
    const std::string wanted = target.name + "_pkey";
    out.name = names.claim(wanted);
    constraints_[table].claim(out.name);
    if (out.name != wanted) {
      note("renamed", catalog_.tables[table].full_name(),
           "its primary key " + wanted + " becomes " + out.name);
    }
    return;
  }
  // The source's name of a primary key says nothing outside its table.
  if (!demoted) out.name = names.try_claim(index.name);
  if (out.name == index.name) return;
  if (out.name.empty())
    out.name = names.claim(target.name + "_" + (demoted ? "primary" : index.name));
  if (!demoted) {
    note("renamed", catalog_.tables[table].full_name(),
         "index " + index.name + " becomes " + out.name +
             (index.name.size() > longest_name_bytes ? ": the name exceeds 63 bytes"
                                                     : ": index names are unique within a schema"));
  }
}

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
    const TargetColumn& column = from.columns[*at];
    const TargetColumn& referenced_column = to.columns[*referenced_at];
    if (!may_reference(column.type, referenced_column.type)) {
      return leave_out(key.columns[i] + " becomes " + column.type + ", but " + referenced_name +
                       "." + key.referenced_columns[i] + " becomes " + referenced_column.type);
    }
    target.columns.push_back(column.name);
    target.referenced_columns.push_back(referenced_column.name);
  }
  if (!is_unique(to, target.referenced_columns)) {
    return leave_out("the columns of " + referenced_name +
                     " that it points at are not unique by themselves");
  }
  target.name = constraints.claim(key.name);
  if (target.name != key.name) {
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

// ---- the rest

void Translator::note_table(const SourceTable& table) {
  if (!table.partitions.empty()) {
    note("partitions", table.full_name(),
         "its " + std::to_string(table.partitions.size()) + " partitions become one plain table");
  }
  note_checks(table);
}

void Translator::note_checks(const SourceTable& table) {
  for (const SourceCheck& check : table.checks) {
    // MariaDB's JSON is text with this check; json and jsonb check by themselves.
    const bool swallowed =
        std::any_of(table.columns.begin(), table.columns.end(), [&](const SourceColumn& column) {
          return column.type == SourceType::json && choices_.types.json != JsonChoice::text &&
                 same_ignoring_case(check.clause, "json_valid(" + in_backticks(column.name) + ")");
        });
    if (swallowed) continue;
    note("check", table.full_name(),
         "constraint " + check.name + " is not made: CHECK (" + check.clause + ")");
  }
}

void Translator::note_extras() {
  for (const SourceExtra& extra : catalog_.extras) {
    note("not migrated", extra.database + "." + extra.name,
         extra.kind + (extra.definition.empty() ? "" : ": " + extra.definition));
  }
}

}  // namespace

Translation translate(const SourceCatalog& catalog, const TranslationChoices& choices) {
  return Translator(catalog, choices).run();
}

}  // namespace millrace
