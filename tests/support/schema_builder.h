#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "io/source_schema.h"

namespace millrace {

/// Builds a SourceColumn by what a test wants to say of it:
/// `column("qty").type(SourceType::integer).not_null().literal("0")`.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(std::string name) { built_.name = std::move(name); }

  ColumnBuilder& type(SourceType type) {
    built_.type = type;
    built_.data_type = name_of(type);
    return *this;
  }
  ColumnBuilder& integer() { return type(SourceType::integer); }
  ColumnBuilder& bigint_unsigned() {
    built_.is_unsigned = true;
    return type(SourceType::bigint);
  }
  ColumnBuilder& tinyint1() {
    built_.display_width = 1;
    return type(SourceType::tinyint);
  }
  ColumnBuilder& bit(std::uint32_t width) {
    built_.display_width = width;
    return type(SourceType::bit);
  }
  ColumnBuilder& varchar(std::uint64_t characters) {
    return sized(SourceType::varchar, characters);
  }
  ColumnBuilder& character(std::uint64_t characters) {
    return sized(SourceType::character, characters);
  }
  ColumnBuilder& text() {
    built_.charset = "utf8mb4";
    built_.length_characters = built_.length_bytes = 65535;
    return type(SourceType::text);
  }
  ColumnBuilder& binary(std::uint64_t bytes) {
    built_.length_characters = built_.length_bytes = bytes;
    return type(SourceType::binary);
  }
  ColumnBuilder& blob() {
    built_.length_characters = built_.length_bytes = 65535;
    return type(SourceType::blob);
  }
  ColumnBuilder& labels(std::vector<std::string> labels) {
    built_.labels = std::move(labels);
    built_.charset = "utf8mb4";
    return *this;
  }
  ColumnBuilder& enumeration(std::vector<std::string> members) {
    return type(SourceType::enumeration).labels(std::move(members));
  }
  ColumnBuilder& set(std::vector<std::string> members) {
    return type(SourceType::set).labels(std::move(members));
  }
  ColumnBuilder& collation(std::string collation) {
    built_.collation = std::move(collation);
    return *this;
  }
  ColumnBuilder& charset(std::string charset) {
    built_.charset = std::move(charset);
    return *this;
  }
  ColumnBuilder& not_null() {
    built_.nullable = false;
    return *this;
  }
  ColumnBuilder& auto_increment() {
    built_.auto_increment = true;
    return not_null();
  }
  ColumnBuilder& literal(std::string text) {
    built_.default_kind = DefaultKind::literal;
    built_.default_text = std::move(text);
    return *this;
  }
  ColumnBuilder& expression(std::string sql) {
    built_.default_kind = DefaultKind::expression;
    built_.default_text = std::move(sql);
    return *this;
  }
  ColumnBuilder& comment(std::string text) {
    built_.comment = std::move(text);
    return *this;
  }
  ColumnBuilder& invisible() {
    built_.invisible = true;
    return *this;
  }
  ColumnBuilder& on_update() {
    built_.on_update_current_timestamp = true;
    return *this;
  }
  ColumnBuilder& generated(Generated kind, std::string expression) {
    built_.generated = kind;
    built_.generation_expression = std::move(expression);
    return *this;
  }
  operator SourceColumn() const { return built_; }  // NOLINT(google-explicit-constructor)

 private:
  /// As the catalog calls the usual ones; rules select by it.
  static std::string name_of(SourceType type) {
    switch (type) {
      case SourceType::tinyint: return "tinyint";
      case SourceType::integer: return "int";
      case SourceType::bigint: return "bigint";
      case SourceType::varchar: return "varchar";
      case SourceType::character: return "char";
      case SourceType::text: return "text";
      case SourceType::binary: return "binary";
      case SourceType::blob: return "blob";
      case SourceType::enumeration: return "enum";
      case SourceType::set: return "set";
      default: return {};
    }
  }
  ColumnBuilder& sized(SourceType kind, std::uint64_t characters) {
    built_.charset = "utf8mb4";
    built_.length_characters = characters;
    built_.length_bytes = 4 * characters;
    return type(kind);
  }

