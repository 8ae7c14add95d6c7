#include "operators/expression_translation.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace millrace {
namespace {

TargetColumn of(std::string name, std::string type) {
  TargetColumn column;
  column.name = std::move(name);
  column.type = std::move(type);
  return column;
}

const std::vector<TargetColumn> known{of("id", "integer"),      of("name", "varchar(40)"),
                                      of("seen", "timestamp"),  of("at", "timestamptz(0)"),
                                      of("day", "date"),        of("data", "bytea"),
                                      of("kind", "\"s\".\"k\"")};

ColumnReference find(std::string_view name) {
  for (const TargetColumn& column : known) {
    if (column.name == name) return {.target = &column};
  }
  return {};
}

std::string translated(std::string_view mysql) {
  const auto expression = translate_expression(mysql, find);
  return expression ? expression->sql : "none";
}

bool is_immutable(std::string_view mysql) {
  const auto expression = translate_expression(mysql, find);
  return expression && expression->immutable;
}

TEST(ExpressionTranslation, ColumnTakesItsTargetName) {
  EXPECT_EQ(translated("`name`"), "\"name\"");
}

TEST(ExpressionTranslation, UnknownColumnGivesNone) { EXPECT_EQ(translated("`nobody`"), "none"); }

TEST(ExpressionTranslation, ColumnWithoutALookupGivesNone) {
  EXPECT_FALSE(translate_expression("`name`").has_value());
}

TEST(ExpressionTranslation, TextFunctionsAreTranslated) {
  EXPECT_EQ(translated("lower(`name`)"), "lower(\"name\")");
  EXPECT_EQ(translated("UCASE(`name`)"), "upper(\"name\")");
  EXPECT_EQ(translated("left(`name`,10)"), "left(\"name\", 10)");
  EXPECT_EQ(translated("substr(`name`,2,3)"), "substr(\"name\", 2, 3)");
  EXPECT_EQ(translated("concat(`name`,_utf8mb4'-',`name`)"), "(\"name\" || '-' || \"name\")");
}

TEST(ExpressionTranslation, NegativePositionGivesNone) {
  EXPECT_EQ(translated("substr(`name`,-2)"), "none");
  EXPECT_EQ(translated("left(`name`,-1)"), "none");
}

TEST(ExpressionTranslation, WholeNumberIsTextAsItIsPrinted) {
  EXPECT_EQ(translated("concat(`id`,'x')"), "(\"id\"::text || 'x')");
}

TEST(ExpressionTranslation, LengthOfTextInBytesHangsOnItsCharset) {
  EXPECT_EQ(translated("length(`name`)"), "none");
  EXPECT_EQ(translated("length(`data`)"), "octet_length(\"data\")");
}

TEST(ExpressionTranslation, IntegersAreAddedIn64Bits) {
  EXPECT_EQ(translated("(`id` + 1) * `id`"), "((\"id\"::bigint + 1) * \"id\"::bigint)");
}

TEST(ExpressionTranslation, DivisionGivesNone) { EXPECT_EQ(translated("`id` / 2"), "none"); }

TEST(ExpressionTranslation, TextIsNotAdded) { EXPECT_EQ(translated("`name` + 1"), "none"); }

TEST(ExpressionTranslation, RestBehindAnExpressionGivesNone) {
  EXPECT_EQ(translated("`id` `name`"), "none");
  EXPECT_EQ(translated("lower(`name`"), "none");
  EXPECT_EQ(translated(""), "none");
}

TEST(ExpressionTranslation, EnumIsNoText) { EXPECT_EQ(translated("lower(`kind`)"), "none"); }

TEST(ExpressionTranslation, QuotesWithABackslashInFrontAreRead) {
  EXPECT_EQ(translated("concat(_utf8mb4\\'it\\',`name`)"), "('it' || \"name\")");
}

TEST(ExpressionTranslation, IntroducerOfAnotherCharsetGivesNone) {
  EXPECT_EQ(translated("_latin1'\xe9'"), "none");
  EXPECT_EQ(translated("_latin1'e'"), "'e'");
}

TEST(ExpressionTranslation, QuoteThatNeverEndsGivesNone) {
  EXPECT_EQ(translated("'abc"), "none");
  EXPECT_EQ(translated("`name"), "none");
  EXPECT_EQ(translated("\\'abc"), "none");
}

TEST(ExpressionTranslation, DayOfAnInstantIsNotImmutable) {
  EXPECT_TRUE(is_immutable("date(`seen`)"));
  EXPECT_FALSE(is_immutable("date(`at`)"));
}

TEST(ExpressionTranslation, ClockIsNotImmutable) { EXPECT_FALSE(is_immutable("now()")); }

TEST(ExpressionTranslation, HourOfADayGivesNone) {
  EXPECT_EQ(translated("hour(`day`)"), "none");
  EXPECT_EQ(translated("year(`day`)"), "extract(year FROM \"day\")::integer");
}

TEST(ExpressionTranslation, UuidAsBytesIsTranslatedInItsOwnOrderOnly) {
  EXPECT_EQ(translated("uuid_to_bin(uuid())"), "uuid_send(gen_random_uuid())");
  EXPECT_EQ(translated("uuid_to_bin(uuid(),1)"), "none");
  EXPECT_EQ(translated("unhex(replace(uuid(),'-',''))"),
            "decode(replace(gen_random_uuid()::text, '-', ''), 'hex')");
}

TEST(ExpressionTranslation, IntervalIsSubtracted) {
  EXPECT_EQ(translated("(now() - interval '2' month)"), "(CURRENT_TIMESTAMP - interval '2 month')");
  EXPECT_EQ(translated("now() + interval '1:2' day_hour"), "none");
}

}  // namespace
}  // namespace millrace
