#include "tools/millrace/option_file.h"

#include <string>

#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/unit/tools/temporary_folder.h"

namespace millrace {
namespace {

OptionFileValues read(const std::string& text) {
  const TemporaryFolder folder;
  OptionFileValues values;
  read_option_file(folder.write("my.cnf", text), values);
  return values;
}

TEST(OptionFile, ReadsTheGroupsForClientsOnly) {
  const OptionFileValues values =
      read("[mysqld]\nport=1\n[client]\nuser=reader\n[mysql]\nuser=x\n[millrace]\nport=3307\n");

  EXPECT_EQ(values, (OptionFileValues{{"user", "reader"}, {"port", "3307"}}));
}

TEST(OptionFile, TakesOffQuotesAndSpaces) {
  const OptionFileValues values =
      read("[client]\nuser = 'a b'\npassword=\"x#y;z\"\nhost=  db1  \n");

  EXPECT_EQ(values.at("user"), "a b");
  EXPECT_EQ(values.at("password"), "x#y;z");
  EXPECT_EQ(values.at("host"), "db1");
}

TEST(OptionFile, ReadsEscapes) {
  EXPECT_EQ(read("[client]\npassword=\"a\\\\b\\s\\\"c\\x\"\n").at("password"), "a\\b \"c\\x");
}

TEST(OptionFile, LeavesOutComments) {
  const OptionFileValues values =
      read("# user=a\n; user=b\n[client]\nhost=db1 # the old one\n#user=c\n");

  EXPECT_EQ(values, (OptionFileValues{{"host", "db1"}}));
}

TEST(OptionFile, TakesUnderscoresForDashesAndLooseOptions) {
  const OptionFileValues values = read("[client]\nssl_ca=/ca.pem\nloose-ssl-mode=REQUIRED\n");

  EXPECT_EQ(values.at("ssl-ca"), "/ca.pem");
  EXPECT_EQ(values.at("ssl-mode"), "REQUIRED");
}

TEST(OptionFile, AnOptionWithoutAValueIsEmpty) {
  EXPECT_EQ(read("[client]\npassword\n").at("password"), "");
}

TEST(OptionFile, TheLaterValueWins) {
  EXPECT_EQ(read("[client]\nuser=a\nuser=b\n").at("user"), "b");
}

TEST(OptionFile, FollowsIncludes) {
  const TemporaryFolder folder;
  folder.write("more.d/b.cnf", "[client]\nuser=from_b\n");
  folder.write("more.d/a.cnf", "[client]\nuser=from_a\nport=3307\n");
  folder.write("more.d/ignored.txt", "[client]\nuser=ignored\n");
  folder.write("extra.cnf", "[client]\nhost=db1\n");
  OptionFileValues values;

  read_option_file(folder.write("my.cnf", "!include extra.cnf\n!includedir more.d\n"), values);

  EXPECT_EQ(values, (OptionFileValues{{"host", "db1"}, {"port", "3307"}, {"user", "from_b"}}));
}

TEST(OptionFile, RefusesAFileThatIncludesItself) {
  const TemporaryFolder folder;
  OptionFileValues values;

  EXPECT_THROW(read_option_file(folder.write("my.cnf", "!include my.cnf\n"), values), Error);
}

TEST(OptionFile, NamesTheLineOfABrokenGroup) {
  try {
    read("\n[client\nuser=a\n");
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos);
  }
}

TEST(OptionFile, NamesAFileThatIsNotThere) {
  OptionFileValues values;
  EXPECT_THROW(read_option_file("no/such/my.cnf", values), Error);
}

}  // namespace
}  // namespace millrace
