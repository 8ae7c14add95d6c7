#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "operators/expression_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

struct Known {
  TargetColumn target;
  SourceColumn source;
};

Known known_as(std::string name, std::string type, SourceColumn source = {}) {
  Known known;
  known.target.name = std::move(name);
  known.target.type = std::move(type);
  known.source = std::move(source);
  return known;
}

SourceColumn collated(std::string collation) {
  SourceColumn column;
  column.collation = std::move(collation);
  return column;
}

const std::vector<Known>& known() {
  static const std::vector<Known> columns{
      known_as("n", "integer"),
      known_as("m", "integer"),
      known_as("price", "numeric(10,2)"),
      known_as("ratio", "double precision"),
      known_as("truth", "boolean"),
      known_as("folded", "varchar(9)", collated("utf8mb4_general_ci")),
      known_as("exact", "varchar(9)", collated("utf8mb4_bin")),
      known_as("padded", "character(9)", collated("utf8mb4_bin")),
      known_as("at", "timestamp"),
      known_as("stamp", "timestamptz"),
      known_as("day", "date"),
      known_as("kind", "\"s\".\"t_kind\"", column("kind").enumeration({"a", "b"}))};
  return columns;
}

ColumnReference find(std::string_view name) {
  for (const Known& column : known()) {
    if (column.target.name == name) return {.target = &column.target, .source = &column.source};
  }
  return {};
}

std::string translated(std::string_view mysql) {
  const auto expression = translate_expression(mysql, find);
  return expression ? expression->sql : "none";
}

std::string caveat_of(std::string_view mysql) {
  const auto expression = translate_expression(mysql, find);
  return expression ? expression->caveat : "none";
}

TEST(ExpressionComparison, NumbersAreCompared) {
  EXPECT_EQ(translated("`n` >= 5"), "(\"n\" >= 5)");
  EXPECT_EQ(translated("(`n` <> `m`)"), "(\"n\" <> \"m\")");
  EXPECT_EQ(translated("`n` != `m`"), "(\"n\" <> \"m\")");
  EXPECT_EQ(translated("`n` <=> `m`"), "(\"n\" IS NOT DISTINCT FROM \"m\")");
}

TEST(ExpressionComparison, TruthValueIsComparedWithOneAndZero) {
  EXPECT_EQ(translated("`truth` = 1"), "(\"truth\" = true)");
  EXPECT_EQ(translated("`truth` in (0,1)"), "(\"truth\" IN (false, true))");
  EXPECT_EQ(translated("`truth` > 0"), "(\"truth\"::integer > 0)");
}

TEST(ExpressionComparison, WordsBindAsInMysql) {
  EXPECT_EQ(translated("`n` = 1 or `n` = 2 and not `m` = 3"),
            "((\"n\" = 1) OR ((\"n\" = 2) AND (NOT (\"m\" = 3))))");
  EXPECT_EQ(translated("`n` between 1 and 3 and `truth`"),
            "(((\"n\" >= 1) AND (\"n\" <= 3)) AND \"truth\")");
  EXPECT_EQ(translated("`n` not in (1,2)"), "(NOT (\"n\" IN (1, 2)))");
  EXPECT_EQ(translated("`n` is not null"), "(\"n\" IS NOT NULL)");
  EXPECT_EQ(translated("`n` xor `m`"), "((\"n\" <> 0) <> (\"m\" <> 0))");
  // It binds more tightly than OR, and MariaDB writes no parentheses.
  EXPECT_EQ(translated("`n` or `m` xor `n`"), "((\"n\" <> 0) OR ((\"m\" <> 0) <> (\"n\" <> 0)))");
}

TEST(ExpressionComparison, WhatTestsBindsMoreTightlyThanWhatCompares) {
  EXPECT_EQ(translated("`truth` = `n` in (0,1)"), "(\"truth\" = (\"n\" IN (0, 1)))");
  EXPECT_EQ(translated("`truth` = `n` between 1 and 2"),
            "(\"truth\" = ((\"n\" >= 1) AND (\"n\" <= 2)))");
}

