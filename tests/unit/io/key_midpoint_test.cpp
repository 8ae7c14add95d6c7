#include "io/mysql/key_midpoint.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

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

  EXPECT_EQ(middle, std::nullopt);
}

TEST(KeyMidpoint, KeepsTheCommonPrefix) {
  const auto middle = middle_of_text("frame_0001", "frame_9999", true);

  ASSERT_TRUE(middle);
  EXPECT_EQ(middle->substr(0, 6), "frame_");
}

}  // namespace
}  // namespace millrace::mysql
