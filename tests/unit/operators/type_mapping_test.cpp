// What the case files cannot say: notes, CHECKs, conversion in the source, and refusals. The types
// themselves are pinned by tests/cases.

#include "operators/type_mapping.h"

#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/support/source_text.h"

namespace millrace {
namespace {

ColumnMapping mapped(std::string_view type, TypeChoices choices = {}, bool key = false) {
  return map_column(column_of(type), choices, key);
}

TEST(TypeMapping, AnUnknownTypeIsRefusedByName) {
  try {
    mapped("vector(3)");
    FAIL() << "must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_NE(error.message().find("vector(3)"), std::string::npos);
    EXPECT_EQ(error.where().column, "value");
  }
}

TEST(TypeMapping, OnlyCharsetsThatWeDoNotDecodeAreConvertedInTheSource) {
  for (const char* charset : {"utf8mb4", "utf8mb3", "utf8", "ascii", "latin1"}) {
    EXPECT_FALSE(mapped(std::string("varchar(9) charset ") + charset).convert_in_source) << charset;
  }
  for (const char* charset : {"latin2", "gbk", "sjis", "utf16", "ucs2", "cp1250", "koi8r"}) {
    EXPECT_TRUE(mapped(std::string("varchar(9) charset ") + charset).convert_in_source) << charset;
    EXPECT_TRUE(mapped(std::string("enum('a') charset ") + charset).convert_in_source) << charset;
    EXPECT_TRUE(mapped(std::string("set('a') charset ") + charset).convert_in_source) << charset;
    EXPECT_TRUE(mapped(std::string("char(9) charset ") + charset).convert_in_source) << charset;
  }
  EXPECT_TRUE(mapped("json charset latin1").convert_in_source);
  EXPECT_FALSE(mapped("json charset binary").convert_in_source);
  EXPECT_FALSE(mapped("blob").convert_in_source);
}

TEST(TypeMapping, AnEnumAsTextIsHeldToItsLabels) {
  const auto mapping = mapped("enum('it''s','b\\c')", {.enumeration = EnumChoice::check});

  EXPECT_EQ(mapping.type, "text");
  EXPECT_EQ(mapping.check_sql, R"("value" IN ('it''s', 'b\c'))");
}

TEST(TypeMapping, AnEnumAsPlainTextHasNoCheck) {
  const auto mapping = mapped("enum('a')", {.enumeration = EnumChoice::text});

  EXPECT_EQ(mapping.type, "text");
  EXPECT_EQ(mapping.check_sql, "");
}

TEST(TypeMapping, AColumnNameIsQuotedInItsCheck) {
  SourceColumn column = column_of("enum('a')");
  column.name = R"(odd "name")";

  const auto mapping = map_column(column, {.enumeration = EnumChoice::check}, false);

  EXPECT_EQ(mapping.check_sql, R"("odd ""name""" IN ('a'))");
}

TEST(TypeMapping, ANativeEnumThatPostgresCannotNameIsTextWithANote) {
  const auto too_long = mapped("enum('" + std::string(64, 'x') + "')");
  const auto twice = mapped("enum('a','a')");
  const auto just_fits = mapped("enum('" + std::string(63, 'x') + "')");

  EXPECT_EQ(too_long.type, "text");
  EXPECT_NE(too_long.note, "");
  EXPECT_EQ(twice.type, "text");
  EXPECT_NE(twice.note, "");
  EXPECT_EQ(just_fits.type, "");
  EXPECT_EQ(just_fits.note, "");
}

TEST(TypeMapping, AnUnsignedBigintKeySaysWhatItGivesUp) {
  EXPECT_NE(mapped("bigint unsigned", {}, true).note, "");
  EXPECT_EQ(mapped("bigint unsigned", {}, false).note, "");
  EXPECT_EQ(mapped("bigint", {}, true).note, "");
}

TEST(TypeMapping, BigintKeyConcernsNoOtherType) {
  EXPECT_EQ(mapped("int unsigned", {}, true).type, "bigint");
  EXPECT_EQ(mapped("smallint unsigned", {}, true).type, "integer");
}

TEST(TypeMapping, EveryShapeHasItsPostgisName) {
  const TypeChoices postgis{.geometry = GeometryChoice::postgis};

  EXPECT_EQ(mapped("multipolygon", postgis).type, "geometry(MultiPolygon)");
  EXPECT_EQ(mapped("geometrycollection", postgis).type, "geometry(GeometryCollection)");
  EXPECT_EQ(mapped("geometry", postgis).type, "geometry");
}

}  // namespace
}  // namespace millrace
