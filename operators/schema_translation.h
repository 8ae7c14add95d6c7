#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/source_schema.h"
#include "io/target_schema.h"
#include "operators/cast_rule.h"
#include "operators/column_encoding.h"
#include "operators/schema_choices.h"
#include "operators/table_rule.h"
#include "operators/text_comparison.h"
#include "operators/text_reading.h"
#include "operators/type_mapping.h"

namespace millrace {

/// One source column and what it becomes; the SELECT list and the COPY column list are in this
/// order.
struct TranslatedColumn {
  std::size_t source = 0;         // index into SourceTable::columns
  std::size_t target = 0;         // index into TargetTable::columns
  std::string select_expression;  // MySQL SQL, quoted: "`qty`", "CONVERT(`x` USING utf8mb4)"
  ColumnEncoding encoding;

  bool operator==(const TranslatedColumn&) const = default;
  std::string checked_charset{};  // as in TextReading
};

/// One source table, what it becomes, and how each value gets there.
struct TranslatedTable {
  std::size_t source = 0;  // index into SourceCatalog::tables
  TargetTable target;
  SharedVector<TranslatedColumn> columns;
  /// Columns that the target computes: nobody copies them, but a proof may compare them.
  SharedVector<TranslatedColumn> computed;
  /// The last columns of `target`: those that no source column is behind, the same in every row.
  ConstantFields constants = {};
  std::string row_filter = {};  // MySQL SQL in parentheses: only these rows; empty: all
};

/// Something that arrives differently or not at all, told to the user in `plan` and in the report.
///
/// Topics: "renamed", "type", "default", "index", "foreign key", "check", "generated column",
/// "invisible column", "on update", "partitions", "row width", "consolidated", "not migrated",
/// "cast", "left out", "row filter", "collation", "comment".
struct TranslationNote {
  std::string topic;
  std::string where;  // in the source's names: "shop.orders.qty", "shop.orders"
  std::string message;
};

struct Translation {
  std::vector<std::string> schemas;  // to create, in order
  std::vector<TargetEnum> enums;
  std::vector<TargetCollation> collations;
  std::vector<TranslatedTable> tables;  // same order as the catalog's
  std::vector<TargetSequence> sequences;
  std::vector<TargetView> views;  // to try when the tables stand, in any order
  std::vector<TranslationNote> notes;
};

struct TranslationChoices {
  TypeChoices types;
  SchemaChoices schema = {};
  std::vector<CastRule> casts = {};  // which of them wins: operators/cast_rule_set.h
  std::vector<TableRule> table_rules = {};
  int target_version = 0;  // 180001: what the target can, for example virtual generated columns
  std::map<std::string, std::string> schema_of_database;  // --schema-map; others keep their name
  /// Where the target's PostGIS lives: our sessions search no schema.
  std::string postgis_schema = {};
  std::map<std::string, TextHolds> text_holds = {};     // by "database.table.column"
  CaseChoice case_insensitive = CaseChoice::keep;       // of text whose collation ignores case
  std::map<std::string, CaseChoice> case_choices = {};  // by "database.table.column": wins over it
  std::string citext_schema = {};                       // where the target's citext lives
};

/// Work out the target's schema. Pure: the same catalog and choices give the same names and SQL.
///
/// Names:   tables keep theirs; an index keeps its own where that is free in its schema, else it is
///          called table_index; a primary key is called table_pkey; an enum type table_column.
/// Keys:    columns that foreign keys tie together get one type: one enum, or bigint where one of
///          them is an auto_increment key.
/// Ensures: every name is at most 63 bytes and unique in its name space; each change is noted.
/// Errors:  Error{bad_request} where no faithful table can be made (more than 1,600 columns,
///          a type we do not know), naming table and column; where a rule cannot be followed.
Translation translate(const SourceCatalog& catalog, const TranslationChoices& choices);

}  // namespace millrace