TEST(ExpressionComparison, NestingHasABound) {
  const std::string deep = std::string(100000, '(') + "`n`" + std::string(100000, ')');
  EXPECT_EQ(translated(deep), "none");
  std::string wide = "`n`";
  for (int i = 0; i < 60; ++i) wide = "greatest(" + wide + ",`m`)";
  EXPECT_EQ(translated(wide), "none");
  std::string signs;
  for (int i = 0; i < 100000; ++i) signs += "not ";
  EXPECT_EQ(translated(signs + "`n`"), "none");
}

TEST(ExpressionComparison, IntegersAreCountedIn64BitsWhateverTheyComeFrom) {
  EXPECT_EQ(translated("ifnull(`n`,0) * `m`"),
            "(" + translated("ifnull(`n`,0)") + "::bigint * \"m\"::bigint)");
  EXPECT_EQ(translated("(`n` + 1) * 86400"), "((\"n\"::bigint + 1) * 86400)");
}

TEST(ExpressionComparison, NegativeNumberThatBecomesUnsignedIsTold) {
  EXPECT_EQ(translated("cast(`n` as unsigned)"), "\"n\"::bigint");
  EXPECT_NE(caveat_of("cast(`n` as unsigned)"), "");
  EXPECT_EQ(caveat_of("cast(`n` as signed)"), "");
}

TEST(ExpressionComparison, TextThatIgnoresCaseIsFoldedWithACaveat) {
  EXPECT_EQ(translated("`folded` = 'Abc'"), "(lower(\"folded\") = 'abc')");
  EXPECT_EQ(translated("`folded` in ('A','é')"), "(lower(\"folded\") IN ('a', lower('é')))");
  EXPECT_EQ(translated("`folded` like 'x%'"), "(\"folded\" ILIKE 'x%')");
  EXPECT_NE(caveat_of("`folded` = 'Abc'"), "");
  EXPECT_NE(caveat_of("if(`folded` = 'x',1,0)"), "");
}

TEST(ExpressionComparison, TextsOfWhichOneKeepsItsCaseGiveNone) {
  EXPECT_EQ(translated("`folded` = `exact`"), "none");
}

TEST(ExpressionComparison, TextOfABinaryCollationKeepsItsCase) {
  EXPECT_EQ(translated("`exact` = 'Abc'"), "(\"exact\" = 'Abc')");
  EXPECT_EQ(translated("`exact` like 'x%'"), "(\"exact\" LIKE 'x%')");
  EXPECT_EQ(caveat_of("`exact` like 'x%'"), "");
}

TEST(ExpressionComparison, PaddingOfACharColumnIsNoPartOfIt) {
  EXPECT_EQ(translated("`padded` like '%c'"), "(\"padded\"::text LIKE '%c')");
  EXPECT_EQ(translated("`padded` regexp 'c$'"), "(\"padded\"::text ~ 'c$')");
}

TEST(ExpressionComparison, OrderOfTextsHangsOnTheCollationAndGivesNone) {
  EXPECT_EQ(translated("`exact` < 'b'"), "none");
  EXPECT_EQ(translated("greatest(`exact`,'b')"), "none");
}

TEST(ExpressionComparison, TextIsNotComparedWithANumber) {
  EXPECT_EQ(translated("`exact` = 1"), "none");
  EXPECT_EQ(translated("`n` = '1'"), "none");
}

TEST(ExpressionComparison, LabelOfAnEnumIsCompared) {
  EXPECT_EQ(translated("`kind` = 'a'"), "(\"kind\" = 'a')");
  EXPECT_EQ(translated("`kind` = 'c'"), "none");
  EXPECT_EQ(translated("`kind` < 'b'"), "none");
  EXPECT_EQ(translated("`kind` = 1"), "none");
}

