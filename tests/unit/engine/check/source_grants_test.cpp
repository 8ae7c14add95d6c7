#include "engine/check/source_grants.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(SourceGrants, AccountIsWrittenAsGrantWantsIt) {
  EXPECT_EQ(
      SourceGrants({"GRANT USAGE ON *.* TO `reader`@`%` IDENTIFIED BY PASSWORD '*A'"}).account(),
      "'reader'@'%'");
  EXPECT_EQ(SourceGrants({"GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost' WITH GRANT OPTION"})
                .account(),
            "'root'@'localhost'");
}

TEST(SourceGrants, PrivilegesAreHeldWhereTheyWereGranted) {
  const SourceGrants grants({"GRANT RELOAD, BINLOG MONITOR ON *.* TO `r`@`%`",
                             "GRANT SELECT, LOCK TABLES ON `shop`.* TO `r`@`%`"});

  EXPECT_TRUE(grants.everywhere("RELOAD"));
  EXPECT_TRUE(grants.everywhere("BINLOG MONITOR"));
  EXPECT_FALSE(grants.everywhere("SELECT"));
  EXPECT_TRUE(grants.on_database("SELECT", "shop"));
  EXPECT_TRUE(grants.on_database("LOCK TABLES", "shop"));
  EXPECT_FALSE(grants.on_database("LOCK TABLES", "shop2"));
  EXPECT_TRUE(grants.on_database("RELOAD", "shop2"));
}

TEST(SourceGrants, AllPrivilegesHoldsAnyOfThem) {
  const SourceGrants grants({"GRANT ALL PRIVILEGES ON `shop`.* TO `r`@`%`"});

  EXPECT_TRUE(grants.on_database("TRIGGER", "shop"));
  EXPECT_FALSE(grants.everywhere("TRIGGER"));
}

TEST(SourceGrants, DatabasesAreGrantedByPattern) {
  const SourceGrants grants(
      {R"(GRANT SELECT ON `%qube`.* TO `r`@`%`)", R"(GRANT EVENT ON `farm\_1`.* TO `r`@`%`)"});

  EXPECT_TRUE(grants.on_database("SELECT", "17qube"));
  EXPECT_FALSE(grants.on_database("SELECT", "qube2"));
  EXPECT_TRUE(grants.on_database("EVENT", "farm_1"));
  EXPECT_FALSE(grants.on_database("EVENT", "farmX1"));
}

TEST(SourceGrants, OneTableOrSomeColumnsAreNotTheDatabase) {
  const SourceGrants grants({"GRANT SELECT ON `shop`.`orders` TO `r`@`%`",
                             "GRANT SELECT (`id`, `a b`), INSERT ON `mall`.* TO `r`@`%`"});

  EXPECT_FALSE(grants.on_database("SELECT", "shop"));
  EXPECT_FALSE(grants.on_database("SELECT", "mall"));
  EXPECT_TRUE(grants.on_database("INSERT", "mall"));
  EXPECT_TRUE(grants.on_table("SELECT", "shop", "orders"));
  EXPECT_FALSE(grants.on_table("SELECT", "shop", "order"));
  EXPECT_FALSE(grants.on_table("SELECT", "mall", "orders"));
  EXPECT_TRUE(grants.on_table("INSERT", "mall", "orders"));
}

TEST(SourceGrants, RoutineIsNoTable) {
  const SourceGrants grants({"GRANT EXECUTE ON PROCEDURE `shop`.`order` TO `r`@`%`"});

  EXPECT_FALSE(grants.on_database("EXECUTE", "shop"));
  EXPECT_FALSE(grants.on_table("EXECUTE", "shop", "order"));
}

TEST(SourceGrants, NamesMayHoldWhatSeparates) {
  const SourceGrants grants({"GRANT SELECT ON `a TO b, ON ``c``.d`.* TO 'it''s ON'@'h'"});

  EXPECT_TRUE(grants.on_database("SELECT", "a TO b, ON `c`.d"));
  EXPECT_EQ(grants.account(), "'it''s ON'@'h'");
}

TEST(SourceGrants, GrantsOfRolesAndProxiesAreNoPrivileges) {
  const SourceGrants grants({"GRANT `readers` TO `r`@`%`", "GRANT PROXY ON ''@'%' TO 'r'@'%'",
                             "SET DEFAULT ROLE `readers` FOR `r`@`%`"});

  EXPECT_FALSE(grants.everywhere("SELECT"));
  EXPECT_FALSE(grants.on_database("PROXY", ""));
}

}  // namespace
}  // namespace millrace
