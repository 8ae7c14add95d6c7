#include "operators/row_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/copy_tuple.h"
#include "operators/type_mapping.h"
#include "tests/support/source_text.h"
#include "tests/support/wire_row.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;

ColumnEncoding as(Encoding encoding, std::uint32_t characters = 0) {
  return {.encoding = encoding, .length_characters = characters};
}

// One column of every encoding, with a value that it takes.
struct Sample {
  std::vector<ColumnEncoding> columns;
  std::vector<WireField> fields;
};

Sample one_of_each() {
  Sample sample;
  const auto add = [&](std::string_view type, std::string_view value, TypeChoices choices = {},
                       bool key = false) {
    const SourceColumn column = column_of(type);
    sample.columns.push_back(map_column(column, choices, key).encoding);
    sample.fields.push_back(wire_value(column, value));
  };
  add("tinyint", "-1");
  add("tinyint unsigned", "200");
  add("tinyint(1)", "1");
  add("smallint", "-300");
  add("smallint unsigned", "60000");
  add("year", "2026");
  add("int", "-70000");
  add("int unsigned", "4000000000");
  add("bigint", "-5000000000");
  add("bigint unsigned", "5000000000", {}, true);
  add("bigint unsigned", "18446744073709551615");
  add("decimal(12,4)", "-123.4500");
  add("decimal(65,30)", "12345678901234567890.123456789012345678901234567890");
  add("float", "1.5");
  add("double", "2.5");
  add("bit(1)", "1");
  add("bit(12)", "101010101010");
  add("date", "2020-02-29");
  add("datetime(6)", "2020-02-29 12:34:56.789000");
  add("time", "-100:00:01");
  add("time", "10:00:01", {.time = TimeChoice::time});
  add("varchar(80)", "a string that is longer than two chunks of text");
  add("varchar(80) charset latin1", "caf\xe9 \x80\x80\x80");
  add("char(12)", "padded");
  add("char(12) charset latin1", "\xe9");
  add("enum('a','b')", "b");
  add("enum('\xc3\xbc') charset latin1", "\xfc");
  add("set('one','two','three')", "one,three");
  add("set('one','two') charset latin1", "one,two");
  add("varbinary(20)", "0x00ff");
  add("json", R"({"a": [1, 2.5, null]})");
  add("json", R"({"a": 1})", {.json = JsonChoice::json});
  add("point", "0xe61000000101000000000000000000f03f0000000000000040");
  add("uuid", "123e4567-e89b-12d3-a456-426655440000");
  add("inet6", "2001:db8::1");
  return sample;
}

TEST(RowEncoder, WritesTheFieldCountAndEachFieldInOrder) {
  const RowEncoder encoder({as(Encoding::int32_to_int4), as(Encoding::utf8_to_text)});
  const WireRow row({wire_fixed(std::int32_t{7}), wire_string("ab")});

  const EncodedRow encoded = encode_into(encoder, row);

  EXPECT_EQ(encoded.outcome.status, RowStatus::encoded);
  EXPECT_EQ(encoded.tuple, std::string("\x00\x02"
                                       "\x00\x00\x00\x04"
                                       "\x00\x00\x00\x07"
                                       "\x00\x00\x00\x02"
                                       "ab",
                                       16));
}

TEST(RowEncoder, ATableWithoutColumnsGivesEmptyTuples) {
  const RowEncoder encoder({});

  const EncodedRow encoded = encode_into(encoder, WireRow(std::vector<WireField>{}));

  EXPECT_EQ(encoded.tuple, std::string("\x00\x00", 2));
}

TEST(RowEncoder, NullsTakeNoBytesFromTheRowInAnyColumn) {
  // 20 columns: the bitmap spans three bytes, and its first two bits belong to no column.
  std::vector<ColumnEncoding> columns(20, as(Encoding::int8_to_int2));
  std::vector<WireField> fields;
  for (int i = 0; i < 20; ++i) {
    fields.push_back(i % 3 == 0 ? WireField() : wire_fixed(static_cast<std::int8_t>(i)));
  }

  const EncodedRow encoded = encode_into(RowEncoder(columns), WireRow(fields));

  const auto values = fields_of_tuple(encoded.tuple);
  ASSERT_EQ(values.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) {
    if (i % 3 == 0) {
      EXPECT_FALSE(values[i].has_value()) << i;
    } else {
      EXPECT_EQ(postgres_text("smallint", values[i].value()), std::to_string(i));
    }
  }
}

