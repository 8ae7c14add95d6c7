#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "io/mysql/connection.h"
#include "tests/support/source_database.h"
#include "tests/support/tcp_relay.h"
#include "tests/support/test_servers.h"

namespace millrace::mysql {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto mariadb = "MILLRACE_MARIADB";
constexpr auto mysql56 = "MILLRACE_MYSQL56";

Endpoint source(const char* variable) { return server_of(variable, Side::source); }

Error refusal_of(const Endpoint& endpoint) {
  return thrown_by([&] { Connection connection(endpoint); });
}

std::string value_of(Connection& connection, const std::string& sql) {
  return connection.query(sql).at(0).at(0).text;
}

/// The cipher of a session; empty: plain text.
std::string cipher_of(const Endpoint& endpoint) {
  Connection connection(endpoint);
  return connection.query("SHOW STATUS LIKE 'Ssl_cipher'").at(0).at(1).text;
}

/// What holds for MariaDB and for MySQL.
class EitherSource : public testing::TestWithParam<const char*> {
 protected:
  Endpoint server() const { return source(GetParam()); }
};
using MysqlConnection = EitherSource;
INSTANTIATE_TEST_SUITE_P(, MysqlConnection, both_sources(), source_name);

// ---- connecting

TEST(MysqlConnectionVersion, MariadbIsTold) {
  const Connection connection(source(mariadb));

  EXPECT_TRUE(connection.version().mariadb);
  EXPECT_GE(connection.version().number, 101100);
  EXPECT_LT(connection.version().number, 101200);
  EXPECT_THAT(connection.version().text, StartsWith("10.11."));
}

TEST(MysqlConnectionVersion, MysqlIsTold) {
  const Connection connection(source(mysql56));

  EXPECT_FALSE(connection.version().mariadb);
  EXPECT_EQ(connection.version().number, 50624);
  EXPECT_THAT(connection.version().text, StartsWith("5.6.24"));
}

TEST_P(MysqlConnection, WrongPasswordIsRefusedWithoutShowingIt) {
  Endpoint endpoint = server();
  endpoint.password = "not-the-password";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1045");
  EXPECT_EQ(error.where().side, Side::source);
  EXPECT_THAT(error.message(), StartsWith("cannot connect to the source mysql://root:***@"));
  EXPECT_THAT(error.hint(), StartsWith("check user and password"));
  EXPECT_THAT(error.what(), Not(HasSubstr("not-the-password")));
}

TEST_P(MysqlConnection, MissingPasswordTellsWhereToGiveIt) {
  Endpoint endpoint = server();
  endpoint.has_password = false;

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.hint(), HasSubstr("MYSQL_PWD"));
}

TEST_P(MysqlConnection, MissingDatabaseIsNamed) {
  Endpoint endpoint = server();
  endpoint.database = "no_such_database";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1049");
  EXPECT_THAT(error.message(), HasSubstr("no_such_database"));
  EXPECT_THAT(error.hint(), HasSubstr("--databases"));
}

TEST_P(MysqlConnection, DatabaseOfOthersIsRefused) {
  const SourceDatabase database(GetParam());
  const SourceAccount account(GetParam());
  Endpoint endpoint = account.endpoint();
  endpoint.database = database.name();

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1044");
  EXPECT_THAT(error.hint(), HasSubstr("GRANT SELECT"));
}

TEST(MysqlConnectionRefusal, ClosedPortIsALostConnection) {
  Endpoint endpoint = source(mariadb);
  endpoint.port = 1;

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
  EXPECT_THAT(error.hint(), HasSubstr("check host and port"));
}

TEST(MysqlConnectionRefusal, UnknownHostIsALostConnection) {
  Endpoint endpoint = source(mariadb);
  endpoint.host = "no-such-host.invalid";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
  EXPECT_EQ(error.hint(), "check the host name in the URL");
}

TEST(MysqlConnectionRefusal, MissingSocketIsALostConnection) {
  Endpoint endpoint = source(mariadb);
  endpoint.socket = "/no/such/socket";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
  EXPECT_THAT(error.message(), HasSubstr("/no/such/socket"));
  EXPECT_THAT(error.hint(), HasSubstr("socket"));
}

