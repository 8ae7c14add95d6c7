#include <string>

#include <gtest/gtest.h>

#include "io/postgres/server_error.h"
#include "io/postgres/server_greeting.h"

namespace millrace::postgres {
namespace {

const Account account{.user = "pfx", .database = "farm"};

std::string hint(std::string_view sqlstate, std::string_view statement = {}) {
  return hint_of(sqlstate, statement, account);
}

TEST(PostgresServerError, SqlstateTellsWhatToDoNext) {
  EXPECT_EQ(kind_of("08006"), ErrorKind::connection_lost);
  EXPECT_EQ(kind_of("08P01"), ErrorKind::internal);
  EXPECT_EQ(kind_of("57P01"), ErrorKind::connection_lost);
  EXPECT_EQ(kind_of("57P03"), ErrorKind::connection_lost);
  EXPECT_EQ(kind_of("53100"), ErrorKind::exhausted);
  EXPECT_EQ(kind_of("53300"), ErrorKind::exhausted);
  EXPECT_EQ(kind_of("40001"), ErrorKind::conflict);
  EXPECT_EQ(kind_of("40P01"), ErrorKind::conflict);
  EXPECT_EQ(kind_of("40003"), ErrorKind::commit_in_doubt);
  EXPECT_EQ(kind_of("57014"), ErrorKind::cancelled);
  EXPECT_EQ(kind_of("22P03"), ErrorKind::bad_data);
  EXPECT_EQ(kind_of("23505"), ErrorKind::bad_data);
  EXPECT_EQ(kind_of("28P01"), ErrorKind::bad_request);
  EXPECT_EQ(kind_of("3D000"), ErrorKind::bad_request);
  EXPECT_EQ(kind_of("42501"), ErrorKind::bad_request);
  EXPECT_EQ(kind_of("57P04"), ErrorKind::bad_request);
}

TEST(PostgresServerError, WrongPasswordTellsWhereToPutIt) {
  EXPECT_EQ(
      hint("28P01"),
      "check user and password: set PGPASSWORD, or write host:port:database:pfx:password into "
      "~/.pgpass (mode 600)");
}

TEST(PostgresServerError, MissingDatabaseTellsHowToMakeIt) {
  EXPECT_EQ(hint("3D000"), "create it first: createdb farm");
}

TEST(PostgresServerError, MissingPrivilegeTellsTheGrant) {
  EXPECT_EQ(hint("42501", "CREATE SCHEMA \"x\""),
            "as its owner: GRANT CREATE ON DATABASE \"farm\" TO \"pfx\"");
  EXPECT_EQ(hint("42501", "CREATE TABLE \"a\"\"b\".\"t\" (\"id\" int)"),
            "as its owner: GRANT USAGE, CREATE ON SCHEMA \"a\"\"b\" TO \"pfx\"");
  EXPECT_EQ(hint("42501", "COPY \"s\".\"t\" (\"id\") FROM STDIN"),
            "as its owner: GRANT INSERT ON TABLE \"s\".\"t\" TO \"pfx\"; GRANT USAGE ON SCHEMA "
            "\"s\" TO \"pfx\"");
  EXPECT_EQ(hint("42501", "TRUNCATE TABLE \"s\".\"t\""),
            "as its owner: GRANT TRUNCATE ON TABLE \"s\".\"t\" TO \"pfx\"; GRANT USAGE ON SCHEMA "
            "\"s\" TO \"pfx\"");
  EXPECT_EQ(hint("42501", "DROP TABLE \"s\".\"t\""),
            "connect as the owner of what is in the way, or make \"pfx\" a member of it");
}

TEST(PostgresServerError, RefusalWhileConnectingKeepsItsSqlstate) {
  const auto failure = parse_connect_failure(
      "connection to server at \"h\" (::1), port 5432 failed: Connection refused\n"
      "\tIs the server running on that host and accepting TCP/IP connections?\n"
      "connection to server at \"h\" (127.0.0.1), port 5432 failed: "
      "FATAL:  3D000: database \"x\" does not exist\nLOCATION:  InitPostgres, postinit.c:1000\n");

  EXPECT_EQ(failure.sqlstate, "3D000");
  EXPECT_EQ(failure.reason, "database \"x\" does not exist");
}

TEST(PostgresServerError, RefusalInAnotherLanguageKeepsItsSqlstate) {
  const auto failure = parse_connect_failure(
      "connection to server at \"h\" (127.0.0.1), port 5432 failed: "
      "FATAL:  28P01: Passwort-Authentifizierung für Benutzer »x« fehlgeschlagen\n"
      "LOCATION:  auth_failed, auth.c:326\n");

  EXPECT_EQ(failure.sqlstate, "28P01");
}

TEST(PostgresServerError, FailureWithoutAServerHasNoSqlstate) {
  const auto failure = parse_connect_failure(
      "connection to server at \"h\" (127.0.0.1), port 1 failed: Connection refused\n"
      "\tIs the server running on that host and accepting TCP/IP connections?\n");

  EXPECT_EQ(failure.sqlstate, "");
  EXPECT_EQ(failure.reason, "Connection refused");
}

TEST(PostgresServerError, DetailsFollowTheReason) {
  const auto failure = parse_connect_failure(
      "FATAL:  53300: sorry, too many clients already\nDETAIL:  all are taken\n");

  EXPECT_EQ(failure.sqlstate, "53300");
  EXPECT_EQ(failure.reason, "sorry, too many clients already; DETAIL:  all are taken");
}

TEST(PostgresServerError, StatementIsFoundByItsPlace) {
  EXPECT_EQ(statement_of("SELECT 1; SELECT 2 ;\n SELECT 3", 0, 0), "SELECT 1");
  EXPECT_EQ(statement_of("SELECT 1; SELECT 2 ;\n SELECT 3", 0, 1), "SELECT 2");
  EXPECT_EQ(statement_of("SELECT 1; SELECT 2 ;\n SELECT 3", 0, 2), "SELECT 3");
}

TEST(PostgresServerError, StatementIsFoundByACharacterWithin) {
  // Characters are counted, not bytes: é is one.
  EXPECT_EQ(statement_of("SELECT 'é'; SELECT x", 10, 0), "SELECT 'é'");
  EXPECT_EQ(statement_of("SELECT 'é'; SELECT x", 20, 0), "SELECT x");
}

TEST(PostgresServerError, SemicolonWithinAQuoteEndsNothing) {
  EXPECT_EQ(statement_of("SELECT 'a;''b'; SELECT 2", 0, 1), "SELECT 2");
  EXPECT_EQ(statement_of("SELECT E'a\\';b'; SELECT 2", 0, 1), "SELECT 2");
  EXPECT_EQ(statement_of("SELECT 'a\\'; SELECT 2", 0, 1), "SELECT 2");
  EXPECT_EQ(statement_of("SELECT \"a;b\"; SELECT 2", 0, 1), "SELECT 2");
}

TEST(PostgresServerError, SemicolonWithinABlockOrACommentEndsNothing) {
  EXPECT_EQ(statement_of("DO $x$ a; $ b; $x$; SELECT 2", 0, 1), "SELECT 2");
  EXPECT_EQ(statement_of("SELECT 1 -- a; b\n; SELECT 2", 0, 1), "SELECT 2");
  EXPECT_EQ(statement_of("SELECT /* a; b */ 1; SELECT 2", 0, 1), "SELECT 2");
}

TEST(PostgresServerError, StatementIsShownOnOneLineOfLimitedLength) {
  EXPECT_EQ(shorten_statement("  SELECT\n\t 1  ", 100), "SELECT 1");
  EXPECT_EQ(shorten_statement("SELECT 'éé'", 9), "SELECT '...");
  EXPECT_EQ(shorten_statement("SELECT 'éé'", 10), "SELECT 'é...");
}

// ---- greetings: int3 length, int1 sequence, payload

std::string packet(const std::string& payload) {
  std::string bytes(4, '\0');
  bytes[0] = static_cast<char>(payload.size());
  return bytes + payload;
}

TEST(MysqlGreeting, MysqlTellsItsVersion) {
  EXPECT_EQ(parse_mysql_greeting(packet(std::string("\x0a"
                                                    "5.6.24\0rest",
                                                    12))),
            "MySQL server (5.6.24)");
}

TEST(MysqlGreeting, MariadbDropsItsDisguise) {
  EXPECT_EQ(parse_mysql_greeting(packet(std::string("\x0a"
                                                    "5.5.5-10.11.6-MariaDB\0rest",
                                                    27))),
            "MariaDB server (10.11.6-MariaDB)");
}

TEST(MysqlGreeting, RefusalBeforeTheGreetingIsKnown) {
  EXPECT_EQ(parse_mysql_greeting(packet("\xff\x6a\x04Host 'x' is not allowed to connect to this "
                                        "MariaDB server")),
            "MariaDB server");
}

TEST(MysqlGreeting, OtherServersAreNoMysql) {
  EXPECT_EQ(parse_mysql_greeting(""), std::nullopt);
  EXPECT_EQ(parse_mysql_greeting("S"), std::nullopt);
  EXPECT_EQ(parse_mysql_greeting("SSH-2.0-OpenSSH_9.2\r\n"), std::nullopt);
  EXPECT_EQ(parse_mysql_greeting("HTTP/1.1 400 Bad Request\r\n"), std::nullopt);
  EXPECT_EQ(parse_mysql_greeting(std::string("R\0\0\0\x08\0\0\0\x03", 9)), std::nullopt);
}

}  // namespace
}  // namespace millrace::postgres
