#include <gtest/gtest.h>

#include "io/mysql/catalog.h"

namespace millrace::mysql {
namespace {

using Labels = std::vector<std::string>;

TEST(SourceCatalog, TakesLabelsApart) {
  EXPECT_EQ(parse_labels("enum('a','b c')"), (Labels{"a", "b c"}));
}

TEST(SourceCatalog, KeepsQuotesAndCommasInsideLabels) {
  EXPECT_EQ(parse_labels("set('it''s','x,y','')"), (Labels{"it's", "x,y", ""}));
}

TEST(SourceCatalog, UnescapesLabels) {
  EXPECT_EQ(parse_labels(R"(enum('it''s \\','a\nb'))"), (Labels{"it's \\", "a\nb"}));
}

TEST(SourceCatalog, FindsNoLabelsInOtherTypes) { EXPECT_EQ(parse_labels("int(11)"), Labels{}); }

}  // namespace
}  // namespace millrace::mysql
