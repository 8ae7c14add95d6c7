#include "engine/table_mentions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TableMentionsTest : public testing::Test {
 protected:
  TableMentionsTest() {
    mentions.add("shop", "orders", "shop.orders");
    mentions.add("shop", "my table", "shop.my table");
    mentions.add("Qube", "job", "Qube.job");
  }

  std::set<std::string> find(std::string_view database, std::string_view statement) {
    return mentions.find(database, statement);
  }

  TableMentions mentions;
};

TEST_F(TableMentionsTest, ATableOfTheDefaultDatabaseIsMeantByItsBareName) {
  EXPECT_THAT(find("shop", "INSERT INTO orders VALUES (1)"), ElementsAre("shop.orders"));
  EXPECT_THAT(find("shop", "update`orders`set a=1"), ElementsAre("shop.orders"));
}

TEST_F(TableMentionsTest, ATableOfTheSameNameInAnotherDatabaseIsNotMeant) {
  EXPECT_THAT(find("other", "INSERT INTO orders VALUES (1)"), IsEmpty());
  EXPECT_THAT(find("", "INSERT INTO other.orders VALUES (1)"), IsEmpty());
}

TEST_F(TableMentionsTest, AQualifiedNameIsMeantWhateverTheDefaultDatabaseIs) {
  EXPECT_THAT(find("other", "INSERT INTO shop.orders VALUES (1)"), ElementsAre("shop.orders"));
  EXPECT_THAT(find("", "delete from `shop` . /* here */ `orders`"), ElementsAre("shop.orders"));
}

TEST_F(TableMentionsTest, PartsOfWordsAreNoMention) {
  EXPECT_THAT(find("shop", "INSERT INTO orders_old VALUES (1)"), IsEmpty());
  EXPECT_THAT(find("shop", "INSERT INTO suborders VALUES (1)"), IsEmpty());
}

TEST_F(TableMentionsTest, WordsInStringsCountSinceTheyMayBeNames) {
  EXPECT_THAT(find("shop", "INSERT INTO x VALUES ('orders')"), ElementsAre("shop.orders"));
}

TEST_F(TableMentionsTest, CaseIsNoMatter) {
  EXPECT_THAT(find("SHOP", "INSERT INTO Orders VALUES (1)"), ElementsAre("shop.orders"));
  EXPECT_THAT(find("", "TRUNCATE qube.JOB"), ElementsAre("Qube.job"));
}

TEST_F(TableMentionsTest, ANameOfSeveralWordsIsMeantByAllOfThem) {
  EXPECT_THAT(find("shop", "INSERT INTO `my table` VALUES (1)"), ElementsAre("shop.my table"));
  EXPECT_THAT(find("shop", "DROP TABLE `your table`"), IsEmpty());
}

TEST_F(TableMentionsTest, ANameBeyondAsciiIsAlwaysTakenAsMeantInItsDatabase) {
  mentions.add("shop", "auftr\xC3\xA4ge", "shop.auftraege");
  EXPECT_THAT(find("shop", "INSERT INTO auftr\xE4ge VALUES (1)"), ElementsAre("shop.auftraege"));
  EXPECT_THAT(find("other", "INSERT INTO x VALUES (1)"), IsEmpty());
}

TEST_F(TableMentionsTest, ADatabaseThatIsDroppedTakesItsTablesAlong) {
  EXPECT_THAT(find("", "DROP DATABASE `shop`"), ElementsAre("shop.my table", "shop.orders"));
  EXPECT_THAT(find("", "drop schema if exists QUBE"), ElementsAre("Qube.job"));
  EXPECT_THAT(find("", "DROP DATABASE shop_old"), IsEmpty());
}

TEST_F(TableMentionsTest, ANameThatLeadsToTablesStandsForAllOfThem) {
  mentions.add("other", "v", "shop.orders");
  mentions.add("other", "v", "Qube.job");
  EXPECT_THAT(find("other", "INSERT INTO v VALUES (1)"), ElementsAre("Qube.job", "shop.orders"));
}

TEST(LoggedStatementTest, TheDefaultDatabaseStandsBeforeTheStatement) {
  const LoggedStatement statement = split_logged_statement("use `a``b`; INSERT INTO t VALUES (1)");
  EXPECT_EQ(statement.database, "a`b");
  EXPECT_EQ(first_word(statement.text), "insert");
}

TEST(LoggedStatementTest, WithoutOneTheTextIsAllThereIs) {
  const LoggedStatement statement = split_logged_statement("DROP TABLE shop.orders");
  EXPECT_EQ(statement.database, "");
  EXPECT_EQ(statement.text, "DROP TABLE shop.orders");
}

TEST(LoggedStatementTest, ACommentIsNoFirstWord) {
  EXPECT_EQ(first_word("/* x */ insert into t"), "");
}

}  // namespace
}  // namespace millrace
