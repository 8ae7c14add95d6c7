#include "io/mysql/catalog_rows.h"

#include <gtest/gtest.h>

#include "io/mysql/catalog_extras.h"

// Rows as a MySQL 8 server gives them, which no server of the tests is. Source: MySQL 8.0 Reference
// Manual, "The INFORMATION_SCHEMA COLUMNS Table", "... STATISTICS Table", "Data Type Default
// Values" and "Generated Columns in CREATE TABLE".
namespace millrace::mysql {
namespace {

const Cell null{"", true};

Cell text(const char* value) { return {value, false}; }

/// A column whose default and EXTRA are these.
Row column_row(const char* type, const Cell& value, const char* extra, const char* nullable = "YES",
               const Cell& expression = {"", false}) {
  const std::string whole = type;
  return {text("shop"), text("t"),      text("c"), text(whole.substr(0, whole.find('(')).c_str()),
          text(type),   text(nullable), null,      null,
          null,         null,           null,      value,
          text(extra),  null,           null,      text(""),
          expression};
}

SourceColumn column_of_mysql8(const Row& row) { return column_of(row, false); }

Row index_row(const char* name, const char* non_unique, const Cell& column, const Cell& expression,
              const char* hidden = "0", const char* direction = "A") {
  return {text("shop"),    text("t"),     text(name), text(non_unique), column,      null,
          text(direction), text("BTREE"), text(""),   expression,       text(hidden)};
}

TEST(CatalogRows, ExpressionDefaultIsMarkedInExtra) {
  const SourceColumn column =
      column_of_mysql8(column_row("varchar(36)", text("uuid()"), "DEFAULT_GENERATED"));

  EXPECT_EQ(column.default_kind, DefaultKind::expression);
  EXPECT_EQ(column.default_text, "uuid()");
  EXPECT_EQ(column.generated, Generated::none);
}

TEST(CatalogRows, SameTextWithoutTheMarkIsALiteral) {
  const SourceColumn column = column_of_mysql8(column_row("varchar(36)", text("uuid()"), ""));

  EXPECT_EQ(column.default_kind, DefaultKind::literal);
  EXPECT_EQ(column.default_text, "uuid()");
}

TEST(CatalogRows, PresentMomentAsDefaultAndOnUpdate) {
  const SourceColumn column =
      column_of_mysql8(column_row("timestamp(3)", text("CURRENT_TIMESTAMP(3)"),
                                  "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)", "NO"));

  EXPECT_EQ(column.default_kind, DefaultKind::expression);
  EXPECT_EQ(column.default_text, "CURRENT_TIMESTAMP(3)");
  EXPECT_TRUE(column.on_update_current_timestamp);
}

TEST(CatalogRows, NoDefaultAndDefaultNullAreOneForColumnsThatMayBeNull) {
  EXPECT_EQ(column_of_mysql8(column_row("int", null, "")).default_kind, DefaultKind::null);
  EXPECT_EQ(column_of_mysql8(column_row("int", null, "", "NO")).default_kind, DefaultKind::none);
}

TEST(CatalogRows, BitLiteralIsAnExpression) {
  EXPECT_EQ(column_of_mysql8(column_row("bit(4)", text("b'101'"), "")).default_kind,
            DefaultKind::expression);
}

TEST(CatalogRows, IntegersHaveNoDisplayWidthAndTinyint1KeepsIts) {
  EXPECT_EQ(column_of_mysql8(column_row("int", null, "")).display_width, 0U);
  EXPECT_EQ(column_of_mysql8(column_row("tinyint(1)", null, "")).display_width, 1U);
  EXPECT_TRUE(column_of_mysql8(column_row("bigint unsigned", null, "")).is_unsigned);
}

TEST(CatalogRows, GeneratedColumnsSayHowTheyAreKept) {
  const Cell expression = text(R"(concat(`a`,_utf8mb4\'-\'))");
  const SourceColumn stored =
      column_of_mysql8(column_row("varchar(9)", null, "STORED GENERATED", "YES", expression));
  const SourceColumn hidden = column_of_mysql8(
      column_row("varchar(9)", null, "VIRTUAL GENERATED INVISIBLE", "YES", expression));

  EXPECT_EQ(stored.generated, Generated::stored);
  EXPECT_EQ(stored.generation_expression, expression.text);
  EXPECT_FALSE(stored.invisible);
  EXPECT_EQ(hidden.generated, Generated::virtual_);
  EXPECT_TRUE(hidden.invisible);
}

TEST(CatalogRows, FunctionalIndexHasExpressionsInPlaceOfColumns) {
  SourceTable table;
  add_index_part(table, index_row("both", "1", text("a"), null));
  add_index_part(table, index_row("both", "1", null, text("lower(`b`)"), "0", "D"));

  ASSERT_EQ(table.indexes.size(), 1U);
  ASSERT_EQ(table.indexes[0].parts.size(), 2U);
  EXPECT_EQ(table.indexes[0].parts[0].column, "a");
  EXPECT_EQ(table.indexes[0].parts[0].expression, "");
  EXPECT_EQ(table.indexes[0].parts[1].column, "");
  EXPECT_EQ(table.indexes[0].parts[1].expression, "lower(`b`)");
  EXPECT_TRUE(table.indexes[0].parts[1].descending);
}

TEST(CatalogRows, InvisibleIndexIsSeenAsSuchAndStaysUnique) {
  SourceTable table;
  add_index_part(table, index_row("PRIMARY", "0", text("id"), null));
  add_index_part(table, index_row("once", "0", text("a"), null, "1"));

  ASSERT_EQ(table.indexes.size(), 2U);
  EXPECT_TRUE(table.indexes[0].primary);
  EXPECT_FALSE(table.indexes[0].invisible);
  EXPECT_TRUE(table.indexes[1].invisible);
  EXPECT_TRUE(table.indexes[1].unique);
}

TEST(CatalogRows, CheckOfJsonIsMariadbsAloneAndOthersAreKept) {
  SourceTable table;
  table.columns.push_back(column_of_mysql8(column_row("json", null, "")));
  take_check(table, "t_chk_1", "(json_valid(`c`))", true);
  take_check(table, "t_chk_2", R"((`c` <> _utf8mb4\'x\'))", false);

  EXPECT_EQ(table.columns[0].type, SourceType::json);
  ASSERT_EQ(table.checks.size(), 2U);
  EXPECT_TRUE(table.checks[0].enforced);
  EXPECT_FALSE(table.checks[1].enforced);
}

TEST(CatalogRows, RoutineWhoseBodyIsHiddenSaysSo) {
  const Row row{text("FUNCTION"), text("shop"),         text("f"),       text("int"),
                text("NO"),       text("CONTAINS SQL"), text("INVOKER"), null};

  const SourceExtra extra = catalog_rows::routine_of(row, {"`a` int", "`b` text"});

  EXPECT_EQ(extra.kind, "function");
  EXPECT_EQ(extra.definition,
            "CREATE FUNCTION `f`(`a` int, `b` text) RETURNS int SQL SECURITY INVOKER (this account "
            "may not read its body)");
  EXPECT_TRUE(extra.body_hidden);
}

TEST(CatalogRows, EventThatRecursTellsWhenItBeginsAndEnds) {
  const Row row{text("shop"),
                text("e"),
                null,
                text("'1:30'"),
                text("HOUR_MINUTE"),
                text("2024-01-01 00:00:00"),
                text("2025-01-01 00:00:00"),
                text("PRESERVE"),
                text("SLAVESIDE_DISABLED"),
                text("delete from t")};

  EXPECT_EQ(
      catalog_rows::event_of(row).definition,
      "CREATE EVENT `e` ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2024-01-01 00:00:00' ENDS "
      "'2025-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE ON SLAVE DO delete from t");
}

}  // namespace
}  // namespace millrace::mysql
