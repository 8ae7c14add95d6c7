#include "io/mysql/key_range_text.h"

#include <gtest/gtest.h>

#include "tests/support/schema_builder.h"

namespace millrace::mysql {
namespace {

/// A key whose columns' names try to pass for something else.
const SourceTable frames = TableBuilder("farm", "frames")
                               .with(column("job 1").integer().not_null())
                               .with(column("a`2 >= 3").integer().not_null())
                               .with(column("n").integer().not_null())
                               .primary({part("job 1"), part("a`2 >= 3"), part("n")});
const ChunkKey whole_key{.index = "PRIMARY", .columns = {0, 1, 2}};
const ChunkKey one_column{.index = "PRIMARY", .columns = {1}};

void expect_read_again(const ChunkKey& key, const KeyRange& range) {
  const std::string condition = range_condition(frames, key, range);
  EXPECT_EQ(parse_range(frames, key, condition), range) << condition;
}

TEST(KeyRangeText, IsReadAgainWhateverIsOpen) {
  expect_read_again(one_column, {});
  expect_read_again(one_column, {.begin = KeyTuple{"-7"}, .end = std::nullopt});
  expect_read_again(one_column, {.begin = std::nullopt, .end = KeyTuple{"18446744073709551615"}});
  expect_read_again(one_column, {.begin = KeyTuple{"0"}, .end = KeyTuple{"7"}});
}

TEST(KeyRangeText, IsReadAgainForKeysOfSeveralColumns) {
  expect_read_again(whole_key, {.begin = KeyTuple{"1", "2", "3"}, .end = std::nullopt});
  expect_read_again(whole_key, {.begin = std::nullopt, .end = KeyTuple{"1", "-2", "3"}});
  expect_read_again(whole_key, {.begin = KeyTuple{"1", "2", "3"}, .end = KeyTuple{"1", "2", "9"}});
}

TEST(KeyRangeText, IsNotGuessedWhereTheTextIsAnothers) {
  EXPECT_EQ(parse_range(frames, one_column, "`a``2 >= 3` >= 1 OR 1"), std::nullopt);
  EXPECT_EQ(parse_range(frames, one_column, "`n` >= 1"), std::nullopt);
  EXPECT_EQ(parse_range(frames, one_column, "`a``2 >= 3` >= 'x'"), std::nullopt);
  EXPECT_EQ(parse_range(frames, one_column, "`a"), std::nullopt);
  EXPECT_EQ(parse_range(frames, whole_key, "`n` >= 1"), std::nullopt);
}

}  // namespace
}  // namespace millrace::mysql
