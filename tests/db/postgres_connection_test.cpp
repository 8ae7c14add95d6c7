#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "io/postgres/connection.h"
#include "tests/db/postgres_scratch.h"
#include "tests/support/tcp_relay.h"

namespace millrace::postgres {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A role with a password and nothing else, gone with the test.
class Role {
 public:
  explicit Role(const std::string& options = "") : name_(free_name("role")) {
    connect().execute("CREATE ROLE " + name_ + " LOGIN PASSWORD 'of-the-role' " + options);
  }
  ~Role() { connect().execute("DROP ROLE " + name_); }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

  const std::string& name() const { return name_; }
  Endpoint endpoint() const {
    Endpoint endpoint = target();
    endpoint.user = name_;
    endpoint.password = "of-the-role";
    return endpoint;
  }

 private:
  std::string name_;
};

Error refusal_of(const Endpoint& endpoint) {
  return error_of([&] { Connection connection(endpoint, "millrace test"); });
}

/// Runs `act` on another thread as soon as the session waits for something in the server.
class WhenItWaits {
 public:
  WhenItWaits(int backend_pid, std::function<void()> act)
      : thread_([backend_pid, act = std::move(act)] {
          Connection watcher = connect();
          const std::string sql =
              "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type IN "
              "('Timeout', 'Lock') AND pid = " +
              std::to_string(backend_pid);
          while (value_of(watcher, sql) == "0") std::this_thread::yield();
          act();
        }) {}
  ~WhenItWaits() { thread_.join(); }
  WhenItWaits(const WhenItWaits&) = delete;
  WhenItWaits& operator=(const WhenItWaits&) = delete;

 private:
  std::thread thread_;
};

// ---- connecting

TEST(PostgresConnection, WrongPasswordIsRefusedWithoutShowingIt) {
  Endpoint endpoint = target();
  endpoint.password = "not-the-password";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "28P01");
  EXPECT_EQ(error.where().side, Side::target);
  EXPECT_THAT(error.message(),
              StartsWith("cannot connect to the target postgresql://postgres:***@"));
  EXPECT_THAT(error.hint(), HasSubstr("PGPASSWORD"));
  EXPECT_EQ(std::string(error.what()).find("not-the-password"), std::string::npos);
}

TEST(PostgresConnection, MissingPasswordIsRefused) {
  Endpoint endpoint = target();
  endpoint.has_password = false;
  endpoint.password.clear();

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("the server wants a password"));
}

TEST(PostgresConnection, PasswordMayComeFromTheEnvironment) {
  Endpoint endpoint = target();
  setenv("PGPASSWORD", endpoint.password.c_str(), 1);
  endpoint.has_password = false;
  endpoint.password.clear();

  const Error error = refusal_of(endpoint);
  unsetenv("PGPASSWORD");

  EXPECT_EQ(error.message(), "nothing was thrown");
}

TEST(PostgresConnection, MissingDatabaseTellsHowToMakeIt) {
  Endpoint endpoint = target();
  endpoint.database = "no_such_database";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "3D000");
  EXPECT_EQ(error.hint(), "create it first: createdb no_such_database");
}

TEST(PostgresConnection, UnknownRoleIsRefused) {
  Endpoint endpoint = target();
  endpoint.user = "nobody_at_all";

  EXPECT_EQ(refusal_of(endpoint).kind(), ErrorKind::bad_request);
}

TEST(PostgresConnection, ClosedPortIsALostConnection) {
  Endpoint endpoint = target();
  endpoint.port = 1;

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
  EXPECT_THAT(error.message(), HasSubstr("Connection refused"));
  EXPECT_THAT(error.hint(), HasSubstr("check host and port"));
}

TEST(PostgresConnection, UnknownHostIsALostConnection) {
  Endpoint endpoint = target();
  endpoint.host = "no-such-host.invalid";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
  EXPECT_EQ(error.hint(), "check the host name in the URL");
}

TEST(PostgresConnection, ServerThatSaysNothingIsGivenUp) {
  const int silent = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(silent, generic, size), 0);
  ASSERT_EQ(listen(silent, 1), 0);
  ASSERT_EQ(getsockname(silent, generic, &size), 0);
  Endpoint endpoint = target();
  endpoint.port = ntohs(address.sin_port);
  endpoint.connect_timeout_seconds = 1;

  const Error error = refusal_of(endpoint);
  close(silent);

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
  EXPECT_THAT(error.message(), HasSubstr("no answer within 1 s"));
}

