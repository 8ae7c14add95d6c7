#include "operators/tuple_digest.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "operators/row_encoder.h"
#include "tests/support/wire_row.h"

namespace millrace {
namespace {

std::string tuple(std::string_view text) {
  const RowEncoder encoder({{.encoding = Encoding::utf8_to_text}});
  return encode_into(encoder, WireRow({wire_string(text)})).tuple;
}

std::string null_tuple() {
  const RowEncoder encoder({{.encoding = Encoding::utf8_to_text}});
  return encode_into(encoder, WireRow({std::nullopt})).tuple;
}

std::optional<TupleDigest> digest(const std::string& tuples) {
  return digest_of(std::as_bytes(std::span(tuples)));
}

TEST(TupleDigest, DoesNotDependOnTheOrder) {
  EXPECT_EQ(digest(tuple("a") + tuple("b") + tuple("")),
            digest(tuple("") + tuple("b") + tuple("a")));
}

TEST(TupleDigest, CountsEqualRowsAsOftenAsTheyOccur) {
  EXPECT_NE(digest(tuple("a")), digest(tuple("a") + tuple("a")));
  EXPECT_EQ(digest(tuple("a") + tuple("a"))->rows, 2U);
}

TEST(TupleDigest, TellsNullFromEmpty) { EXPECT_NE(digest(null_tuple()), digest(tuple(""))); }

TEST(TupleDigest, MergingPartsGivesTheWhole) {
  TupleDigest parts = *digest(tuple("a"));
  parts.merge(*digest(tuple("b") + tuple("c")));

  EXPECT_EQ(parts, digest(tuple("a") + tuple("b") + tuple("c")));
}

TEST(TupleDigest, AddingTupleByTupleIsTheSameAsAWholeBlock) {
  const std::string a = tuple("a");
  const std::string b = tuple("b");
  TupleDigest one_by_one;
  one_by_one.add(std::as_bytes(std::span(a)));
  one_by_one.add(std::as_bytes(std::span(b)));

  EXPECT_EQ(one_by_one, digest(a + b));
}

TEST(TupleDigest, AnyChangedBitChangesIt) {
  const std::string text = tuple("a value");
  const auto expected = digest(text);
  for (std::size_t bit = 6 * 8; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(digest(changed), expected) << bit;
  }
}

TEST(TupleDigest, BytesThatAreNoWholeTuplesHaveNone) {
  const std::string text = tuple("abc");
  for (std::size_t bytes = 1; bytes < text.size(); ++bytes) {
    EXPECT_FALSE(digest(text.substr(0, bytes)).has_value()) << bytes;
  }
  EXPECT_FALSE(digest(std::string("\xff\xff", 2)).has_value()) << "the trailer is no tuple";
  EXPECT_FALSE(digest(std::string("\x00\x01\xff\xff\xff\xfe", 6)).has_value());
  EXPECT_EQ(digest(""), TupleDigest());
}

}  // namespace
}  // namespace millrace
