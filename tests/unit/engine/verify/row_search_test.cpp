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
  static const RowEncoder encoder(
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
  KeepingRoom room;
  RowSearch search(std::move(key_columns), at_source.size(), 20, room);
  for (const std::string& tuple : at_source) search.sift(source, bytes_of(tuple));
  for (const std::string& tuple : in_target) search.sift(target, bytes_of(tuple));
  search.begin_keeping(room.left_bytes());
  for (const std::string& tuple : at_source) search.keep_source(bytes_of(tuple), 0);
  std::uint32_t page = 0;
  for (const std::string& tuple : in_target) {
    search.keep_target(bytes_of(tuple), {.slice = 0, .page = ++page, .line = 1});
  }
  EXPECT_TRUE(search.all());
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
  KeepingRoom room;
  RowSearch search({0}, 1'000'000, 1 << 20, room);
  for (std::int32_t key = 0; key < 1000; ++key) search.sift(source, bytes_of(row(key, "a")));
  search.begin_keeping(room.left_bytes());
  EXPECT_FALSE(search.all());
}

/// A search between keys [0, n_source) of the source and [0, n_target) of the target, sifted.
void sift_keys(RowSearch& search, std::int32_t n_source, std::int32_t n_target) {
  for (std::int32_t key = 0; key < n_source; ++key) search.sift(source, bytes_of(row(key, "a")));
  for (std::int32_t key = 0; key < n_target; ++key) search.sift(target, bytes_of(row(key, "a")));
}

void keep_keys(RowSearch& search, std::int32_t n_source, std::int32_t n_target) {
  for (std::int32_t key = 0; key < n_source; ++key) {
    search.keep_source(bytes_of(row(key, "a")), 0);
  }
  for (std::int32_t key = 0; key < n_target; ++key) search.keep_target(bytes_of(row(key, "a")), {});
}

TEST(RowSearch, HoldsNoMoreThanThereIsRoomForHoweverManyRowsThereAre) {
  constexpr std::uint64_t room_bytes = 100'000;
  constexpr std::uint64_t least_row_bytes = 100;
  KeepingRoom room(room_bytes);
  RowSearch search({0}, 10, 15, room);  // ten rows were expected
  sift_keys(search, 1000, 10'000);
  search.begin_keeping(room.left_bytes());
  keep_keys(search, 1000, 10'000);

  EXPECT_FALSE(search.all());
  const auto found = search.found();
  EXPECT_GT(found.size(), 0U);
  EXPECT_LT(found.size(), room_bytes / least_row_bytes);
  // Of what was given up nothing looks like a difference.
  for (const FoundRow& each : found) EXPECT_TRUE(each.source.empty());
}

TEST(RowSearch, LetsGoOfRowsThatBothSidesHave) {
  KeepingRoom room(100'000);
  RowSearch search({0}, 10, 15, room);
  const std::string tuple = row(7, "a");
  search.sift(target, bytes_of(tuple));
  search.begin_keeping(room.left_bytes());
  for (int time = 0; time < 1000; ++time) {
    search.keep_target(bytes_of(tuple), {.slice = 0, .page = 1, .line = 1});
    search.keep_source(bytes_of(tuple), 0);
  }
  search.keep_target(bytes_of(tuple), {.slice = 0, .page = 2, .line = 1});

  EXPECT_TRUE(search.all());
  const auto found = search.found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place.page, 2U);
}

TEST(RowSearch, LeavesWhatAnotherOneNeeds) {
  KeepingRoom room(100'000);
  RowSearch small({0}, 10, 15, room);
  RowSearch large({0}, 10, 15, room);
  sift_keys(small, 0, 3);
  sift_keys(large, 0, 10'000);
  small.begin_keeping(room.left_bytes() / 2);
  large.begin_keeping(room.left_bytes());
  keep_keys(large, 0, 10'000);
  keep_keys(small, 0, 3);

  EXPECT_FALSE(large.all());
  EXPECT_TRUE(small.all());
  EXPECT_EQ(small.found().size(), 3U);
}

TEST(RowSearch, TakesTheKeyFieldsInTheirOrder) {
  KeepingRoom room;
  const RowSearch search({1, 0}, 1, 1, room);
  const std::string tuple = row(7, "ab");
  EXPECT_EQ(search.key_of(tuple), tuple.substr(10) + tuple.substr(2, 8));
}

}  // namespace
}  // namespace millrace