TEST(MysqlConnectionRefusal, ServerThatSaysNothingIsGivenUp) {
  const int silent = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(silent, generic, size), 0);
  ASSERT_EQ(listen(silent, 8), 0);
  ASSERT_EQ(getsockname(silent, generic, &size), 0);
  Endpoint endpoint = source(mariadb);
  endpoint.port = ntohs(address.sin_port);
  endpoint.connect_timeout_seconds = 1;

  const Error error = refusal_of(endpoint);
  close(silent);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
  EXPECT_THAT(error.hint(), Not(IsEmpty()));
}

TEST(MysqlConnectionRefusal, PostgresIsNamed) {
  for (const char* variable : {"MILLRACE_POSTGRES15", "MILLRACE_POSTGRES18"}) {
    Endpoint endpoint = source(mariadb);
    endpoint.port = server_of(variable, Side::target).port;
    endpoint.connect_timeout_seconds = 1;

    const Error error = refusal_of(endpoint);

    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_THAT(error.message(), HasSubstr("this is a PostgreSQL server"));
    EXPECT_THAT(error.hint(), HasSubstr("3306"));
  }
}

TEST_P(MysqlConnection, AccountWithoutAFreeSlotIsExhausted) {
  SourceAccount account(GetParam());
  account.grant("USAGE ON *.*", "WITH MAX_USER_CONNECTIONS 1");
  const Connection first(account.endpoint());

  const Error error = refusal_of(account.endpoint());

  EXPECT_EQ(error.kind(), ErrorKind::exhausted);
  EXPECT_THAT(error.hint(), HasSubstr("max_connections"));
}

TEST_P(MysqlConnection, SocketIsUsedWhereGiven) {
  Endpoint endpoint = server();
  endpoint.host = "no-such-host.invalid";
  endpoint.port = 1;
  endpoint.socket = variable_of(std::string(GetParam()) + "_SOCKET");

  Connection connection(endpoint);

  EXPECT_EQ(value_of(connection,
                     "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()"),
            "localhost");
}

// ---- TLS

TEST_P(MysqlConnection, WithoutAModeNothingIsEncrypted) {
  EXPECT_THAT(cipher_of(server()), IsEmpty());
}

TEST_P(MysqlConnection, DisabledIsPlainText) {
  Endpoint endpoint = server();
  endpoint.tls_mode = "disabled";
  endpoint.tls_ca = variable_of("MILLRACE_TLS_CA");

  EXPECT_THAT(cipher_of(endpoint), IsEmpty());
}

TEST(MysqlConnectionTls, PreferredEncryptsWhereTheServerCan) {
  Endpoint endpoint = source(mariadb);
  endpoint.tls_mode = "preferred";
  EXPECT_THAT(cipher_of(endpoint), Not(IsEmpty()));

  endpoint = source(mysql56);
  endpoint.tls_mode = "preferred";
  EXPECT_THAT(cipher_of(endpoint), IsEmpty());
}

TEST(MysqlConnectionTls, PreferredBelievesAnyServer) {
  Endpoint endpoint = source(mariadb);
  endpoint.tls_mode = "preferred";
  endpoint.tls_ca = variable_of("MILLRACE_TLS_OTHER_CA");

  EXPECT_THAT(cipher_of(endpoint), Not(IsEmpty()));
}

TEST(MysqlConnectionTls, RequiredIsEncrypted) {
  Endpoint endpoint = source(mariadb);
  endpoint.tls_mode = "required";

  EXPECT_THAT(cipher_of(endpoint), Not(IsEmpty()));
}

TEST(MysqlConnectionTls, ServerWithoutTlsIsRefusedByEveryModeThatRequiresIt) {
  for (const char* mode : {"required", "verify-ca", "verify-full"}) {
    Endpoint endpoint = source(mysql56);
    endpoint.tls_mode = mode;
    endpoint.tls_ca = variable_of("MILLRACE_TLS_CA");

    const Error error = refusal_of(endpoint);

    EXPECT_EQ(error.kind(), ErrorKind::bad_request) << mode;
    EXPECT_THAT(error.message(), testing::AnyOf(HasSubstr("offers no TLS"),
                                                HasSubstr("the server does not support it")))
        << mode;
    EXPECT_THAT(error.hint(), HasSubstr("--source-ssl-mode")) << mode;
  }
}