TEST(PostgresConnection, MariadbIsNamed) {
  Endpoint endpoint = target();
  endpoint.port = server_of("MILLRACE_MARIADB", Side::source).port;

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("this is a MariaDB server (10.11"));
  EXPECT_THAT(error.hint(), HasSubstr("5432"));
}

TEST(PostgresConnection, MysqlIsNamedWithoutTlsToo) {
  Endpoint endpoint = target();
  endpoint.port = server_of("MILLRACE_MYSQL56", Side::source).port;
  endpoint.tls_mode = "disabled";

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("this is a MySQL server (5.6.24"));
}

TEST(PostgresConnection, RoleWithoutAFreeSlotIsExhausted) {
  const Role role("CONNECTION LIMIT 0");

  const Error error = refusal_of(role.endpoint());

  EXPECT_EQ(error.kind(), ErrorKind::exhausted);
  EXPECT_EQ(error.where().code, "53300");
}

TEST(PostgresConnection, CertificateOfAnotherAuthorityIsRefused) {
  Endpoint endpoint = target();
  endpoint.tls_mode = "verify-ca";
  endpoint.tls_ca = variable_of("MILLRACE_TLS_OTHER_CA");

  const Error error = refusal_of(endpoint);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("certificate"));
}

TEST(PostgresConnection, VerifiedSessionIsEncrypted) {
  Endpoint endpoint = target();
  endpoint.tls_mode = "verify-full";
  endpoint.tls_ca = variable_of("MILLRACE_TLS_CA");

  Connection connection(endpoint, "millrace test");

  EXPECT_EQ(value_of(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "t");
}

TEST(PostgresConnection, LoopbackIsEncryptedOnlyOnRequest) {
  Endpoint endpoint = target();
  endpoint.tls_mode = "prefer";
  Connection plain = connect();
  Connection asked(endpoint, "millrace test");

  const std::string sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
  EXPECT_EQ(value_of(plain, sql), "f");
  EXPECT_EQ(value_of(asked, sql), "t");
}

TEST(PostgresConnection, ClientCertificateLogsIn) {
  Endpoint endpoint = target();
  endpoint.user = "certified";
  endpoint.has_password = false;
  endpoint.tls_mode = "required";
  endpoint.tls_certificate = variable_of("MILLRACE_TLS_CERT");
  endpoint.tls_key = variable_of("MILLRACE_TLS_KEY");

  Connection connection(endpoint, "millrace test");

  EXPECT_EQ(value_of(connection, "SELECT current_user"), "certified");
}

TEST(PostgresConnection, SocketFolderIsAHost) {
  Endpoint endpoint = target();
  endpoint.host.clear();
  endpoint.socket = variable_of("MILLRACE_POSTGRES15_SOCKET");

  Connection connection(endpoint, "millrace test");

  EXPECT_TRUE(connection.query("SELECT inet_server_addr()").at(0).at(0).null);
}

// ---- the session

TEST(PostgresConnection, SessionHasSettingsOfItsOwn) {
  const Role role;
  connect().execute("ALTER ROLE " + role.name() + " SET search_path = pg_temp; ALTER ROLE " +
                    role.name() + " SET statement_timeout = '1h'; ALTER ROLE " + role.name() +
                    " SET datestyle = 'German'");
  Connection connection(role.endpoint(), "a name");

  EXPECT_EQ(value_of(connection, "SHOW search_path"), "\"\"");
  EXPECT_EQ(value_of(connection, "SHOW statement_timeout"), "0");
  EXPECT_EQ(value_of(connection, "SHOW datestyle"), "ISO, YMD");
  EXPECT_EQ(value_of(connection, "SHOW timezone"), "UTC");
  EXPECT_EQ(value_of(connection, "SHOW client_encoding"), "UTF8");
  EXPECT_EQ(value_of(connection, "SHOW application_name"), "a name");
  if (role.endpoint().socket.empty()) {  // over a socket they have no effect
    EXPECT_EQ(value_of(connection, "SHOW tcp_keepalives_idle"), "60");
    EXPECT_EQ(value_of(connection, "SHOW tcp_keepalives_interval"), "10");
    EXPECT_EQ(value_of(connection, "SHOW tcp_keepalives_count"), "6");
  }
}

TEST(PostgresConnection, QueryTellsNullFromEmpty) {
  Connection connection = connect();

  const auto rows = connection.query("SELECT NULL, '', 'é' UNION ALL SELECT '1', '2', '3'");

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0][0].null);
  EXPECT_FALSE(rows[0][1].null);
  EXPECT_EQ(rows[0][2].text, "é");
  EXPECT_EQ(rows[1][2].text, "3");
}

