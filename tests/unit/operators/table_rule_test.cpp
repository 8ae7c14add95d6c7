#include "operators/table_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "operators/copy_tuple.h"
#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TableRule rule(const std::string& tables) {
  TableRule made;
  made.tables = tables;
  made.origin = "[[table]] (job.toml, line 1)";
  return made;
}

SourceTable orders() {
  return table("shop", "orders")
      .with(column("id").integer().not_null())
      .with(column("Note").varchar(20))
      .with(column("secret").varchar(20))
      .primary({part("id")})
      .index("by_secret", {part("secret")});
}

Translation translated(const std::vector<TableRule>& rules) {
  TranslationChoices choices;
  choices.table_rules = rules;
  return translate(catalog({orders()}), choices);
}

std::string refusal(const std::vector<TableRule>& rules) {
  try {
    for (const TableRule& one : rules) check_table_rule(one);
    translated(rules);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

std::vector<std::string> names(const TargetTable& table) {
  std::vector<std::string> all;
  for (const TargetColumn& column : table.columns) all.push_back(column.name);
  return all;
}

bool has_note(const Translation& translation, const std::string& topic,
              const std::string& message) {
  return std::any_of(translation.notes.begin(), translation.notes.end(), [&](const auto& note) {
    return note.topic == topic && note.message.find(message) != std::string::npos;
  });
}

TEST(TableRule, MovesATableToAnotherSchemaAndName) {
  TableRule one = rule("shop.orders");
  one.rename = "dwh.sales";

  const Translation made = translated({one});

  EXPECT_EQ(made.tables[0].target.full_name(), "dwh.sales");
  EXPECT_THAT(made.schemas, ElementsAre("dwh"));
  EXPECT_EQ(made.tables[0].target.indexes[0].name, "sales_pkey");
}

TEST(TableRule, KeepsTheNamesOfManyTables) {
  TableRule one = rule("shop.*");
  one.rename = "dwh.*";

  EXPECT_EQ(translated({one}).tables[0].target.full_name(), "dwh.orders");
}

TEST(TableRule, RenamesAndLeavesOutColumnsWhateverTheirCase) {
  TableRule one = rule("orders");
  one.rename_columns = {{"NOTE", "remark"}};
  one.drop_columns = {"SEC*"};

  const Translation made = translated({one});

  EXPECT_THAT(names(made.tables[0].target), ElementsAre("id", "remark"));
  EXPECT_EQ(made.tables[0].columns[1].select_expression, "`Note`");
  EXPECT_EQ(made.tables[0].target.indexes.size(), 1U);
  EXPECT_TRUE(has_note(made, "left out", "by [[table]] (job.toml, line 1)"));
  EXPECT_TRUE(has_note(made, "index", "index by_secret is left out with its column secret"));
}

TEST(TableRule, AddsColumnsThatAreTheSameInEveryRow) {
  TableRule one = rule("orders");
  one.add_columns = {{"source", "text", "{database}.{table}"}, {"pgrp", "integer", {}}};

  const TranslatedTable made = translated({one}).tables[0];

  EXPECT_THAT(names(made.target), ElementsAre("id", "Note", "secret", "source", "pgrp"));
  EXPECT_EQ(made.columns.size(), 3U);
  EXPECT_EQ(made.constants.count, 2U);
  const auto fields = fields_of_tuple(std::string("\0\2", 2) + made.constants.bytes);
  EXPECT_EQ(fields[0], "shop.orders");
  EXPECT_EQ(fields[1], std::nullopt);
}

TEST(TableRule, ReadsTheValueOfAnAddedColumnAsItsType) {
  const auto bytes = [](const std::string& type, const std::string& value) {
    return encode_constant({"a", type, value}, "it").bytes;
  };
  EXPECT_EQ(bytes("smallint", "7"), std::string("\0\0\0\2\0\7", 6));
  EXPECT_EQ(bytes("boolean", "yes"), std::string("\0\0\0\1\1", 5));
  EXPECT_EQ(encode_constant({"a", "varchar(3)", "abc"}, "it").type, "varchar(3)");
  EXPECT_THROW(bytes("smallint", "x"), Error);
  EXPECT_THROW(bytes("varchar(3)", "abcd"), Error);
  EXPECT_THROW(bytes("point", "1,2"), Error);
}

TEST(TableRule, FiltersRowsAndSaysSo) {
  TableRule one = rule("shop.orders");
  one.where = "id > 5 OR id = 1";

  const Translation made = translated({one});

  EXPECT_EQ(made.tables[0].row_filter, "(id > 5 OR id = 1)");
  EXPECT_TRUE(has_note(made, "row filter", "only rows WHERE (id > 5 OR id = 1)"));
}

TEST(TableRule, LetsTheLaterRuleWin) {
  TableRule first = rule("shop.*");
  first.rename = "a.*";
  first.where = "id > 1";
  TableRule second = rule("shop.orders");
  second.rename = "b.c";

  const Translation made = translated({first, second});

  EXPECT_EQ(made.tables[0].target.full_name(), "b.c");
  EXPECT_EQ(made.tables[0].row_filter, "(id > 1)");
}

TEST(TableRule, RefusesWhatCannotBe) {
  TableRule empty = rule("shop.orders");
  EXPECT_THAT(refusal({empty}), HasSubstr("says nothing of its tables"));

  TableRule three = rule("a.b.c");
  three.where = "1";
  EXPECT_THAT(refusal({three}), HasSubstr("'a.b.c' names no table"));

  TableRule many = rule("shop.*");
  many.rename = "dwh.one";
  EXPECT_THAT(refusal({many}), HasSubstr("several tables would all be named dwh.one"));

  TableRule odd = rule("shop.orders");
  odd.rename = "dwh.*_x";
  EXPECT_THAT(refusal({odd}), HasSubstr("is no new name"));

  TableRule unknown = rule("shop.ordres");
  unknown.where = "1";
  EXPECT_THAT(refusal({unknown}), HasSubstr("did you mean shop.orders?"));
  unknown.optional = true;
  EXPECT_EQ(refusal({unknown}), "taken");

  TableRule no_column = rule("shop.orders");
  no_column.drop_columns = {"secrte"};
  EXPECT_THAT(refusal({no_column}), HasSubstr("did you mean secret?"));

  TableRule key = rule("shop.orders");
  key.drop_columns = {"id"};
  EXPECT_THAT(refusal({key}), HasSubstr("it leaves out a column of the primary key"));

  TableRule clash = rule("shop.orders");
  clash.rename_columns = {{"Note", "secret"}};
  EXPECT_THAT(refusal({clash}), HasSubstr("secret and Note would both be secret"));

  TableRule added = rule("shop.orders");
  added.add_columns = {{"secret", "text", "x"}};
  EXPECT_THAT(refusal({added}), HasSubstr("the table has a column of this name"));

  TableRule system = rule("shop.orders");
  system.rename = "pg_catalog.orders";
  EXPECT_THAT(refusal({system}), HasSubstr("PostgreSQL keeps that name for itself"));
}

}  // namespace
}  // namespace millrace
