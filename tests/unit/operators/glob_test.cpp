#include "operators/glob.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Glob, StarTakesAnyRun) {
  EXPECT_TRUE(matches_glob("*qube", "17qube"));
  EXPECT_TRUE(matches_glob("*qube", "qube"));
  EXPECT_FALSE(matches_glob("*qube", "qube2"));
  EXPECT_TRUE(matches_glob("a*b*c", "aXbYbZc"));
}

TEST(Glob, QuestionMarkTakesOneCharacter) {
  EXPECT_TRUE(matches_glob("job_?", "job_7"));
  EXPECT_FALSE(matches_glob("job_?", "job_"));
  EXPECT_FALSE(matches_glob("job_?", "job_77"));
}

TEST(Glob, BracketsTakeOneOfASet) {
  EXPECT_TRUE(matches_glob("[0-9]*qube", "17qube"));
  EXPECT_FALSE(matches_glob("[0-9]*qube", "qube"));
  EXPECT_TRUE(matches_glob("[!0-9]*", "qube"));
  EXPECT_FALSE(matches_glob("[!0-9]*", "1qube"));
}

TEST(Glob, AnOpenBracketThatNeverClosesIsItself) { EXPECT_TRUE(matches_glob("a[b", "a[b")); }

TEST(Glob, PatternsWithoutADotAreForTheTableAlone) {
  EXPECT_TRUE(selects_table({"orders"}, {}, "shop", "orders"));
  EXPECT_TRUE(selects_table({"shop.*"}, {}, "shop", "orders"));
  EXPECT_FALSE(selects_table({"farm.*"}, {}, "shop", "orders"));
}

TEST(Glob, ExcludeWinsOverInclude) {
  EXPECT_FALSE(selects_table({"shop.*"}, {"*_log"}, "shop", "order_log"));
  EXPECT_TRUE(selects_table({}, {"*_log"}, "shop", "orders"));
}

}  // namespace
}  // namespace millrace
