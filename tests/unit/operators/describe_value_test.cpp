#include <gtest/gtest.h>

#include "operators/row_encoder.h"
#include "operators/type_mapping.h"
#include "tests/support/source_text.h"
#include "tests/support/wire_row.h"

namespace millrace {
namespace {

std::string described(std::string_view type, std::string_view value, std::size_t max_bytes = 80) {
  const SourceColumn column = column_of(type);
  const RowEncoder encoder({map_column(column, {}, false).encoding});
  const WireRow row({wire_value(column, value)});
  return encoder.describe_value(row.view(), 0, max_bytes);
}

TEST(DescribeValue, NumbersAreText) {
  EXPECT_EQ(described("tinyint", "-128"), "-128");
  EXPECT_EQ(described("tinyint(1)", "7"), "7");
  EXPECT_EQ(described("smallint unsigned", "65535"), "65535");
  EXPECT_EQ(described("int unsigned", "4294967295"), "4294967295");
  EXPECT_EQ(described("bigint unsigned", "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(described("decimal(10,2)", "-1.50"), "-1.50");
  EXPECT_EQ(described("double", "0.1"), "0.1");
  EXPECT_EQ(described("float", "0.1"), "0.1");
  EXPECT_EQ(described("bit(9)", "101"), "b'101'");
}

TEST(DescribeValue, DatesAreTextEvenIfTheyDoNotExist) {
  EXPECT_EQ(described("date", "0000-00-00"), "0000-00-00");
  EXPECT_EQ(described("date", "2020-00-15"), "2020-00-15");
  EXPECT_EQ(described("datetime", "0000-00-00 00:00:00"), "0000-00-00 00:00:00");
  EXPECT_EQ(described("datetime(3)", "2020-00-15 01:02:03.456"), "2020-00-15 01:02:03.456");
  EXPECT_EQ(described("time", "-838:59:59"), "-838:59:59");
  EXPECT_EQ(described("time(1)", "00:00:00.5"), "00:00:00.5");
}

TEST(DescribeValue, TextIsReadableWhateverItHolds) {
  EXPECT_EQ(described("varchar(9)", "Grüße"), "Grüße");
  EXPECT_EQ(described("varchar(9)", std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(described("varchar(9)", "caf\xe9"), "caf\\xe9");
  EXPECT_EQ(described("varchar(9)", "\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(described("varchar(9) charset latin1", "caf\xe9"), "café");
}

TEST(DescribeValue, BinaryIsHex) {
  EXPECT_EQ(described("varbinary(9)", "0x00ff10"), "0x00ff10");
  EXPECT_EQ(described("blob", ""), "0x");
}

TEST(DescribeValue, LongValuesAreCutBetweenCharacters) {
  EXPECT_EQ(described("text", std::string(100, 'a'), 10), "aaaaaaa...");
  EXPECT_EQ(described("text", "éééééééééé", 10), "ééé...");
  EXPECT_EQ(described("text", "0123456789", 10), "0123456789");
  EXPECT_EQ(described("blob", std::string(100, '\x01'), 10), "0x01010...");
}

TEST(DescribeValue, FindsItsColumnBehindNullsAndStrings) {
  const RowEncoder encoder({{.encoding = Encoding::utf8_to_text},
                            {.encoding = Encoding::int32_to_int4},
                            {.encoding = Encoding::int8_to_int2}});
  const WireRow row({wire_string("abc"), std::nullopt, wire_fixed(std::int8_t{9})});

  EXPECT_EQ(encoder.describe_value(row.view(), 0), "abc");
  EXPECT_EQ(encoder.describe_value(row.view(), 1), "NULL");
  EXPECT_EQ(encoder.describe_value(row.view(), 2), "9");
}

TEST(DescribeValue, ABrokenRowIsUnreadableNotACrash) {
  const RowEncoder encoder({{.encoding = Encoding::utf8_to_text}});
  const WireRow row({wire_string("abc")});
  const WireRow cut = row.cut_to(2);

  EXPECT_EQ(encoder.describe_value(cut.view(), 0), "(unreadable)");
}

ExactValue exact(std::string_view type, std::string_view value) {
  const SourceColumn column = column_of(type);
  const RowEncoder encoder({map_column(column, {}, false).encoding});
  const WireRow row({wire_value(column, value)});
  return encoder.exact_value(row.view(), 0);
}

TEST(ExactValue, TextIsWholeAndDecoded) {
  const std::string text(5000, 'a');

  EXPECT_EQ(exact("text", text).bytes, text);
  EXPECT_EQ(exact("text", std::string_view("a\0b", 3)).bytes, std::string_view("a\0b", 3));
  EXPECT_EQ(exact("varchar(9) charset latin1",
                  "\x80"
                  "caf\xe9")
                .bytes,
            "€café");
  EXPECT_EQ(exact("varchar(9)", "é").kind, ExactValue::Kind::text);
}

TEST(ExactValue, WhatIsNoTextIsBytes) {
  EXPECT_EQ(exact("blob", "0x00ff").kind, ExactValue::Kind::bytes);
  EXPECT_EQ(exact("blob", "0x00ff").bytes, std::string_view("\0\xff", 2));
  EXPECT_EQ(exact("varchar(9)", "caf\xe9").kind, ExactValue::Kind::bytes);
  EXPECT_EQ(exact("varchar(9)", "caf\xe9").bytes, "caf\xe9");
}

TEST(ExactValue, NumbersAndDatesAreAsTheSourceWritesThem) {
  EXPECT_EQ(exact("bigint unsigned", "18446744073709551615").bytes, "18446744073709551615");
  EXPECT_EQ(exact("double", "0.1").bytes, "0.1");
  EXPECT_EQ(exact("datetime(3)", "2020-00-15 01:02:03.456").bytes, "2020-00-15 01:02:03.456");
  EXPECT_EQ(exact("decimal(10,2)", "-1.50").bytes, "-1.50");
}

TEST(WithNulls, LeavesTheOtherColumnsAsTheyWere) {
  const RowEncoder encoder({{.encoding = Encoding::utf8_to_text},
                            {.encoding = Encoding::int32_to_int4},
                            {.encoding = Encoding::date_to_date},
                            {.encoding = Encoding::utf8_to_text}});
  const WireRow row({wire_string("one"), wire_fixed(std::int32_t{2}), wire_datetime(0, 0, 0),
                     wire_string("four")});
  std::vector<std::uint8_t> scratch;

  const std::vector<std::uint16_t> none;
  const std::vector<std::uint16_t> two = {0, 2};
  EXPECT_EQ(encoder.exact_value(encoder.with_nulls(row.view(), none, scratch), 3).bytes, "four");
  const BinaryRowView without = encoder.with_nulls(row.view(), two, scratch);

  EXPECT_EQ(encoder.exact_value(without, 0).kind, ExactValue::Kind::null);
  EXPECT_EQ(encoder.exact_value(without, 1).bytes, "2");
  EXPECT_EQ(encoder.exact_value(without, 2).kind, ExactValue::Kind::null);
  EXPECT_EQ(encoder.exact_value(without, 3).bytes, "four");
}

TEST(WithNulls, KeepsARowBrokenThatWasBroken) {
  const RowEncoder encoder(
      {{.encoding = Encoding::date_to_date}, {.encoding = Encoding::utf8_to_text}});
  const WireRow row({wire_datetime(0, 0, 0), wire_string("four")});
  const WireRow cut = row.cut_to(row.field_bytes() - 2);
  std::vector<std::uint8_t> scratch;
  const std::vector<std::uint16_t> first = {0};
  std::vector<std::byte> room(1000);

  const BinaryRowView without = encoder.with_nulls(cut.view(), first, scratch);

  EXPECT_EQ(encoder.encode(without, room).status, RowStatus::malformed);
}

}  // namespace
}  // namespace millrace
