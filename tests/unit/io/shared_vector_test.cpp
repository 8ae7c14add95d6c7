#include "io/shared_vector.h"

#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

using Names = SharedVector<std::string>;

TEST(SharedVector, SharesUntilOneOfTheCopiesIsChanged) {
  Names one{"a", "b"};
  Names other = one;
  EXPECT_TRUE(one.shares_with(other));
  other.push_back("c");
  EXPECT_FALSE(one.shares_with(other));
  EXPECT_EQ(one.size(), 2u);
  EXPECT_EQ(other.size(), 3u);
}

TEST(SharedVector, ReadingThroughAConstReferenceCopiesNothing) {
  const Names one{"a", "b"};
  // The copy is the matter. NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const Names other = one;
  std::string all;
  for (const std::string& name : other) all += name;
  EXPECT_EQ(all + other.front() + other.back() + other[1], "ababb");
  EXPECT_TRUE(one.shares_with(other));
}

TEST(SharedVector, IsEmptyWithoutElements) {
  const Names none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_EQ(none, Names(std::vector<std::string>{}));
}

TEST(VectorSharing, LetsEqualVectorsHoldTheirElementsOnce) {
  VectorSharing<std::string> sharing([](const std::string& name) { return name.size(); });
  Names first{"id", "name"};
  Names equal{"id", "name"};
  Names same_hash{"di", "name"};
  sharing.share(first);
  sharing.share(equal);
  sharing.share(same_hash);
  EXPECT_TRUE(first.shares_with(equal));
  EXPECT_FALSE(first.shares_with(same_hash));
  EXPECT_EQ(same_hash.front(), "di");
}

}  // namespace
}  // namespace millrace