TEST(RowEncoder, ReadsStringLengthsOfEveryForm) {
  const RowEncoder encoder({as(Encoding::bytes_to_bytea), as(Encoding::int8_to_int2)});
  for (const std::size_t bytes : {0U, 1U, 250U, 251U, 65'535U, 65'536U, 1U << 24}) {
    const std::string blob(bytes, '\x7f');
    const WireRow row({wire_string(blob), wire_fixed(std::int8_t{1})});

    const EncodedRow encoded = encode_into(encoder, row, bytes + 100);

    ASSERT_EQ(encoded.outcome.status, RowStatus::encoded) << bytes;
    EXPECT_EQ(fields_of_tuple(encoded.tuple)[0], blob);
  }
}

TEST(RowEncoder, ARowThatDoesNotFitIsToldItsRoomAndThenFits) {
  const Sample sample = one_of_each();
  const RowEncoder encoder(sample.columns);
  const WireRow row(sample.fields);
  const EncodedRow whole = encode_into(encoder, row);
  ASSERT_EQ(whole.outcome.status, RowStatus::encoded);

  for (std::size_t room = 0; room <= whole.tuple.size() + 512; ++room) {
    const EncodedRow encoded = encode_into(encoder, row, room);
    if (encoded.outcome.status == RowStatus::encoded) {
      EXPECT_EQ(encoded.tuple, whole.tuple) << room;
      continue;
    }
    ASSERT_EQ(encoded.outcome.status, RowStatus::no_space) << room;
    ASSERT_GT(encoded.outcome.bytes, room);

    const EncodedRow retried = encode_into(encoder, row, encoded.outcome.bytes);
    ASSERT_EQ(retried.outcome.status, RowStatus::encoded) << room;
    EXPECT_EQ(retried.tuple, whole.tuple);
  }
}

TEST(RowEncoder, AsksForNoMoreThanAFewBytesAboveALongText) {
  const RowEncoder encoder({as(Encoding::utf8_to_text), as(Encoding::latin1_to_text)});
  const std::string text(1 << 20, 'a');
  const WireRow row({wire_string(text), wire_string(text)});

  const EncodedRow encoded = encode_into(encoder, row, 1000);

  EXPECT_EQ(encoded.outcome.status, RowStatus::no_space);
  EXPECT_LE(encoded.outcome.bytes, 2 * text.size() + 100);
}

TEST(RowEncoder, ARowCutAnywhereIsMalformed) {
  const Sample sample = one_of_each();
  const RowEncoder encoder(sample.columns);
  const WireRow row(sample.fields);
  for (std::size_t bytes = 0; bytes < row.field_bytes(); ++bytes) {
    const EncodedRow encoded = encode_into(encoder, row.cut_to(bytes));

    ASSERT_EQ(encoded.outcome.status, RowStatus::malformed) << bytes;
  }
}

TEST(RowEncoder, ARowCutAnywhereIsMalformedWithoutRoomToo) {
  const Sample sample = one_of_each();
  const RowEncoder encoder(sample.columns);
  const WireRow row(sample.fields);
  for (std::size_t bytes = 0; bytes < row.field_bytes(); ++bytes) {
    ASSERT_EQ(encode_into(encoder, row.cut_to(bytes), 0).outcome.status, RowStatus::malformed);
  }
}

TEST(RowEncoder, ALengthThatNoServerSendsIsMalformed) {
  const RowEncoder dates({as(Encoding::date_to_date)});
  const RowEncoder times({as(Encoding::time_to_interval)});
  const RowEncoder texts({as(Encoding::utf8_to_text)});

  EXPECT_EQ(encode_into(dates, WireRow({std::string("\x05"
                                                    "12345")}))
                .outcome.status,
            RowStatus::malformed);
  EXPECT_EQ(encode_into(times, WireRow({std::string("\x07"
                                                    "1234567")}))
                .outcome.status,
            RowStatus::malformed);
  EXPECT_EQ(encode_into(texts, WireRow({std::string("\xfb"
                                                    "abc")}))
                .outcome.status,
            RowStatus::malformed);
  EXPECT_EQ(encode_into(texts, WireRow({std::string("\xff"
                                                    "abc")}))
                .outcome.status,
            RowStatus::malformed);
  EXPECT_EQ(encode_into(texts, WireRow({std::string("\xfe\xff\xff\xff\xff\xff\xff\xff\xff", 9)}))
                .outcome.status,
            RowStatus::malformed);
}

