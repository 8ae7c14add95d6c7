#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using testing::HasSubstr;

TranslationChoices with_casts(const std::vector<std::string>& texts) {
  TranslationChoices choices;
  for (const std::string& text : texts) choices.casts.push_back(parse_cast_rule(text, "--cast"));
  return choices;
}

const TargetColumn& only_column(const Translation& translation) {
  return translation.tables.at(0).target.columns.at(0);
}

Translation of_one(const SourceColumn& column, const std::string& cast) {
  return translate(catalog({table("shop", "orders").with(column)}), with_casts({cast}));
}

std::string refusal(const SourceCatalog& source, const std::vector<std::string>& casts) {
  try {
    translate(source, with_casts(casts));
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

bool has_note(const Translation& translation, const std::string& message) {
  return std::any_of(translation.notes.begin(), translation.notes.end(), [&](const auto& note) {
    return note.message.find(message) != std::string::npos;
  });
}

SourceCatalog parent_and_child() {
  return catalog(
      {table("shop", "parent").with(column("id").integer().not_null()).primary({part("id")}),
       table("shop", "child")
           .with(column("parent_id").integer())
           .references("child_parent", "parent_id", "parent", "id")});
}

TEST(CastTranslation, ConvertsDefaultsLikeValues) {
  const auto default_of = [](const SourceColumn& column, const std::string& cast) {
    return only_column(of_one(column, cast)).default_sql;
  };
  EXPECT_EQ(default_of(column("a").integer().literal("5"), "int => timestamptz using epoch"),
            "to_timestamp(5)");
  EXPECT_EQ(
      default_of(column("a").integer().literal("5"), "int => timestamp using epoch-milliseconds"),
      "(to_timestamp(5 / 1000.0) AT TIME ZONE 'UTC')");
  EXPECT_EQ(default_of(column("a").integer().literal("1"), "int => boolean"), "true");
  EXPECT_EQ(default_of(column("a").integer().literal("7"), "int => text"), "'7'");
  EXPECT_EQ(default_of(column("a").integer().literal("7"), "int => numeric(12,2)"), "7");
  EXPECT_EQ(default_of(column("a").integer().literal("2130706433"), "int => inet"), "'127.0.0.1'");
  EXPECT_EQ(default_of(column("a").varchar(9).literal(" 7"), "varchar => integer"), "7");
  EXPECT_EQ(default_of(column("a").varchar(9).literal("N"), "varchar => boolean"), "false");
  EXPECT_EQ(default_of(column("a").varchar(9).literal("[]"), "varchar => jsonb"), "'[]'");
  EXPECT_EQ(default_of(column("a").varchar(9).literal("x"), "varchar => text"), "'x'");
  EXPECT_EQ(default_of(column("a").integer().expression("unix_timestamp()"),
                       "int => timestamptz using epoch"),
            "CURRENT_TIMESTAMP(0)");
}

TEST(CastTranslation, LeavesOutADefaultThatTheConversionRefuses) {
  const Translation made =
      of_one(column("a").varchar(9).literal("").not_null(), "varchar => integer");

  EXPECT_EQ(only_column(made).default_sql, "");
  EXPECT_TRUE(has_note(made, "is left out: invalid number; an INSERT must now give a value"));
}

TEST(CastTranslation, MakesNoDefaultOfAValueThatMeansNull) {
  const Translation made = of_one(column("a").integer().literal("0").not_null(),
                                  "int => timestamptz using epoch null if 0");

  EXPECT_EQ(only_column(made).default_sql, "");
  EXPECT_TRUE(only_column(made).nullable);
  EXPECT_TRUE(has_note(made, "default 0 is NULL by the rule"));
  EXPECT_TRUE(has_note(made, "loses NOT NULL"));
}

TEST(CastTranslation, KeepsADefaultWhereOnlyOtherValuesBecomeNull) {
  const Translation made = of_one(column("a").integer().literal("3"), "int => null if -1");

  EXPECT_EQ(only_column(made).default_sql, "3");
  EXPECT_EQ(only_column(made).type, "integer");
}

TEST(CastTranslation, RefusesNullsInAPrimaryKey) {
  const auto source = catalog(
      {table("shop", "orders").with(column("id").integer().not_null()).primary({part("id")})});

  EXPECT_THAT(refusal(source, {"int => bigint null if 0"}),
              HasSubstr("it makes NULLs in a column of the primary key"));
}

TEST(CastTranslation, RefusesToSplitTheEndsOfAForeignKeyAndNamesBoth) {
  const std::string refused = refusal(parent_and_child(), {"shop.parent.id => bigint"});

  EXPECT_THAT(refused, HasSubstr("shop.parent.id"));
  EXPECT_THAT(refused, HasSubstr("shop.child.parent_id"));
  EXPECT_THAT(refused, HasSubstr("bigint and integer"));
}

TEST(CastTranslation, ConvertsBothEndsOfAForeignKeyTogether) {
  const Translation made = translate(parent_and_child(), with_casts({"int => bigint"}));

  EXPECT_EQ(made.tables[1].target.columns[0].type, "bigint");
  EXPECT_EQ(made.tables[1].target.foreign_keys.size(), 1U);
}

TEST(CastTranslation, RefusesTwoByteOrdersOfOneKey) {
  const auto source = catalog(
      {table("shop", "parent").with(column("id").binary(16).not_null()).primary({part("id")}),
       table("shop", "child")
           .with(column("parent_id").binary(16))
           .references("child_parent", "parent_id", "parent", "id")});

  EXPECT_THAT(refusal(source, {"binary(16) => uuid", "shop.parent.id => uuid using swapped"}),
              HasSubstr("a foreign key ties"));
}

TEST(CastTranslation, MakesOnePlainTableWhereTheKeyOfPartitionsIsConverted) {
  SourceTable orders = table("shop", "orders").with(column("at").integer().not_null());
  orders.partitions.emplace_back().name = "p0";
  orders.partitions.back().bounds = "100";
  orders.partitioning.method = "RANGE";
  orders.partitioning.expression = "`at`";
  const auto source = catalog({orders});

  EXPECT_EQ(translate(source, with_casts({})).tables[0].target.partition_by, "RANGE (\"at\")");
  const Translation made = translate(source, with_casts({"int => timestamptz using epoch"}));

  EXPECT_EQ(made.tables[0].target.partition_by, "");
  EXPECT_TRUE(has_note(made, "a rule converts its key"));
}

TEST(CastTranslation, NamesTheRuleAndTheColumnThatItCannotConvert) {
  const auto source = catalog({table("shop", "orders").with(column("at").integer())});

  const std::string refused = refusal(source, {"int => uuid"});

  EXPECT_THAT(refused, HasSubstr("cannot use --cast: no conversion is known from"));
  EXPECT_THAT(refused, HasSubstr("table=shop.orders"));
  EXPECT_THAT(refused, HasSubstr("column=at"));
}

}  // namespace
}  // namespace millrace
