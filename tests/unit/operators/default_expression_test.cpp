#include "operators/default_expression.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

std::string sql_of(const SourceColumn& column, const std::string& type) {
  const TranslatedDefault translated = translate_default(column, type);
  EXPECT_EQ(translated.note, "") << "for " << column.default_text;
  return translated.sql;
}

std::string note_of(const SourceColumn& column, const std::string& type) {
  const TranslatedDefault translated = translate_default(column, type);
  EXPECT_EQ(translated.sql, "") << "for " << column.default_text;
  return translated.note;
}

ColumnBuilder of(SourceType type) { return column("c").type(type); }

// ---- numbers

TEST(DefaultExpression, ColumnWithoutADefaultGetsNone) {
  EXPECT_EQ(sql_of(of(SourceType::integer), "integer"), "");
}

TEST(DefaultExpression, IntegerIsPlain) {
  EXPECT_EQ(sql_of(of(SourceType::integer).literal("-17"), "integer"), "-17");
}

TEST(DefaultExpression, ZerosOfZerofillAreDropped) {
  EXPECT_EQ(sql_of(of(SourceType::integer).literal("0000000042"), "bigint"), "42");
}

TEST(DefaultExpression, UnsignedSentinelFitsBigint) {
  EXPECT_EQ(sql_of(of(SourceType::integer).literal("4294967294"), "bigint"), "4294967294");
}

TEST(DefaultExpression, LargestUnsignedBigintFitsNumeric) {
  const SourceColumn source = column("c").bigint_unsigned().literal("18446744073709551615");

  EXPECT_EQ(sql_of(source, "numeric(20,0)"), "18446744073709551615");
}

TEST(DefaultExpression, LargestUnsignedBigintIsLeftOutOfBigint) {
  const SourceColumn source = column("c").bigint_unsigned().literal("18446744073709551615");

  EXPECT_EQ(note_of(source, "bigint"),
            "default 18446744073709551615 is left out: the target's type has no such value");
}

TEST(DefaultExpression, DecimalKeepsItsDigits) {
  EXPECT_EQ(sql_of(of(SourceType::decimal).literal("0.00"), "numeric(10,2)"), "0.00");
}

TEST(DefaultExpression, FloatMayHaveAnExponent) {
  EXPECT_EQ(sql_of(of(SourceType::float64).literal("1.5e-7"), "double precision"), "1.5e-7");
}

TEST(DefaultExpression, TruthOfTinyintIsABoolean) {
  EXPECT_EQ(sql_of(column("c").tinyint1().literal("1"), "boolean"), "true");
  EXPECT_EQ(sql_of(column("c").tinyint1().literal("0"), "boolean"), "false");
}

TEST(DefaultExpression, TwoIsNoBoolean) {
  EXPECT_EQ(note_of(column("c").tinyint1().literal("2"), "boolean"),
            "default 2 is left out: it is no value of boolean");
}

TEST(DefaultExpression, YearIsANumber) {
  EXPECT_EQ(sql_of(of(SourceType::year).literal("0000"), "smallint"), "0");
}

// ---- bits and bytes

TEST(DefaultExpression, BitLiteralOfEitherKindIsPadded) {
  EXPECT_EQ(sql_of(column("c").bit(8).literal("b'101'"), "bit(8)"), "B'00000101'");
  EXPECT_EQ(sql_of(column("c").bit(8).expression("b'101'"), "bit(8)"), "B'00000101'");
}

TEST(DefaultExpression, BitOfOneIsABoolean) {
  EXPECT_EQ(sql_of(column("c").bit(1).literal("b'1'"), "boolean"), "true");
  EXPECT_EQ(sql_of(column("c").bit(1).expression("b'0'"), "boolean"), "false");
}

TEST(DefaultExpression, HexadecimalFillsBits) {
  EXPECT_EQ(sql_of(column("c").bit(12).literal("x'0f5'"), "bit(12)"), "B'000011110101'");
}

TEST(DefaultExpression, NumberFillsBits) {
  EXPECT_EQ(sql_of(column("c").bit(4).literal("5"), "bit(4)"), "B'0101'");
}

TEST(DefaultExpression, BitsFillAnInteger) {
  EXPECT_EQ(sql_of(of(SourceType::integer).expression("b'101'"), "integer"), "5");
}

TEST(DefaultExpression, BinaryIsPaddedWithZeroBytes) {
  EXPECT_EQ(sql_of(column("c").binary(4).literal("ab"), "bytea"), "'\\x61620000'::bytea");
}

TEST(DefaultExpression, BinaryMayBeWrittenInHexadecimal) {
  EXPECT_EQ(sql_of(column("c").binary(2).literal("0x00FF"), "bytea"), "'\\x00ff'::bytea");
}

