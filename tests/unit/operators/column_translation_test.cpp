#include <string>

#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"
#include "tests/support/translated_schema.h"

namespace millrace {
namespace {

TEST(SchemaTranslation, ColumnsAreSelectedByTheirQuotedNames) {
  const auto result = translated({table("s", "t").with(column("a`b").integer())});

  EXPECT_EQ(result.tables.at(0).columns.at(0).select_expression, "`a``b`");
}

TEST(SchemaTranslation, RareCharsetsAreConvertedByTheSource) {
  const auto result = translated({table("s", "t").with(column("a").varchar(9).charset("gbk"))});

  const TranslatedColumn& first = result.tables.at(0).columns.at(0);
  EXPECT_NE(first.select_expression.find("CONVERT(`a` USING utf8mb4)"), std::string::npos);
  EXPECT_EQ(first.checked_charset, "gbk");
}

TEST(SchemaTranslation, SystemColumnIsRenamedAndNoted) {
  const auto result = translated({table("s", "t").with(column("xmin").integer())});

  EXPECT_EQ(first_column(result).name, "xmin_");
  EXPECT_EQ(notes_of(result),
            Lines{"renamed at s.t.xmin: PostgreSQL keeps this name in every table: becomes xmin_"});
}

TEST(SchemaTranslation, RenamedColumnMeetsItsNeighbour) {
  const auto result =
      translated({table("s", "t").with(column("xmin").integer()).with(column("xmin_").integer())});

  EXPECT_EQ(only_table(result).columns.at(0).name, "xmin_");
  EXPECT_EQ(only_table(result).columns.at(1).name, "xmin__2");
}

TEST(SchemaTranslation, DefaultIsTranslated) {
  const auto result =
      translated({table("s", "t").with(column("flag").tinyint1().not_null().literal("1"))});

  EXPECT_EQ(first_column(result).type, "boolean");
  EXPECT_EQ(first_column(result).default_sql, "true");
  EXPECT_FALSE(first_column(result).nullable);
}

TEST(SchemaTranslation, DefaultThatIsLeftOutIsNoted) {
  const auto result =
      translated({table("s", "t").with(column("d").type(SourceType::date).literal("0000-00-00"))});

  EXPECT_EQ(
      notes_of(result),
      Lines{"default at s.t.d: default 0000-00-00 is left out: PostgreSQL has no such date or "
            "time"});
}

TEST(SchemaTranslation, AutoIncrementBecomesAnIdentity) {
  const auto result = translated({table("s", "t")
                                      .with(column("id").integer().auto_increment())
                                      .primary({part("id")})
                                      .next_auto_increment(1001)});

  EXPECT_TRUE(first_column(result).identity);
  EXPECT_EQ(first_column(result).identity_sequence, "");
  EXPECT_EQ(only_table(result).next_identity, 1001U);
}

TEST(SchemaTranslation, SequenceGivesWayToATableOfItsName) {
  const auto result = translated({table("s", "t").with(column("id").integer().auto_increment()),
                                  table("s", "t_id_seq").with(column("id").integer())});

  EXPECT_EQ(first_column(result).identity_sequence, "t_id_seq_2");
}

TEST(SchemaTranslation, AutoIncrementOfTinyint1IsNoBoolean) {
  const auto result = translated({table("s", "t").with(column("id").tinyint1().auto_increment())});

  EXPECT_EQ(first_column(result).type, "smallint");
  EXPECT_TRUE(first_column(result).identity);
}

TEST(SchemaTranslation, AutoIncrementOfAFloatIsNoted) {
  const auto result =
      translated({table("s", "t").with(column("id").type(SourceType::float64).auto_increment())});

  EXPECT_FALSE(first_column(result).identity);
  EXPECT_EQ(
      result.notes.at(0).message,
      "auto_increment is left out: a column of type double precision cannot be an identity; an "
      "INSERT must now give a value");
}

TEST(SchemaTranslation, InvisibleColumnIsCopiedAndNoted) {
  const auto result = translated({table("s", "t").with(column("i").integer().invisible())});

  EXPECT_EQ(first_column(result).name, "i");
  EXPECT_EQ(result.notes.at(0).topic, "invisible column");
}

TEST(SchemaTranslation, WhatATypeDoesToANumberBesidesHoldingItIsNoted) {
  SourceColumn padded = column("n").integer();
  padded.column_type = "int(6) unsigned zerofill";
  SourceColumn rounded = column("d").type(SourceType::float64);
  rounded.column_type = "double(8,2)";
  SourceColumn plain = column("p").type(SourceType::float64);
  plain.column_type = "double";

  EXPECT_EQ(
      notes_of(translated({table("s", "t").with(padded).with(rounded).with(plain)})),
      (Lines{"type at s.t.n: ZEROFILL is left out: the number arrives without zeros before it",
             "type at s.t.d: the values arrive as double(8,2) rounded them; PostgreSQL rounds "
             "no more"}));
}

TEST(SchemaTranslation, OnUpdateBecomesATriggerThatTablesOfTheSameColumnsShare) {
  const auto stamped = [](const char* name) {
    return table("s", name).with(column("at").type(SourceType::timestamp).on_update());
  };
  const auto result = translated({stamped("t"), stamped("u")});

  EXPECT_TRUE(result.notes.empty());
  ASSERT_TRUE(result.tables.at(0).target.touch && result.tables.at(1).target.touch);
  EXPECT_EQ(result.tables.at(0).target.touch->columns, Lines{"at"});
  EXPECT_EQ(result.tables.at(0).target.touch->function, "millrace_on_update_at");
  EXPECT_EQ(result.tables.at(1).target.touch->function, "millrace_on_update_at");
}

TEST(SchemaTranslation, OnUpdateOfTwoColumnsIsNotThatOfOneWhoseNameIsBothOfTheirs) {
  const auto stamp = [](const char* name) {
    return column(name).type(SourceType::timestamp).on_update();
  };
  const auto result = translated({table("s", "t").with(stamp("last")).with(stamp("login")),
                                  table("s", "u").with(stamp("last_login"))});

  EXPECT_NE(result.tables.at(0).target.touch->function, result.tables.at(1).target.touch->function);
}

TEST(SchemaTranslation, OnUpdateThatIsNotWantedIsNoted) {
  TranslationChoices choices;
  choices.schema.on_update = OnUpdateChoice::none;
  const auto result = translated(
      {table("s", "t").with(column("at").type(SourceType::timestamp).on_update())}, choices);

  EXPECT_FALSE(only_table(result).touch);
  EXPECT_EQ(result.notes.at(0).topic, "on update");
}

TEST(SchemaTranslation, UnknownTypeNamesItsTableAndColumn) {
  const Error error = error_of({table("s", "t").with(column("c").type(SourceType::unknown))});

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().table, "s.t");
  EXPECT_EQ(error.where().column, "c");
}

// ---- enums

TEST(SchemaTranslation, EnumBecomesATypeOfItsOwn) {
  const auto result = translated({table("s", "t").with(column("state").enumeration({"a", "b"}))});

  ASSERT_EQ(result.enums.size(), 1U);
  EXPECT_EQ(result.enums[0].name, "t_state");
  EXPECT_EQ(result.enums[0].labels, (Lines{"a", "b"}));
  EXPECT_EQ(first_column(result).type, "\"s\".\"t_state\"");
}

TEST(SchemaTranslation, EnumTypeGivesWayToATableOfItsName) {
  const auto result = translated({table("s", "t").with(column("state").enumeration({"a"})),
                                  table("s", "t_state").with(column("id").integer())});

  EXPECT_EQ(first_column(result).type, "\"s\".\"t_state_2\"");
  EXPECT_EQ(notes_of(result),
            Lines{"renamed at s.t.state: its enum type t_state becomes t_state_2"});
}

TEST(SchemaTranslation, EnumWithALongLabelBecomesTextWithACheck) {
  const auto result = translated(
      {table("s", "t").with(column("state").enumeration({std::string(64, 'a'), "b'c"}))});

  EXPECT_TRUE(result.enums.empty());
  EXPECT_EQ(first_column(result).type, "text");
  ASSERT_EQ(only_table(result).checks.size(), 1U);
  EXPECT_EQ(only_table(result).checks[0].name, "t_state_check");
  EXPECT_EQ(only_table(result).checks[0].condition,
            "\"state\" IN ('" + std::string(64, 'a') + "', 'b''c')");
  EXPECT_EQ(result.notes.at(0).topic, "type");
}

TEST(SchemaTranslation, EnumMayBeTextWithACheckByChoice) {
  TranslationChoices choices;
  choices.types.enumeration = EnumChoice::check;

  const auto result =
      translated({table("s", "t").with(column("state").enumeration({"a"}).literal("a"))}, choices);

  EXPECT_EQ(first_column(result).type, "text");
  EXPECT_EQ(first_column(result).default_sql, "'a'");
  EXPECT_EQ(only_table(result).checks.size(), 1U);
}

TEST(SchemaTranslation, EnumsTiedByAForeignKeyShareAType) {
  const auto result = translated({table("s", "job")
                                      .with(column("kind").enumeration({"a", "b"}).not_null())
                                      .references("job_kind", "kind", "kind", "name"),
                                  table("s", "kind")
                                      .with(column("name").enumeration({"a", "b"}).not_null())
                                      .primary({part("name")})});

  ASSERT_EQ(result.enums.size(), 1U);
  EXPECT_EQ(result.enums[0].name, "kind_name");
  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "\"s\".\"kind_name\"");
  EXPECT_EQ(result.tables.at(0).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, EnumsOfOtherLabelsCannotBeTied) {
  const auto result = translated({table("s", "job")
                                      .with(column("kind").enumeration({"a", "c"}).not_null())
                                      .references("job_kind", "kind", "kind", "name"),
                                  table("s", "kind")
                                      .with(column("name").enumeration({"a", "b"}).not_null())
                                      .primary({part("name")})});

  EXPECT_EQ(result.enums.size(), 2U);
  EXPECT_TRUE(result.tables.at(0).target.foreign_keys.empty());
  EXPECT_EQ(notes_of(result),
            Lines{"foreign key at s.job: foreign key job_kind is left out: kind becomes "
                  "\"s\".\"job_kind\", but s.kind.name becomes \"s\".\"kind_name\""});
}

// ---- keys that unsigned columns share

TEST(SchemaTranslation, UnsignedBigintIsNumeric) {
  const auto result = translated({table("s", "t").with(column("n").bigint_unsigned())});

  EXPECT_EQ(first_column(result).type, "numeric(20,0)");
}

TEST(SchemaTranslation, UnsignedKeyAndWhatPointsAtItAreBigint) {
  const auto result = translated({table("s", "job")
                                      .with(column("id").bigint_unsigned().auto_increment())
                                      .primary({part("id")}),
                                  table("s", "work")
                                      .with(column("job_id").bigint_unsigned())
                                      .with(column("sluid").bigint_unsigned())
                                      .references("work_job", "job_id", "job", "id")});

  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(1).target.columns.at(1).type, "numeric(20,0)");
  EXPECT_EQ(result.tables.at(1).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, BigintTravelsAlongAChainOfForeignKeys) {
  const auto result = translated({table("s", "a")
                                      .with(column("b_id").bigint_unsigned().not_null())
                                      .references("a_b", "b_id", "b", "c_id"),
                                  table("s", "b")
                                      .with(column("c_id").bigint_unsigned().not_null())
                                      .primary({part("c_id")})
                                      .references("b_c", "c_id", "c", "id"),
                                  table("s", "c")
                                      .with(column("id").bigint_unsigned().auto_increment())
                                      .primary({part("id")})});

  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(0).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, UnsignedKeyThatDoesNotCountUpStaysNumericOnBothSides) {
  const auto result = translated(
      {table("s", "job").with(column("id").bigint_unsigned().not_null()).primary({part("id")}),
       table("s", "work")
           .with(column("job_id").bigint_unsigned())
           .references("work_job", "job_id", "job", "id")});

  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "numeric(20,0)");
  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "numeric(20,0)");
  EXPECT_EQ(result.tables.at(1).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, ColumnThatPointsAtATinyintKeyIsNoBoolean) {
  const auto result = translated(
      {table("s", "kind").with(column("id").tinyint1().auto_increment()).primary({part("id")}),
       table("s", "job")
           .with(column("kind_id").tinyint1())
           .references("k", "kind_id", "kind", "id")});

  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "smallint");
}

}  // namespace
}  // namespace millrace
