#include "io/mysql/key_midpoint.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace millrace::mysql {
namespace {

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random() & 0xff);
  return bytes;
}

TEST(KeyMidpoint, LiesStrictlyBetweenAnyTwoByteStrings) {
  std::mt19937_64 random(7);
  int found = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string low = random_bytes(random, 16);
    std::string high = random_bytes(random, 16);
    if (high < low) std::swap(low, high);
    const auto middle = middle_of_bytes(low, high);
    if (!middle) continue;
    ++found;
    ASSERT_LT(low, *middle);
    ASSERT_LT(*middle, high);
  }
  EXPECT_GT(found, 9'900);
}

TEST(KeyMidpoint, HalvesTheSpaceOfBytes) {
  EXPECT_EQ(middle_of_bytes(std::string(1, '\0'), "\x80"), std::string("\x40\0\0\0\0\0\0", 7));
}

TEST(KeyMidpoint, FindsNoRoomBetweenEqualByteStrings) {
  EXPECT_EQ(middle_of_bytes("abc", "abc"), std::nullopt);
  EXPECT_EQ(middle_of_bytes("abd", "abc"), std::nullopt);
}

TEST(KeyMidpoint, StaysAmongHexadecimalDigitsForHexadecimalKeys) {
  const auto middle = middle_of_text("00000000-0000", "ffffffff-ffff", true);

  ASSERT_TRUE(middle);
  EXPECT_GT(*middle, "6");
  EXPECT_LT(*middle, "9");
}

TEST(KeyMidpoint, FoldsCaseWhereTheCollationDoes) {
  // "Zed" sorts before "bob" as bytes and after it in a case-insensitive collation.
  EXPECT_EQ(middle_of_text("bob", "Zed", false), std::nullopt);
  ASSERT_TRUE(middle_of_text("bob", "Zed", true));
  EXPECT_GT(*middle_of_text("bob", "Zed", true), "bob");
}

TEST(KeyMidpoint, CutsNoCharacterInTwo) {
  const auto middle = middle_of_text("日a", "旦z", true);  // the same first two bytes, of three

  ASSERT_TRUE(middle);
  EXPECT_GT(*middle, "日a");
  EXPECT_LT(*middle, "旦z");
  EXPECT_TRUE(middle->starts_with("日") || middle->starts_with("旦"));
}

TEST(KeyMidpoint, HalvesTheLettersOfOtherScripts) {
  const auto middle = middle_of_text("задача а1", "задача я9", true);

  ASSERT_TRUE(middle);
  EXPECT_GT(*middle, "задача л");
  EXPECT_LT(*middle, "задача с");
}

TEST(KeyMidpoint, SeesNoAccentWhereTheCollationDoesNot) {
  const auto middle = middle_of_text("éa", "fz", true);  // é is a later code point than f

  ASSERT_TRUE(middle);
  EXPECT_LT(*middle, "fz");
}

TEST(KeyMidpoint, StaysAmongDigitsForNumbers) {
  const auto middle = middle_of_text("frame.0001", "frame.0003", true);

  ASSERT_TRUE(middle);
  EXPECT_EQ(middle->substr(0, 10), "frame.0002");
}

TEST(KeyMidpoint, SeesMarksBetweenTheDigits) {
  const auto middle = middle_of_text("show_1/sequence_010/a", "show_1/sequence_020/b", true);

  ASSERT_TRUE(middle);
  EXPECT_EQ(middle->substr(0, 17), "show_1/sequence_0");
  EXPECT_GT(*middle, "show_1/sequence_010/a");
  EXPECT_LT(*middle, "show_1/sequence_020/b");
}

TEST(KeyMidpoint, TakesTextThatIsNoUtf8) {
  const auto middle = middle_of_text("a\xff", "z\xe9", true);

  ASSERT_TRUE(middle);
  EXPECT_GT(*middle, "a");
  EXPECT_LT(*middle, "z");
}

TEST(KeyMidpoint, KeepsTheCommonPrefix) {
  const auto middle = middle_of_text("frame_0001", "frame_9999", true);

  ASSERT_TRUE(middle);
  EXPECT_EQ(middle->substr(0, 6), "frame_");
}

}  // namespace
}  // namespace millrace::mysql