  SourceColumn built_;
};

inline ColumnBuilder column(std::string name) { return ColumnBuilder(std::move(name)); }

inline SourceIndexPart part(std::string column) {
  SourceIndexPart built;
  built.column = std::move(column);
  return built;
}
inline SourceIndexPart prefix(std::string column, std::uint32_t characters) {
  SourceIndexPart built = part(std::move(column));
  built.prefix_characters = characters;
  return built;
}
inline SourceIndexPart descending(std::string column) {
  SourceIndexPart built = part(std::move(column));
  built.descending = true;
  return built;
}
inline SourceIndexPart functional(std::string expression) {
  SourceIndexPart built;
  built.expression = std::move(expression);
  return built;
}

/// Builds a SourceTable: `table("shop",
/// "orders").with(column("id").integer()).primary({part("id")})`.
class TableBuilder {
 public:
  TableBuilder(std::string database, std::string name) {
    built_.database = std::move(database);
    built_.name = std::move(name);
  }

  TableBuilder& with(SourceColumn column) {
    built_.columns.push_back(std::move(column));
    return *this;
  }
  TableBuilder& primary(std::vector<SourceIndexPart> parts) {
    unique("PRIMARY", std::move(parts));
    built_.indexes.back().primary = true;
    return *this;
  }
  TableBuilder& unique(std::string name, std::vector<SourceIndexPart> parts,
                       IndexKind kind = IndexKind::btree) {
    index(std::move(name), std::move(parts), kind);
    built_.indexes.back().unique = true;
    return *this;
  }
  TableBuilder& index(std::string name, std::vector<SourceIndexPart> parts,
                      IndexKind kind = IndexKind::btree) {
    SourceIndex& index = built_.indexes.emplace_back();
    index.name = std::move(name);
    index.parts = std::move(parts);
    index.kind = kind;
    return *this;
  }
  /// A foreign key within the same database.
  TableBuilder& references(std::string name, std::string column, std::string table,
                           std::string referenced_column) {
    built_.foreign_keys.push_back({.name = std::move(name),
                                   .columns = {std::move(column)},
                                   .referenced_database = built_.database,
                                   .referenced_table = std::move(table),
                                   .referenced_columns = {std::move(referenced_column)},
                                   .on_delete = "RESTRICT",
                                   .on_update = "RESTRICT"});
    return *this;
  }
  TableBuilder& on_delete(std::string action) {
    built_.foreign_keys.back().on_delete = std::move(action);
    return *this;
  }
  TableBuilder& on_update(std::string action) {
    built_.foreign_keys.back().on_update = std::move(action);
    return *this;
  }
  TableBuilder& check(std::string name, std::string clause) {
    built_.checks.push_back({std::move(name), std::move(clause)});
    return *this;
  }
  TableBuilder& comment(std::string text) {
    built_.comment = std::move(text);
    return *this;
  }
  TableBuilder& next_auto_increment(std::uint64_t next) {
    built_.next_auto_increment = next;
    return *this;
  }
  TableBuilder& partitioned(std::string method, std::string expression) {
    built_.partitioning = {.method = std::move(method), .expression = std::move(expression)};
    return *this;
  }
  TableBuilder& partition(std::string name, std::string bounds = {}, std::string comment = {}) {
    built_.partitions.push_back(
        {.name = std::move(name), .bounds = std::move(bounds), .comment = std::move(comment)});
    return *this;
  }
  operator SourceTable() const { return built_; }  // NOLINT(google-explicit-constructor)

 private:
  SourceTable built_;
};

inline TableBuilder table(std::string database, std::string name) {
  return {std::move(database), std::move(name)};
}

inline SourceCatalog catalog(std::initializer_list<SourceTable> tables) {
  SourceCatalog made;
  made.tables = tables;
  return made;
}

}  // namespace millrace