TEST(MysqlConnectionTls, VerifyCaBelievesItsAuthorityUnderAnyName) {
  Endpoint endpoint = source(mariadb);
  endpoint.host = "127.1";  // 127.0.0.1, by a name that the certificate does not have
  endpoint.tls_mode = "verify-ca";
  endpoint.tls_ca = variable_of("MILLRACE_TLS_CA");

  EXPECT_THAT(cipher_of(endpoint), Not(IsEmpty()));
}

TEST(MysqlConnectionTls, VerifyFullBelievesItsAuthorityUnderTheCertificatesName) {
  for (const char* host : {"localhost", "127.0.0.1"}) {
    Endpoint endpoint = source(mariadb);
    endpoint.host = host;
    endpoint.tls_mode = "verify-full";
    endpoint.tls_ca = variable_of("MILLRACE_TLS_CA");

    EXPECT_THAT(cipher_of(endpoint), Not(IsEmpty())) << host;
  }
}

TEST(MysqlConnectionTls, VerifyFullRefusesAnotherName) {
  Endpoint endpoint = source(mariadb);
  endpoint.host = "127.1";
  endpoint.tls_mode = "verify-full";
  endpoint.tls_ca = variable_of("MILLRACE_TLS_CA");

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "2026");
  EXPECT_THAT(error.hint(), HasSubstr("--source-ssl-mode"));
}

TEST(MysqlConnectionTls, AnotherAuthoritysCertificateIsRefused) {
  for (const char* mode : {"verify-ca", "verify-full", ""}) {
    Endpoint endpoint = source(mariadb);
    endpoint.tls_mode = mode;
    endpoint.tls_ca = variable_of("MILLRACE_TLS_OTHER_CA");

    const Error error = refusal_of(endpoint);

    EXPECT_EQ(error.kind(), ErrorKind::bad_request) << mode;
    EXPECT_EQ(error.where().code, "2026") << mode;
    EXPECT_THAT(error.message(), HasSubstr("certificate")) << mode;
    EXPECT_THAT(error.hint(), HasSubstr("--source-ssl-ca")) << mode;
  }
}

TEST(MysqlConnectionTls, VerifyFullWithoutAnAuthorityAsksTheSystems) {
  Endpoint endpoint = source(mariadb);
  endpoint.tls_mode = "verify-full";

  EXPECT_EQ(refusal_of(endpoint).where().code, "2026");
}

TEST(MysqlConnectionTls, VerifyCaWithoutAnAuthorityIsRefused) {
  Endpoint endpoint = source(mariadb);
  endpoint.tls_mode = "verify-ca";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.hint(), HasSubstr("--source-ssl-ca FILE"));
}

TEST(MysqlConnectionTls, MissingAuthorityFileIsRefused) {
  Endpoint endpoint = source(mariadb);
  endpoint.tls_mode = "verify-ca";
  endpoint.tls_ca = "/no/such/ca.pem";

  EXPECT_EQ(refusal_of(endpoint).kind(), ErrorKind::bad_request);
}

TEST(MysqlConnectionTls, AccountThatMustEncryptComesInByRequiredOnly) {
  SourceAccount account(mariadb);
  account.grant("USAGE ON *.*", "REQUIRE SSL");
  Endpoint endpoint = account.endpoint();
  EXPECT_EQ(refusal_of(endpoint).where().code, "1045");

  endpoint.tls_mode = "required";

  EXPECT_THAT(cipher_of(endpoint), Not(IsEmpty()));
}

TEST(MysqlConnectionTls, ClientCertificateLogsIn) {
  Endpoint endpoint = source(mariadb);
  endpoint.user = "certified";
  endpoint.has_password = false;
  endpoint.tls_certificate = variable_of("MILLRACE_TLS_CERT");
  endpoint.tls_key = variable_of("MILLRACE_TLS_KEY");

  EXPECT_THAT(cipher_of(endpoint), Not(IsEmpty()));
}