TEST(RowEncoder, AFaultNamesItsColumn) {
  const RowEncoder encoder({as(Encoding::int8_to_int2), as(Encoding::int8_to_bool)});
  const WireRow row({wire_fixed(std::int8_t{5}), wire_fixed(std::int8_t{5})});

  const RowOutcome outcome = encode_into(encoder, row).outcome;

  EXPECT_EQ(outcome.status, RowStatus::fault);
  EXPECT_EQ(outcome.fault, ValueFault::not_boolean);
  EXPECT_EQ(outcome.column, 1);
}

TEST(RowEncoder, NullIsAFaultWhereTheTargetTakesNone) {
  std::vector<ColumnEncoding> columns(3, as(Encoding::int8_to_int2));
  columns[1].refuses_null = true;
  columns[2].refuses_null = true;
  const RowEncoder encoder(columns);
  const WireRow row({WireField(), WireField(), WireField()});
  std::vector<std::byte> out(100);
  const auto encode_without = [&](std::vector<std::uint16_t> given_up) {
    return encoder.encode(row.view(), out, given_up);
  };

  EXPECT_EQ(encode_without({}).fault, ValueFault::null_not_allowed);
  EXPECT_EQ(encode_without({}).column, 1);
  EXPECT_EQ(encode_without({1}).column, 2);
  EXPECT_EQ(encode_without({2, 1}).status, RowStatus::encoded);
}

TEST(RowEncoder, ValueThatBecomesNullIsAFaultWhereTheTargetTakesNone) {
  ColumnEncoding column = as(Encoding::int32_to_int4);
  ColumnLiterals literals;
  literals.null_integers = {7};
  column.literals = SharedLiterals(literals);
  column.refuses_null = true;
  const RowEncoder encoder({column});

  EXPECT_EQ(encode_into(encoder, WireRow({wire_fixed(std::int32_t{7})})).outcome.fault,
            ValueFault::null_not_allowed);
  EXPECT_EQ(encode_into(encoder, WireRow({wire_fixed(std::int32_t{8})})).outcome.status,
            RowStatus::encoded);
}

TEST(RowEncoder, TheFirstOfSeveralFaultsIsReported) {
  const RowEncoder encoder({as(Encoding::date_to_date), as(Encoding::int8_to_bool)});
  const WireRow row({wire_datetime(0, 0, 0), wire_fixed(std::int8_t{5})});

  const RowOutcome outcome = encode_into(encoder, row).outcome;

  EXPECT_EQ(outcome.fault, ValueFault::zero_date);
  EXPECT_EQ(outcome.column, 0);
}

TEST(RowEncoder, BytesBehindTheLastFieldAreNotTouched) {
  const RowEncoder encoder({as(Encoding::utf8_to_text)});
  const WireRow row({wire_string("abc")});
  std::string block(200, '#');
  const auto bytes = std::as_writable_bytes(std::span(block));

  const RowOutcome outcome = encoder.encode(row.view(), bytes.first(100));

  ASSERT_EQ(outcome.status, RowStatus::encoded);
  EXPECT_EQ(block.substr(100), std::string(100, '#'));
}

TEST(RowEncoder, RowsFollowEachOtherInOneBlock) {
  const RowEncoder encoder({as(Encoding::utf8_to_text)});
  std::string block(1000, '#');
  std::size_t used = 0;
  for (const std::string_view text : {"one", "", "three"}) {
    const WireRow row({wire_string(text)});
    const RowOutcome outcome =
        encoder.encode(row.view(), std::as_writable_bytes(std::span(block)).subspan(used));
    ASSERT_EQ(outcome.status, RowStatus::encoded);
    used += outcome.bytes;
  }

  EXPECT_EQ(fields_of_tuple(block.substr(0, 9))[0], "one");
  EXPECT_EQ(fields_of_tuple(block.substr(9, 6))[0], "");
  EXPECT_EQ(fields_of_tuple(block.substr(15, 11))[0], "three");
  EXPECT_EQ(used, 26U);
}

}  // namespace
}  // namespace millrace