TEST(ExpressionComparison, MomentIsComparedWithAGoodLiteral) {
  EXPECT_EQ(translated("`day` >= '2024-02-29'"), "(\"day\" >= '2024-02-29'::date)");
  EXPECT_EQ(translated("`at` < '2024-01-01 10:00:00'"),
            "(\"at\" < '2024-01-01 10:00:00'::timestamp)");
  EXPECT_EQ(translated("`day` >= '2023-02-29'"), "none");
  EXPECT_EQ(translated("`day` >= '0000-00-00'"), "none");
  EXPECT_EQ(translated("`day` >= 'yesterday'"), "none");
}

TEST(ExpressionComparison, InstantIsNotComparedWithTextWhoseZoneIsUnknown) {
  EXPECT_EQ(translated("`stamp` > '2024-01-01'"), "none");
  EXPECT_EQ(translated("`stamp` > `at`"), "none");
}

TEST(ExpressionComparison, DivisorMayBeZero) {
  EXPECT_EQ(translated("`n` div `m`"), "(\"n\"::bigint / nullif(\"m\"::bigint, 0))");
  EXPECT_EQ(translated("`n` % 3"), "mod(\"n\"::bigint, 3)");
  EXPECT_EQ(translated("`n` div 0"), "(\"n\"::bigint / nullif(0, 0))");
}

TEST(ExpressionComparison, QuotientOfDecimalsGivesNone) {
  EXPECT_EQ(translated("`price` / 3"), "none");
  EXPECT_EQ(translated("`ratio` / 2"), "(\"ratio\"::double precision / 2::double precision)");
}

TEST(ExpressionComparison, ChoicesBecomeCases) {
  EXPECT_EQ(translated("if(`n` > 5,'many','few')"),
            "(CASE WHEN (\"n\" > 5) THEN 'many' ELSE 'few' END)");
  EXPECT_EQ(translated("case `n` when 1 then 10 when 2 then 20 end"),
            "(CASE WHEN (\"n\" = 1) THEN 10 WHEN (\"n\" = 2) THEN 20 ELSE NULL END)");
  EXPECT_EQ(translated("if(`n` > 5,1,0)"), "(CASE WHEN (\"n\" > 5) THEN true ELSE false END)");
  EXPECT_EQ(translated("if(`n` > 5,'many',0)"), "none");
}

TEST(ExpressionComparison, AFractionAmongWholeNumbersMakesANumber) {
  const std::string choice = "(CASE WHEN (\"n\" > 5) THEN \"price\" ELSE 0 END)";
  EXPECT_EQ(translated("round(if(`n` > 5,`price`,0),1)"), "round(" + choice + ", 1)");
  EXPECT_EQ(translated("concat(if(`n` > 5,`ratio`,0))"), "none");
}

TEST(ExpressionComparison, GreatestOfANullIsNull) {
  EXPECT_EQ(translated("greatest(`n`,`m`)"),
            "(CASE WHEN \"n\" IS NULL OR \"m\" IS NULL THEN NULL ELSE greatest(\"n\", \"m\") END)");
}

TEST(ExpressionComparison, NumberWithZerosInFrontHasAnotherText) {
  SourceColumn padded;
  padded.column_type = "int(5) unsigned zerofill";
  TargetColumn target;
  target.name = "p";
  target.type = "bigint";
  const ColumnLookup lookup = [&](std::string_view) {
    return ColumnReference{.target = &target, .source = &padded};
  };

  EXPECT_FALSE(translate_expression("concat('x',`p`)", lookup).has_value());
  EXPECT_TRUE(translate_expression("`p` + 1", lookup).has_value());
}

TEST(ExpressionComparison, ComputedColumnIsSpelledOutWhereAskedFor) {
  TargetColumn target;
  target.name = "g";
  target.type = "integer";
  target.generated_sql = "\"a\" + 1";
  const auto lookup = [&](bool spelled_out) {
    return ColumnLookup([&target, spelled_out](std::string_view) {
      return ColumnReference{.target = &target, .spelled_out = spelled_out};
    });
  };

  EXPECT_EQ(translate_expression("`g`", lookup(true))->sql, "(\"a\" + 1)::integer");
  EXPECT_EQ(translate_expression("`g`", lookup(false))->sql, "\"g\"");
}

}  // namespace
}  // namespace millrace