TEST(DefaultExpression, EmptyBlobIsEmpty) {
  EXPECT_EQ(sql_of(column("c").blob().literal(""), "bytea"), "'\\x'::bytea");
}

// ---- text

TEST(DefaultExpression, TextIsQuoted) {
  EXPECT_EQ(sql_of(column("c").varchar(9).literal("it's"), "varchar(9)"), "'it''s'");
}

TEST(DefaultExpression, EmptyTextIsADefault) {
  EXPECT_EQ(sql_of(column("c").varchar(9).literal(""), "varchar(9)"), "''");
}

TEST(DefaultExpression, BackslashIsKept) {
  EXPECT_EQ(sql_of(column("c").varchar(9).literal("a\\b"), "varchar(9)"), "E'a\\\\b'");
}

TEST(DefaultExpression, TextThatLooksLikeAnExpressionStaysText) {
  EXPECT_EQ(sql_of(column("c").varchar(40).literal("current_timestamp()"), "varchar(40)"),
            "'current_timestamp()'");
}

TEST(DefaultExpression, BrokenUtf8IsLeftOut) {
  EXPECT_NE(note_of(column("c").varchar(9).literal("\xff"), "varchar(9)"), "");
}

TEST(DefaultExpression, EnumLabelIsQuoted) {
  EXPECT_EQ(sql_of(column("c").enumeration({"a", "b"}).literal("b"), "\"s\".\"t_c\""), "'b'");
}

TEST(DefaultExpression, ValueThatIsNoLabelIsLeftOut) {
  const SourceColumn source = column("c").enumeration({"a", "b"}).not_null().literal("");

  EXPECT_EQ(note_of(source, "\"s\".\"t_c\""),
            "default  is left out: the target's type has no such value; an INSERT must now give a "
            "value");
}

TEST(DefaultExpression, SetBecomesAnArray) {
  const SourceColumn source = column("c").set({"a", "b'c", "d"}).literal("a,b'c");

  EXPECT_EQ(sql_of(source, "text[]"), "ARRAY['a', 'b''c']::text[]");
}

TEST(DefaultExpression, EmptySetBecomesAnEmptyArray) {
  EXPECT_EQ(sql_of(column("c").set({"a"}).literal(""), "text[]"), "ARRAY[]::text[]");
}

TEST(DefaultExpression, SetMayStayText) {
  EXPECT_EQ(sql_of(column("c").set({"a", "b"}).literal("a,b"), "text"), "'a,b'");
}

TEST(DefaultExpression, JsonIsChecked) {
  EXPECT_EQ(sql_of(of(SourceType::json).literal("{\"a\": 1}"), "jsonb"), "'{\"a\": 1}'");
  EXPECT_NE(note_of(of(SourceType::json).literal("{a}"), "jsonb"), "");
}

TEST(DefaultExpression, UuidIsChecked) {
  EXPECT_EQ(sql_of(of(SourceType::uuid).literal("00112233-4455-6677-8899-aabbccddeeff"), "uuid"),
            "'00112233-4455-6677-8899-aabbccddeeff'");
  EXPECT_NE(note_of(of(SourceType::uuid).literal("0011"), "uuid"), "");
}

TEST(DefaultExpression, AddressIsChecked) {
  EXPECT_EQ(sql_of(of(SourceType::inet6).literal("::1"), "inet"), "'::1'");
  EXPECT_NE(note_of(of(SourceType::inet6).literal("::g"), "inet"), "");
}

// ---- dates and times

TEST(DefaultExpression, DateIsQuoted) {
  EXPECT_EQ(sql_of(of(SourceType::date).literal("2020-02-29"), "date"), "'2020-02-29'");
}

TEST(DefaultExpression, ZeroDateIsLeftOut) {
  EXPECT_EQ(note_of(of(SourceType::date).literal("0000-00-00"), "date"),
            "default 0000-00-00 is left out: PostgreSQL has no such date or time");
}

TEST(DefaultExpression, ZeroDateOfARequiredColumnTellsWhatFollows) {
  const SourceColumn source = of(SourceType::datetime).not_null().literal("0000-00-00 00:00:00");

  EXPECT_EQ(note_of(source, "timestamp(0)"),
            "default 0000-00-00 00:00:00 is left out: PostgreSQL has no such date or time; an "
            "INSERT must now give a value");
}

TEST(DefaultExpression, PartialDateIsLeftOut) {
  EXPECT_NE(note_of(of(SourceType::date).literal("2020-00-15"), "date"), "");
}

TEST(DefaultExpression, DayThatNoCalendarHasIsLeftOut) {
  EXPECT_NE(note_of(of(SourceType::date).literal("2019-02-29"), "date"), "");
  EXPECT_NE(note_of(of(SourceType::date).literal("1900-02-29"), "date"), "");
  EXPECT_NE(note_of(of(SourceType::date).literal("2020-04-31"), "date"), "");
}