// ---- the session

TEST_P(MysqlConnection, SessionHasSettingsOfItsOwn) {
  const SourceAccount account(GetParam());
  Connection connection(account.endpoint());

  const auto row = connection.query(
      "SELECT @@sql_mode, @@time_zone, @@character_set_results, @@character_set_client, "
      "@@net_write_timeout, @@net_read_timeout, @@wait_timeout, @@collation_connection");

  ASSERT_EQ(row.size(), 1U);
  EXPECT_EQ(row[0][0].text, "");
  EXPECT_EQ(row[0][1].text, "+00:00");
  EXPECT_TRUE(row[0][2].null);
  EXPECT_EQ(row[0][3].text, "utf8mb4");
  EXPECT_EQ(row[0][4].text, "86400");
  EXPECT_EQ(row[0][5].text, "86400");
  EXPECT_EQ(row[0][6].text, "604800");
  EXPECT_THAT(row[0][7].text, StartsWith("utf8mb4_"));
}

TEST(MysqlConnectionSession, NoStatementIsEndedForTakingLong) {
  Connection connection(source(mariadb));

  EXPECT_EQ(value_of(connection, "SELECT @@max_statement_time"), "0.000000");
}

TEST_P(MysqlConnection, TextComesInTheCharsetOfItsColumn) {
  SourceDatabase database(GetParam());
  database.execute("CREATE TABLE t (l CHAR(1) CHARSET latin1, u CHAR(1) CHARSET utf8)");
  database.execute("INSERT INTO t VALUES (_latin1 x'e9', _latin1 x'e9')");

  const auto rows = database.admin().query("SELECT l, u FROM t");

  EXPECT_EQ(rows.at(0).at(0).text, "\xe9");
  EXPECT_EQ(rows.at(0).at(1).text, "\xc3\xa9");
}

TEST_P(MysqlConnection, IdIsTheServers) {
  Connection connection(server());

  EXPECT_EQ(value_of(connection, "SELECT CONNECTION_ID()"), std::to_string(connection.id()));
}

TEST_P(MysqlConnection, QueryTellsNullFromEmptyAndKeepsEveryByte) {
  Connection connection(server());

  const auto rows = connection.query("SELECT NULL, '', x'00ff2700' UNION ALL SELECT '1', '2', '3'");

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0][0].null);
  EXPECT_FALSE(rows[0][1].null);
  EXPECT_EQ(rows[0][1].text, "");
  EXPECT_EQ(rows[0][2].text, std::string("\0\xff'\0", 4));
  EXPECT_EQ(rows[1][2].text, "3");
}

