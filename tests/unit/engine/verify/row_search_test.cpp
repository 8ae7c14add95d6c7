#include "engine/verify/row_search.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "operators/row_encoder.h"
#include "tests/support/wire_row.h"

namespace millrace {
namespace {

using enum RowSearch::Side;

/// A row of an integer key and a text.
std::string row(std::int32_t key, std::optional<std::string> text) {
  const RowEncoder encoder(
      {{.encoding = Encoding::int32_to_int4}, {.encoding = Encoding::utf8_to_text}});
  return encode_into(encoder, WireRow({wire_fixed(key), text ? wire_string(*text) : WireField()}))
      .tuple;
}

std::span<const std::byte> bytes_of(const std::string& tuple) {
  return std::as_bytes(std::span(tuple));
}

/// Both passes over both sides; rows of the target lie on page 1, 2, ...
std::vector<FoundRow> search(std::vector<std::size_t> key_columns,
                             const std::vector<std::string>& at_source,
                             const std::vector<std::string>& in_target) {
  RowSearch search(std::move(key_columns), at_source.size(), 20);
  for (const std::string& tuple : at_source) search.sift(source, bytes_of(tuple));
  for (const std::string& tuple : in_target) search.sift(target, bytes_of(tuple));
  EXPECT_TRUE(search.begin_keeping());
  for (const std::string& tuple : at_source) search.keep_source(bytes_of(tuple), 0);
  std::uint32_t page = 0;
  for (const std::string& tuple : in_target) {
    search.keep_target(bytes_of(tuple), {.slice = 0, .page = ++page, .line = 1});
  }
  return search.found();
}

TEST(RowSearch, FindsNothingWhereBothSidesHoldTheSameRowsInAnyOrder) {
  EXPECT_TRUE(search({0}, {row(1, "a"), row(2, "b")}, {row(2, "b"), row(1, "a")}).empty());
}

TEST(RowSearch, PairsAChangedRowWithItsOldVersion) {
  const auto found = search({0}, {row(1, "a"), row(2, "b")}, {row(1, "a"), row(2, std::nullopt)});

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].source, row(2, "b"));
  EXPECT_EQ(found[0].target, row(2, std::nullopt));
  EXPECT_EQ(found[0].place.page, 2U);
}

TEST(RowSearch, TellsMissingRowsFromExtraOnes) {
  const auto found = search({0}, {row(1, "a"), row(2, "b")}, {row(2, "b"), row(3, "c")});

  ASSERT_EQ(found.size(), 2U);
  const bool first_is_missing = found[0].target.empty();
  EXPECT_EQ(found[first_is_missing ? 0 : 1].source, row(1, "a"));
  EXPECT_EQ(found[first_is_missing ? 1 : 0].target, row(3, "c"));
}

TEST(RowSearch, CountsEqualRowsOfATableWithoutAKey) {
  const std::string same = row(1, "a");
  const auto found = search({}, {same, same, same}, {same});

  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].source, same);
  EXPECT_TRUE(found[0].target.empty());
}

TEST(RowSearch, FindsEachOfManyDifferencesAmongManyRows) {
  std::vector<std::string> at_source, in_target;
  for (std::int32_t key = 0; key < 5000; ++key) {
    at_source.push_back(row(key, "text " + std::to_string(key)));
    if (key % 500 != 0)
      in_target.push_back(row(key, key % 700 == 1 ? "other" : "text " + std::to_string(key)));
  }

  const auto found = search({0}, at_source, in_target);

  const auto missing = std::count_if(found.begin(), found.end(),
                                     [](const FoundRow& each) { return each.target.empty(); });
  EXPECT_EQ(missing, 10);
  EXPECT_EQ(found.size(), 10U + 8U);  // keys 1, 701, ... 4901
}

TEST(RowSearch, SaysSoWhenMoreDiffersThanItMayHold) {
  RowSearch search({0}, 1'000'000, 1 << 20);
  for (std::int32_t key = 0; key < 100'000; ++key) search.sift(source, bytes_of(row(key, "a")));
  EXPECT_FALSE(search.begin_keeping());
}

TEST(RowSearch, TakesTheKeyFieldsInTheirOrder) {
  const RowSearch search({1, 0}, 1, 1);
  const std::string tuple = row(7, "ab");
  EXPECT_EQ(search.key_of(tuple), tuple.substr(10) + tuple.substr(2, 8));
}

}  // namespace
}  // namespace millrace