TEST(PostgresConnection, ErrorNamesTheStatementOfManyAndNothingIsKept) {
  const Schema schema;
  Connection connection = connect();

  const Error error = error_of([&] {
    connection.execute({"CREATE TABLE " + schema("a") + " (x int)",
                        "COMMENT ON TABLE " + schema("a") + " IS 'one; two'",
                        "CREATE TABLE " + schema("a") + " (y int)",
                        "CREATE TABLE " + schema("b") + " (x int)"});
  });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "42P07");
  EXPECT_THAT(error.message(),
              StartsWith("target refused CREATE TABLE " + schema("a") + " (y int): "));
  EXPECT_EQ(value_of(connection,
                     "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = "
                     "relnamespace WHERE nspname = " +
                         quote_literal(schema.name())),
            "0");
}

TEST(PostgresConnection, SyntaxErrorNamesTheStatement) {
  Connection connection = connect();

  const Error error = error_of([&] { connection.execute("SELECT 'é; é'; SELECT 2; SELCT 3"); });

  EXPECT_THAT(error.message(), StartsWith("target refused SELCT 3: "));
}

TEST(PostgresConnection, MissingPrivilegeTellsTheGrant) {
  const Role role;
  Connection connection(role.endpoint(), "millrace test");

  const Error error = error_of([&] { connection.execute("CREATE SCHEMA \"not mine\""); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "42501");
  EXPECT_EQ(error.hint(),
            "as its owner: GRANT CREATE ON DATABASE \"postgres\" TO \"" + role.name() + "\"");
}

TEST(PostgresConnection, ReadOnlyServerIsNamed) {
  Connection connection = connect();
  connection.execute("SET default_transaction_read_only = on");

  const Error error = error_of([&] { connection.execute("CREATE SCHEMA never"); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.hint(), HasSubstr("read-only"));
}

TEST(PostgresConnection, WarningsAreKeptAndTakenOnce) {
  Connection connection = connect();
  connection.execute("DO $$ BEGIN RAISE WARNING 'mind the gap'; RAISE NOTICE 'psst'; END $$");

  const auto notices = connection.take_notices();

  ASSERT_EQ(notices.size(), 1U);
  EXPECT_THAT(notices[0], HasSubstr("mind the gap"));
  EXPECT_TRUE(connection.take_notices().empty());
}

TEST(PostgresConnection, MovedSessionGoesOn) {
  Connection connection = connect();
  Connection moved = std::move(connection);

  moved.execute("DO $$ BEGIN RAISE WARNING 'still here'; END $$");

  EXPECT_EQ(moved.take_notices().size(), 1U);
}

// ---- stopping

TEST(PostgresConnection, CancelEndsAStatementFromAnotherThread) {
  Connection connection = connect();
  const Interrupter interrupter = connection.interrupter();

  std::optional<Error> error;
  {
    const WhenItWaits then(connection.backend_pid(), [&] { interrupter.cancel(); });
    error = error_of([&] { connection.execute("SELECT pg_sleep(600)"); });
  }

  EXPECT_EQ(error->kind(), ErrorKind::cancelled);
  EXPECT_FALSE(connection.lost());
}

TEST(PostgresConnection, SessionThatEndsWhenCancelledBeginsNothingMore) {
  Connection connection = connect();
  connection.end_when_cancelled();
  connection.execute("BEGIN");
  connection.cancel();

  const Error error = error_of([&] { connection.execute("SELECT pg_sleep(600)"); });

  EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  connection.rollback();
  EXPECT_FALSE(connection.lost());
  EXPECT_EQ(error_of([&] { connection.begin_copy("COPY t FROM STDIN (FORMAT binary)"); }).kind(),
            ErrorKind::cancelled);
}

TEST(PostgresConnection, CancelEndsACopyThatWaitsForALock) {
  const Schema schema;
  Connection holder = connect();
  holder.execute("CREATE TABLE " + schema("t") + " (x int)");
  holder.execute("BEGIN; LOCK TABLE " + schema("t"));
  Connection connection = connect();

  std::optional<Error> error;
  {
    const WhenItWaits then(connection.backend_pid(), [&] { connection.cancel(); });
    error = error_of([&] { connection.begin_copy(copy_into(schema("t"))); });
  }
  holder.rollback();

  EXPECT_EQ(error->kind(), ErrorKind::cancelled);
  EXPECT_FALSE(connection.lost());
}

TEST(PostgresConnection, CutEndsAStatementAtOnce) {
  Connection connection = connect();
  const Interrupter interrupter = connection.interrupter();

  std::optional<Error> error;
  {
    const WhenItWaits then(connection.backend_pid(), [&] { interrupter.cut(); });
    error = error_of([&] { connection.execute("SELECT pg_sleep(600)"); });
  }
  connect().execute("SELECT pg_terminate_backend(" + std::to_string(connection.backend_pid()) +
                    ")");

  EXPECT_EQ(error->kind(), ErrorKind::cancelled);
  EXPECT_TRUE(connection.lost());
}

TEST(PostgresConnection, InterrupterOutlivesItsConnection) {
  Interrupter interrupter;
  {
    Connection connection = connect();
    interrupter = connection.interrupter();
  }

  interrupter.cancel();
  interrupter.cut();
}

// ---- losing the server

TEST(PostgresConnection, SessionEndedByTheServerDuringACopyTellsTheServersReason) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(tuples(0, 1000));
  Connection other = connect();
  const std::string pid = std::to_string(connection.backend_pid());
  other.execute("SELECT pg_terminate_backend(" + pid + ", 10000)");

  const Error error = error_of([&] {
    connection.write_copy(tuples(0, 1000));
    connection.finish_copy();
  });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
  EXPECT_EQ(error.where().code, "57P01");
  EXPECT_TRUE(connection.lost());
  EXPECT_EQ(count_of(schema("t")), "0");
}

/// A session through a wire that can be cut.
Connection connect_through(const TcpRelay& relay) {
  Endpoint endpoint = target();
  endpoint.host = "127.0.0.1";
  endpoint.port = relay.port();
  return {endpoint, "millrace test"};
}

TEST(PostgresConnection, WireCutDuringACopyIsALostConnection) {
  const Schema schema;
  TcpRelay relay(target().host, target().port);
  Connection connection = connect_through(relay);
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.execute("BEGIN");
  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(tuples(0, 1000));

  relay.cut();
  const Error error = error_of([&] {
    connection.write_copy(tuples(0, 1'000'000));
    connection.finish_copy();
  });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
  EXPECT_TRUE(connection.lost());
  connection.abort_copy("nothing left to abort");
  connection.rollback();
  EXPECT_EQ(count_of(schema("t")), "0");
}

TEST(PostgresConnection, LostAnswerToCommitIsInDoubt) {
  const Schema schema;
  TcpRelay relay(target().host, target().port);
  Connection connection = connect_through(relay);
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.execute("BEGIN");
  connection.execute("INSERT INTO " + schema("t") + " VALUES (1)");

  relay.lose_next_answer();
  const Error error = error_of([&] { connection.commit(); });

  EXPECT_EQ(error.kind(), ErrorKind::commit_in_doubt);
  EXPECT_EQ(count_of(schema("t")), "1");  // here it was there
}

TEST(PostgresConnection, LostAnswerToACopyOutsideATransactionIsInDoubt) {
  const Schema schema;
  TcpRelay relay(target().host, target().port);
  Connection connection = connect_through(relay);
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(tuples(0, 1));

  relay.lose_next_answer();
  const Error error = error_of([&] { connection.finish_copy(); });

  EXPECT_EQ(error.kind(), ErrorKind::commit_in_doubt);
}

TEST(PostgresConnection, LostAnswerToACopyWithinATransactionIsNotInDoubt) {
  const Schema schema;
  TcpRelay relay(target().host, target().port);
  Connection connection = connect_through(relay);
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.begin_copy("BEGIN; " + copy_into(schema("t")));
  connection.write_copy(tuples(0, 1));

  relay.lose_next_answer();
  const Error error = error_of([&] { connection.finish_copy(); });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
}

TEST(PostgresConnection, CommitThatIsRefusedIsNotInDoubt) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") +
                     " (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  connection.execute("BEGIN; INSERT INTO " + schema("t") + " VALUES (1), (1)");

  const Error error = error_of([&] { connection.commit(); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_data);
}

TEST(PostgresConnection, CommitOfAFailedTransactionIsNoCommit) {
  Connection connection = connect();
  connection.execute("BEGIN");
  error_of([&] { connection.execute("SELECT 1/0"); });

  EXPECT_EQ(error_of([&] { connection.commit(); }).kind(), ErrorKind::internal);
}

}  // namespace
}  // namespace millrace::postgres
