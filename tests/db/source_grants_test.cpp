#include "engine/check/source_grants.h"

#include <string>

#include <gtest/gtest.h>

#include "io/mysql/connection.h"
#include "io/mysql/server_facts.h"
#include "tests/support/source_database.h"

namespace millrace {
namespace {

/// A role that may see every trigger, and an account that was given it; gone with the test.
class SourceGrantsOfRole : public testing::Test {
 protected:
  SourceGrantsOfRole() {
    database.execute("CREATE ROLE " + outer);
    database.execute("CREATE ROLE " + inner);
    database.execute("GRANT TRIGGER ON *.* TO " + inner);
    database.execute("GRANT " + inner + " TO " + outer);
    database.execute("GRANT " + outer + " TO " + account.name());
  }
  ~SourceGrantsOfRole() override {
    database.execute("DROP ROLE " + inner);
    database.execute("DROP ROLE " + outer);
  }
  SourceGrants grants() const {
    mysql::Connection session(account.endpoint());
    return SourceGrants(mysql::read_grants(session));
  }

  SourceDatabase database{"MILLRACE_MARIADB"};
  SourceAccount account{"MILLRACE_MARIADB"};
  std::string outer = free_name("outer");
  std::string inner = free_name("inner");
};

TEST_F(SourceGrantsOfRole, OneThatIsInUseCountsWithAllThatItWasGiven) {
  database.execute("SET DEFAULT ROLE " + outer + " FOR " + account.name());

  EXPECT_TRUE(grants().everywhere("TRIGGER"));
}

TEST_F(SourceGrantsOfRole, OneThatIsNotInUseDoesNot) {
  EXPECT_FALSE(grants().everywhere("TRIGGER"));
}

}  // namespace
}  // namespace millrace
