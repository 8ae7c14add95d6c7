#include "engine/job_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

TEST(JobDifferenceTest, EachSettingThatDiffersIsToldWithBothValues) {
  EXPECT_THAT(differences({{"--exclude", "a"}, {"--include", "x"}, {"cast", "1"}},
                          {{"--exclude", "b"}, {"cast", "1"}, {"where", "w"}}),
              ElementsAre("--exclude was 'a' and is 'b'", "--include was 'x' and is not given",
                          "where was not given and is 'w'"));
}

TEST(JobDifferenceTest, EqualJobsDoNotDiffer) {
  EXPECT_THAT(differences({{"--exclude", "a"}}, {{"--exclude", "a"}}), IsEmpty());
}

TEST(JobDifferenceTest, ALongListEndsWithHowManyAreLeftOut) {
  EXPECT_EQ(listed({"a", "b"}), "a; b");
  EXPECT_THAT(listed(std::vector<std::string>(25, "a")), EndsWith("; a; and 5 more"));
}

}  // namespace
}  // namespace millrace
