#include "operators/named_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "operators/conversion_table.h"
#include "tests/support/source_text.h"

namespace millrace {
namespace {

using testing::HasSubstr;

ColumnMapping convert(const std::string& type, const std::string& result) {
  return convert_column(column_of(type), parse_cast_rule("*.* => " + result, "--cast"), {}, false);
}

std::string refusal(const std::string& type, const std::string& result) {
  try {
    convert(type, result);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

TEST(NamedConversion, KeepsTheTypesOwnEncoderWhereNothingChanges) {
  const auto mapping = convert("int unsigned", "int8");

  EXPECT_EQ(mapping.type, "bigint");
  EXPECT_EQ(mapping.encoding.encoding, Encoding::uint32_to_int8);
}

TEST(NamedConversion, ReadsTypesInPostgresOtherSpellings) {
  EXPECT_EQ(convert("int", "Timestamp With Time Zone using epoch").type, "timestamptz");
  EXPECT_EQ(convert("int", "decimal(12, 2)").type, "numeric(12,2)");
  EXPECT_EQ(convert("varchar(9)", "character varying(20)").type, "varchar(20)");
}

TEST(NamedConversion, LetsTheSourceConvertCharacterSetsThatAreNotDecodedHere) {
  EXPECT_TRUE(convert("varchar(9) charset utf16", "integer").convert_in_source);
  EXPECT_FALSE(convert("varchar(9) charset latin1", "integer").convert_in_source);
  // Words and documents are compared and stored as UTF-8.
  EXPECT_TRUE(convert("varchar(9) charset latin1", "boolean true é false e").convert_in_source);
  EXPECT_TRUE(convert("text charset latin1", "jsonb").convert_in_source);
}

TEST(NamedConversion, DropsNullValuesThatTheTypeCannotHave) {
  const auto mapping = convert("tinyint unsigned", "smallint null if 0, -1, 256, 255");

  const ColumnLiterals* const literals = mapping.encoding.literals.get();
  ASSERT_NE(literals, nullptr);
  EXPECT_THAT(literals->null_integers, testing::ElementsAre(0U, 255U));
}

TEST(NamedConversion, RefusesAWayThatDoesNotExistAndNamesThoseThatDo) {
  EXPECT_THAT(refusal("datetime", "uuid"),
              HasSubstr("no conversion is known from datetime to uuid"));
  EXPECT_THAT(refusal("datetime", "uuid"), HasSubstr("it may become timestamptz, timestamp, date"));
  EXPECT_THAT(refusal("int", "timestamptz"),
              HasSubstr("write using epoch or epoch-milliseconds or epoch-microseconds"));
  EXPECT_THAT(refusal("int", "timestamptz using epcoh"), HasSubstr("did you mean using epoch?"));
  EXPECT_THAT(refusal("varchar(9)", "bigint using epoch"), HasSubstr("leave out using"));
  EXPECT_THAT(refusal("varchar(9)", "uuid null if 0 using x"), HasSubstr("no conversion x"));
  EXPECT_THAT(refusal("decimal(10,2)", "bigint"), HasSubstr("no conversion is known"));
  EXPECT_THAT(refusal("decimal(10,2)", "numeric(10,1)"), HasSubstr("no conversion is known"));
  EXPECT_THAT(refusal("datetime(6)", "timestamptz(3)"), HasSubstr("no conversion is known"));
  EXPECT_THAT(refusal("int", "numeric(x)"), HasSubstr("is no type"));
}

TEST(NamedConversion, RefusesWordsThatDoNotFitTheType) {
  EXPECT_THAT(refusal("int", "bigint null if abc"), HasSubstr("'abc' is no value of int"));
  EXPECT_THAT(refusal("time", "null if 0"), HasSubstr("is no value of time"));
  EXPECT_THAT(refusal("int", "boolean true Y false N"), HasSubstr("which is no text"));
  EXPECT_THAT(refusal("varchar(9) charset latin1", "text null if 'é'"),
              HasSubstr("is no value of"));
}

TEST(NamedConversion, IsListedInThePageWithItsFaults) {
  const std::string page = conversions_markdown();

  EXPECT_EQ(static_cast<std::size_t>(std::count(page.begin(), page.end(), '\n')) > 60, true);
  for (const NamedConversion& conversion : named_conversions()) {
    EXPECT_THAT(page, HasSubstr("| " + std::string(conversion.from) + " | " +
                                std::string(conversion.to) + " | "));
  }
}

}  // namespace
}  // namespace millrace
