#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/source_schema.h"
#include "operators/column_encoding.h"

namespace millrace {

/// A column that the target has and the source does not.
struct AddedColumn {
  std::string name;
  std::string type;  // PostgreSQL's, as a rule may name it
  /// The same text in every row, read as `type`; {database} and {table} stand for the source's
  /// names. None: NULL.
  std::optional<std::string> value;
  std::string origin = {};  // of the rule, for messages
};

/// What a job says of whole tables. Every rule that selects a table applies; where two say
/// different things of the same, the later one wins.
struct TableRule {
  std::string tables;  // "database.table" or "table": each part a glob, or in backticks
  std::string rename;  // "schema.table", "table" or "schema.*"; empty: as it is
  std::string where;   // MySQL's SQL: only rows that it is true for are read; empty: all
  std::vector<std::string> drop_columns;              // globs
  std::map<std::string, std::string> rename_columns;  // old name -> new name
  std::vector<AddedColumn> add_columns;
  bool optional = false;  // may select no table without anybody being told

  std::string origin;  // for messages: "[[table]] (job.toml, line 12)"
};

/// Errors: Error{bad_request} for a rule that cannot be followed whatever the tables are.
void check_table_rule(const TableRule& rule);

/// Errors: Error{bad_request} where it selects a part of a consolidated table: see means_table().
bool selects(const TableRule& rule, const SourceTable& table);

/// All that the rules say of one table.
struct TableOrders {
  std::string schema;  // empty: as for all tables of its database
  std::string name;    // empty: its own
  std::string where;   // one condition in parentheses; empty: none
  std::vector<const TableRule*> rules;
};

/// The orders for `table`. Errors: as of selects().
TableOrders orders_for(const SourceTable& table, const std::vector<TableRule>& rules);

/// What the column is called by the rules; none where they do not say.
std::optional<std::string> name_by_rule(const TableOrders& orders, const SourceColumn& column);

/// The rule that drops the column; null where it stays.
const TableRule* dropped_by(const TableOrders& orders, const SourceColumn& column);

/// Columns that rules drop or rename and that are not there: refused with the nearest name.
void refuse_unknown_columns(const TableOrders& orders, const SourceTable& table);

/// Rules that select no table: refused with the nearest name, unless they are optional.
void refuse_unknown_tables(const std::vector<TableRule>& rules, const SourceCatalog& catalog);

/// The columns that the rules add to `table`, in order, with the placeholders filled in.
std::vector<AddedColumn> added_columns(const TableOrders& orders, const SourceTable& table);

/// The field of an added column, the same in every row, and its type as PostgreSQL names it.
struct EncodedConstant {
  std::string type;
  std::string bytes;  // one COPY binary field with its length word
};

/// Errors: Error{bad_request} where the type cannot be made of text, or the value is none of it.
EncodedConstant encode_constant(const AddedColumn& column, std::string_view origin);

}  // namespace millrace