TEST(DefaultExpression, YearZeroIsTheYearBeforeOne) {
  EXPECT_EQ(sql_of(of(SourceType::date).literal("0000-05-05"), "date"), "'0001-05-05 BC'");
  EXPECT_EQ(sql_of(of(SourceType::timestamp).literal("0000-02-29 01:02:03"), "timestamptz(0)"),
            "'0001-02-29 01:02:03+00 BC'");
}

TEST(DefaultExpression, EarlyYearsAreKept) {
  EXPECT_EQ(sql_of(of(SourceType::date).literal("0009-12-04"), "date"), "'0009-12-04'");
}

TEST(DefaultExpression, DatetimeKeepsItsFraction) {
  EXPECT_EQ(sql_of(of(SourceType::datetime).literal("2000-01-01 05:00:00.250"), "timestamp(3)"),
            "'2000-01-01 05:00:00.250'");
}

TEST(DefaultExpression, TimestampSaysItsZone) {
  EXPECT_EQ(sql_of(of(SourceType::timestamp).literal("2000-01-01 05:00:00"), "timestamptz(0)"),
            "'2000-01-01 05:00:00+00'");
}

TEST(DefaultExpression, LongNegativeTimeIsAnInterval) {
  EXPECT_EQ(sql_of(of(SourceType::time).literal("-838:59:59"), "interval(0)"), "'-838:59:59'");
}

TEST(DefaultExpression, LongTimeIsNoTimeOfDay) {
  EXPECT_NE(note_of(of(SourceType::time).literal("24:00:00"), "time(0)"), "");
}

TEST(DefaultExpression, ClockKeepsItsPrecision) {
  EXPECT_EQ(sql_of(of(SourceType::timestamp).expression("CURRENT_TIMESTAMP"), "timestamptz(0)"),
            "CURRENT_TIMESTAMP");
  EXPECT_EQ(sql_of(of(SourceType::datetime).expression("current_timestamp(3)"), "timestamp(3)"),
            "CURRENT_TIMESTAMP(3)");
  EXPECT_EQ(sql_of(of(SourceType::datetime).expression("current_timestamp()"), "timestamp(0)"),
            "CURRENT_TIMESTAMP");
}

TEST(DefaultExpression, TodayIsTranslated) {
  EXPECT_EQ(sql_of(of(SourceType::date).expression("curdate()"), "date"), "CURRENT_DATE");
}

TEST(DefaultExpression, TomorrowIsTranslated) {
  EXPECT_EQ(sql_of(of(SourceType::datetime).expression("(current_timestamp() + interval 1 day)"),
                   "timestamp(0)"),
            "(CURRENT_TIMESTAMP + interval '1 day')");
}

// ---- expressions

TEST(DefaultExpression, NullInParenthesesIsNoDefault) {
  EXPECT_EQ(sql_of(of(SourceType::integer).expression("(NULL)"), "integer"), "");
}

TEST(DefaultExpression, LiteralWithinAnExpressionIsALiteral) {
  EXPECT_EQ(sql_of(column("c").text().expression("_utf8mb4'it\\'s'"), "text"), "'it''s'");
  EXPECT_EQ(sql_of(of(SourceType::date).expression("('2020-01-01')"), "date"), "'2020-01-01'");
}

TEST(DefaultExpression, UuidIsRandomAndSaysSo) {
  const TranslatedDefault translated =
      translate_default(column("c").character(36).expression("uuid()"), "character(36)");

  EXPECT_EQ(translated.sql, "gen_random_uuid()::text");
  EXPECT_EQ(translated.note,
            "default uuid() becomes gen_random_uuid()::text: random (version 4), not by the clock");
}

TEST(DefaultExpression, EmptyJsonObjectIsTranslated) {
  EXPECT_EQ(sql_of(of(SourceType::json).expression("json_object()"), "jsonb"), "'{}'::jsonb");
  EXPECT_EQ(sql_of(of(SourceType::json).expression("json_array()"), "json"), "'[]'::jsonb::json");
}

TEST(DefaultExpression, UnknownFunctionIsQuotedInTheNote) {
  const SourceColumn source = column("c").integer().not_null().expression("nextval(`db`.`s`)");

  EXPECT_EQ(note_of(source, "integer"),
            "default nextval(`db`.`s`) is left out: no PostgreSQL expression is known for it; an "
            "INSERT must now give a value");
}

TEST(DefaultExpression, ValueOfAnotherKindIsLeftOut) {
  EXPECT_EQ(note_of(column("c").integer().expression("curdate()"), "integer"),
            "default curdate() is left out: its value would not fit integer");
}

}  // namespace
}  // namespace millrace
