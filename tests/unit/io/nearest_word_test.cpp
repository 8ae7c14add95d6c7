#include "io/nearest_word.h"

#include <array>

#include <gtest/gtest.h>

namespace millrace {
namespace {

constexpr std::array<std::string_view, 4> options = {"--readers", "--writers", "--report", "--job"};

TEST(NearestWord, FindsAWordWithAMissingLetter) {
  EXPECT_EQ(nearest_word("--readrs", options), "--readers");
}

TEST(NearestWord, FindsAWordWithTwoLettersSwapped) {
  EXPECT_EQ(nearest_word("--jbo", options), "--job");
}

TEST(NearestWord, TakesUnderscoreForDashAndUpperForLower) {
  constexpr std::array<std::string_view, 1> keys = {"if-exists"};

  EXPECT_EQ(nearest_word("IF_EXISTS", keys), "if-exists");
}

TEST(NearestWord, PrefersTheCloserOfTwo) {
  EXPECT_EQ(nearest_word("--witers", options), "--writers");
}

TEST(NearestWord, FindsNothingForAWordUnlikeAll) {
  EXPECT_EQ(nearest_word("--compress", options), "");
}

TEST(NearestWord, FindsNothingAmongNoWords) { EXPECT_EQ(nearest_word("--job", {}), ""); }

}  // namespace
}  // namespace millrace
