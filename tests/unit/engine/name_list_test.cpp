#include "engine/name_list.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(NameList, NamesTheFirstFewAndCountsTheRest) {
  EXPECT_EQ(name_list({}), "");
  EXPECT_EQ(name_list({"a", "b"}, 2), "a, b");
  EXPECT_EQ(name_list({"a", "b", "c", "d"}, 2), "a, b and 2 more");
}

}  // namespace
}  // namespace millrace