TEST_P(MysqlConnection, StatementThatFailsIsShownAndTheSessionGoesOn) {
  Connection connection(server());

  const Error error = thrown_by([&] { connection.execute("SELCT 'one' FROM nowhere"); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1064");
  EXPECT_THAT(error.message(), StartsWith("source refused: SELCT 'one' FROM nowhere: "));
  EXPECT_EQ(value_of(connection, "SELECT 1"), "1");
}

TEST_P(MysqlConnection, RefusedPrivilegeIsToldFromOtherErrors) {
  SourceDatabase database(GetParam());
  database.execute("CREATE TABLE t (i INT)");
  const SourceAccount account(GetParam());
  Connection connection(account.endpoint());

  bool denied = false;
  EXPECT_THAT(connection.query_if_allowed("SELECT * FROM " + database("t"), denied), IsEmpty());
  EXPECT_TRUE(denied);
  connection.query_if_allowed("FLUSH TABLES WITH READ LOCK", denied);
  EXPECT_TRUE(denied);
  EXPECT_EQ(connection.query_if_allowed("SELECT 1", denied).size(), 1U);
  EXPECT_FALSE(denied);
  EXPECT_EQ(thrown_by([&] { connection.query_if_allowed("SELCT", denied); }).where().code, "1064");
}

TEST_P(MysqlConnection, QuotedNamesAndTextsSurviveEverySqlMode) {
  SourceDatabase database(GetParam());
  const std::string name = "a `b\" 'c' \\ é";
  const std::string text = "it's \\ \"é\" \xf0\x9f\x90\x8e `\n";
  for (const char* mode : {"", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI"}) {
    database.execute("SET sql_mode = '" + std::string(mode) + "'");
    database.execute("CREATE TABLE " + database(name) + " (" + quote_identifier(name) +
                     " TEXT CHARACTER SET utf8mb4)");
    database.execute("INSERT INTO " + database(name) + " VALUES (" + quote_text(text) + ")");

    EXPECT_EQ(database.value("SELECT " + quote_identifier(name) + " FROM " + database(name)), text);
    EXPECT_EQ(database.value("SELECT COUNT(*) FROM " + database(name) + " WHERE " +
                             quote_identifier(name) + " = " + quote_text(text) +
                             " AND '' = " + quote_text("")),
              "1");
    database.execute("DROP TABLE " + database(name));
  }
}

TEST_P(MysqlConnection, MovedSessionGoesOn) {
  Connection connection(server());
  Connection moved = std::move(connection);
  EXPECT_EQ(value_of(moved, "SELECT 7"), "7");

  connection = std::move(moved);

  EXPECT_EQ(value_of(connection, "SELECT 8"), "8");
}

// ---- ends

TEST_P(MysqlConnection, CutWakesABlockedQuery) {
  Connection connection(server());
  const std::string id = std::to_string(connection.id());
  std::thread other([&] {
    await_session(server(), "ID = " + id + " AND STATE = 'User sleep'");
    connection.cut();
  });

  const Error error = thrown_by([&] { connection.query("SELECT SLEEP(600)"); });
  other.join();
  Connection(server()).execute("KILL " + id);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
}

TEST(MysqlConnectionEnds, CutWakesABlockedQueryOverTls) {
  Endpoint endpoint = source(mariadb);
  endpoint.tls_mode = "required";
  Connection connection(endpoint);
  const std::string id = std::to_string(connection.id());
  std::thread other([&] {
    await_session(endpoint, "ID = " + id + " AND STATE = 'User sleep'");
    connection.cut();
  });

  const Error error = thrown_by([&] { connection.query("SELECT SLEEP(600)"); });
  other.join();
  Connection(endpoint).execute("KILL " + id);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
}

TEST_P(MysqlConnection, CutMayComeTwiceAndBeforeAQuery) {
  Connection connection(server());
  connection.cut();
  connection.cut();

  EXPECT_EQ(thrown_by([&] { connection.query("SELECT 1"); }).kind(), ErrorKind::connection_lost);
  connection.cut();
}

TEST_P(MysqlConnection, KilledSessionIsALostConnection) {
  Connection connection(server());
  const std::string id = std::to_string(connection.id());
  std::thread other([&] {
    await_session(server(), "ID = " + id + " AND STATE = 'User sleep'");
    Connection(server()).execute("KILL " + id);
  });

  const Error error = thrown_by([&] { connection.query("SELECT SLEEP(600)"); });
  other.join();

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
}

TEST_P(MysqlConnection, KilledSessionThatWasIdleIsALostConnection) {
  Connection connection(server());
  Connection other(server());
  const std::string id = std::to_string(connection.id());
  other.execute("KILL " + id);
  while (!other.query("SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = " + id).empty()) {
    std::this_thread::yield();
  }

  EXPECT_EQ(thrown_by([&] { connection.query("SELECT 1"); }).kind(), ErrorKind::connection_lost);
}

TEST_P(MysqlConnection, WireThatBreaksIsALostConnection) {
  TcpRelay relay(server().host, server().port);
  Endpoint endpoint = server();
  endpoint.port = relay.port();
  Connection connection(endpoint);
  const std::string id = std::to_string(connection.id());
  std::thread other([&] {
    await_session(server(), "ID = " + id + " AND STATE = 'User sleep'");
    relay.cut();
  });

  const Error error = thrown_by([&] { connection.query("SELECT SLEEP(600)"); });
  other.join();
  Connection(server()).execute("KILL " + id);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
}

}  // namespace
}  // namespace millrace::mysql
