#include "operators/tuple_digester.h"

#include <gtest/gtest.h>

#include "operators/row_encoder.h"
#include "tests/support/wire_row.h"

namespace millrace {
namespace {

const std::vector<ColumnEncoding> with_jsonb = {{.encoding = Encoding::utf8_to_text},
                                                {.encoding = Encoding::json_to_jsonb},
                                                {.encoding = Encoding::utf8_to_text},
                                                {.encoding = Encoding::json_to_jsonb}};

std::string tuple(const std::vector<WireField>& fields) {
  return encode_into(RowEncoder(with_jsonb), WireRow(fields)).tuple;
}

TupleDigest digest_of_one(const std::string& bytes) {
  TupleDigester digester(with_jsonb);
  digester.add(std::as_bytes(std::span(bytes)));
  return digester.digest();
}

TEST(TupleDigester, TakesJsonbInTheServersForm) {
  const std::string sent = tuple(
      {wire_string("a"), wire_string(R"({"b":1,"a":2})"), std::nullopt, wire_string("[1e1]")});
  const std::string sent_back = tuple(
      {wire_string("a"), wire_string(R"({"a": 2, "b": 1})"), std::nullopt, wire_string("[10]")});
  TupleDigester digester(with_jsonb);

  const auto bytes = digester.as_sent_back(std::as_bytes(std::span(sent)));

  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), sent_back);
  EXPECT_EQ(digest_of_one(sent).sum, digest_of(std::as_bytes(std::span(sent_back)))->sum);
}

TEST(TupleDigester, TellsNullFromJsonNull) {
  EXPECT_NE(digest_of_one(tuple({std::nullopt, std::nullopt, std::nullopt, std::nullopt})),
            digest_of_one(tuple({std::nullopt, wire_string("null"), std::nullopt, std::nullopt})));
}

TEST(TupleDigester, TakesTheBytesAsTheyAreWhereNoColumnIsJsonb) {
  const std::vector<ColumnEncoding> text = {{.encoding = Encoding::utf8_to_text}};
  const std::string bytes = encode_into(RowEncoder(text), WireRow({wire_string("x")})).tuple;
  TupleDigester digester(text);

  digester.add(std::as_bytes(std::span(bytes)));

  EXPECT_EQ(digester.digest(), *digest_of(std::as_bytes(std::span(bytes))));
}

}  // namespace
}  // namespace millrace
