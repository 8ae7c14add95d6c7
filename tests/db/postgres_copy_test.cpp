#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "io/postgres/connection.h"
#include "tests/db/postgres_scratch.h"

namespace millrace::postgres {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A tuple whose integer has five bytes.
std::vector<std::byte> broken_tuple() {
  std::vector<std::byte> bytes;
  for (const int byte : {0, 1, 0, 0, 0, 5, 0, 0, 0, 7, 0})
    bytes.push_back(static_cast<std::byte>(byte));
  return bytes;
}

// ---- COPY

TEST(PostgresCopy, CopyTellsTheRowsThatTheServerStored) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");

  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(tuples(0, 100'000));  // 1 MB: more than one message
  connection.write_copy(tuples(100'000, 100'003));

  EXPECT_EQ(connection.finish_copy(), 100'003U);
  EXPECT_EQ(value_of(connection, "SELECT sum(x) FROM " + schema("t")), "5000250003");
}

TEST(PostgresCopy, CopyOfNothingIsACopy) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");

  connection.begin_copy(copy_into(schema("t")));

  EXPECT_EQ(connection.finish_copy(), 0U);
}

TEST(PostgresCopy, AbortedCopyLeavesNothingAndTheSessionGoesOn) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(tuples(0, 1000));

  connection.abort_copy("the source has gone");

  EXPECT_EQ(value_of(connection, "SELECT count(*) FROM " + schema("t")), "0");
}

TEST(PostgresCopy, CopyThatIsLeftOpenLeavesNothing) {
  const Schema schema;
  connect().execute("CREATE TABLE " + schema("t") + " (x int)");
  {
    Connection connection = connect();
    connection.begin_copy(copy_into(schema("t")));
    connection.write_copy(tuples(0, 1000));
  }

  EXPECT_EQ(count_of(schema("t")), "0");
}

TEST(PostgresCopy, RolledBackCopyLeavesNothing) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int); ");
  connection.begin_copy("BEGIN; " + copy_into(schema("t")));
  connection.write_copy(tuples(0, 1000));
  EXPECT_EQ(connection.finish_copy(), 1000U);

  connection.rollback();

  EXPECT_EQ(value_of(connection, "SELECT count(*) FROM " + schema("t")), "0");
}

TEST(PostgresCopy, RollbackEndsACopyFirst) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.execute("BEGIN");
  connection.begin_copy(copy_into(schema("t")));

  connection.rollback();

  EXPECT_EQ(value_of(connection, "SELECT count(*) FROM " + schema("t")), "0");
}

TEST(PostgresCopy, BrokenTupleIsBadDataWithItsLine) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(tuples(0, 3));

  const Error error = error_of([&] {
    connection.write_copy(broken_tuple());
    connection.finish_copy();
  });

  EXPECT_EQ(error.kind(), ErrorKind::bad_data);
  EXPECT_EQ(error.where().code, "22P03");
  EXPECT_THAT(error.message(), HasSubstr("line 4, column x"));
}

TEST(PostgresCopy, DuplicateKeyIsBadDataWithItsTable) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int PRIMARY KEY)");
  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(tuples(0, 3));
  connection.write_copy(tuples(2, 3));

  const Error error = error_of([&] { connection.finish_copy(); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_data);
  EXPECT_EQ(error.where().table, schema.name() + ".t");
  EXPECT_THAT(error.message(), HasSubstr("Key (x)=(2) already exists"));
}

/// How many blocks of 1 MB went out before the server's refusal of the first one was noticed.
int blocks_until_refusal(const Endpoint& endpoint) {
  const Schema schema;
  Connection connection(endpoint, "millrace test");
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.begin_copy(copy_into(schema("t")));
  connection.write_copy(broken_tuple());
  const std::vector<std::byte> block = tuples(0, 100'000);
  int blocks = 0;
  const Error error = error_of([&] {
    for (; blocks < 1000; ++blocks) connection.write_copy(block);
    connection.finish_copy();
  });
  EXPECT_EQ(error.where().code, "22P03");
  EXPECT_FALSE(connection.lost());
  return blocks;
}

TEST(PostgresCopy, FailedCopyIsNoticedLongBeforeItsEnd) {
  Endpoint endpoint = target();
  endpoint.tls_mode = "disabled";

  EXPECT_LT(blocks_until_refusal(endpoint), 100);
}

TEST(PostgresCopy, FailedCopyIsNoticedLongBeforeItsEndOverTls) {
  Endpoint endpoint = target();
  endpoint.tls_mode = "required";

  EXPECT_LT(blocks_until_refusal(endpoint), 100);
}

TEST(PostgresCopy, WarningsDoNotEndACopy) {
  const Schema schema;
  Connection connection = connect();
  connection.execute(
      "CREATE TABLE " + schema("t") + " (x int); CREATE FUNCTION " + schema("warn") +
      "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.x % 1000 = 0 THEN RAISE WARNING "
      "'row %', NEW.x; END IF; RETURN NEW; END $$; CREATE TRIGGER warn BEFORE INSERT ON " +
      schema("t") + " FOR EACH ROW EXECUTE FUNCTION " + schema("warn") + "()");
  connection.begin_copy(copy_into(schema("t")));

  for (int i = 0; i < 20; ++i) connection.write_copy(tuples(10'000 * i, 10'000 * (i + 1)));

  EXPECT_EQ(connection.finish_copy(), 200'000U);
  EXPECT_EQ(connection.take_notices().size(), 100U);  // of 200
}

TEST(PostgresCopy, StatementDuringACopyIsOurMistake) {
  const Schema schema;
  Connection connection = connect();
  connection.execute("CREATE TABLE " + schema("t") + " (x int)");
  connection.begin_copy(copy_into(schema("t")));

  EXPECT_EQ(error_of([&] { connection.execute("SELECT 1"); }).kind(), ErrorKind::internal);
  connection.write_copy(tuples(0, 1));
  EXPECT_EQ(connection.finish_copy(), 1U);
}

// ---- scripts

std::string script_of(const Schema& schema, int n_tables) {
  std::string script;
  for (int i = 0; i < n_tables; ++i) {
    const std::string table = schema("t" + std::to_string(i));
    script += "CREATE TABLE " + table + " (x int);";
    script += copy_into(table) + ";";
  }
  return script;
}

TEST(PostgresCopy, ScriptOpensItsCopiesInTurn) {
  const Schema schema;
  Connection connection = connect();
  connection.start_copy_script(script_of(schema, 100) + "SELECT 1");

  std::int32_t n_copies = 0;
  while (connection.next_copy()) {
    connection.write_copy(tuples(0, n_copies));
    EXPECT_EQ(connection.finish_copy(), static_cast<std::uint64_t>(n_copies));
    ++n_copies;
  }

  EXPECT_EQ(n_copies, 100);
  EXPECT_EQ(count_of(schema("t99")), "99");
}

TEST(PostgresCopy, ScriptThatFailsKeepsNothing) {
  const Schema schema;
  Connection connection = connect();
  connection.start_copy_script(script_of(schema, 3) + "SELECT 1/0");

  const Error error = error_of([&] {
    while (connection.next_copy()) {
      connection.write_copy(tuples(0, 5));
      connection.finish_copy();
    }
  });

  EXPECT_EQ(error.where().code, "22012");
  EXPECT_THAT(error.message(), StartsWith("target refused SELECT 1/0: "));
  EXPECT_EQ(
      value_of(connection, "SELECT count(*) FROM pg_class WHERE relnamespace = " +
                               quote_literal(quote_identifier(schema.name())) + "::regnamespace"),
      "0");
}

TEST(PostgresCopy, ScriptMayBeAbortedInTheMiddle) {
  const Schema schema;
  Connection connection = connect();
  connection.start_copy_script(script_of(schema, 3));
  ASSERT_TRUE(connection.next_copy());
  connection.write_copy(tuples(0, 5));
  connection.finish_copy();
  ASSERT_TRUE(connection.next_copy());

  connection.abort_copy("the source has gone");

  EXPECT_EQ(value_of(connection, "SELECT 1"), "1");
}

TEST(PostgresCopy, ScriptMayBeAbortedBetweenItsCopies) {
  const Schema schema;
  Connection connection = connect();
  connection.start_copy_script(script_of(schema, 3));
  ASSERT_TRUE(connection.next_copy());
  connection.finish_copy();

  connection.abort_copy("the source has gone");

  EXPECT_EQ(value_of(connection, "SELECT 1"), "1");
}

// ---- COPY out

/// Everything that a COPY out sends, put together.
std::string read_all(Connection& connection, const std::string& sql, std::uint64_t& rows) {
  std::string all;
  rows = connection.read_copy(
      sql,
      [](void* to, std::span<const std::byte> bytes) {
        static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes.data()),
                                              bytes.size());
      },
      &all);
  return all;
}

TEST(PostgresCopy, ReadsACopyOutFromItsHeaderToItsTrailer) {
  Connection connection = connect();
  std::uint64_t rows = 0;

  const std::string all =
      read_all(connection, "COPY (SELECT generate_series(0, 999)) TO STDOUT (FORMAT binary)", rows);

  EXPECT_EQ(rows, 1000U);
  EXPECT_EQ(all.size(), 19U + 1000 * 10 + 2);
  EXPECT_TRUE(all.starts_with("PGCOPY"));
  EXPECT_TRUE(all.ends_with("\377\377"));
  EXPECT_EQ(connection.query("SELECT 1").at(0).at(0).text, "1") << "usable afterwards";
}

TEST(PostgresCopy, AScriptOfCopiesOutSendsOneStreamAfterTheOther) {
  Connection connection = connect();
  connection.execute("BEGIN");
  std::uint64_t rows = 0;

  const std::string all = read_all(connection,
                                   "SAVEPOINT here; COPY (SELECT 1) TO STDOUT (FORMAT binary);"
                                   "COPY (SELECT 2 WHERE false) TO STDOUT (FORMAT binary);"
                                   "COPY (SELECT generate_series(3, 5)) TO STDOUT (FORMAT binary);"
                                   "ROLLBACK TO SAVEPOINT here",
                                   rows);

  EXPECT_EQ(rows, 4U);
  EXPECT_EQ(all.size(), 3U * (19 + 2) + 4 * 10);
  EXPECT_EQ(connection.query("SELECT 1").at(0).at(0).text, "1");
}

TEST(PostgresCopy, ACopyOutThatFailsHalfWaySaysWhyAndLeavesTheSession) {
  Connection connection = connect();
  std::uint64_t rows = 0;

  const Error error = error_of([&] {
    read_all(connection, "COPY (SELECT 1 / (500 - x) FROM generate_series(0, 999) x) TO STDOUT",
             rows);
  });

  EXPECT_EQ(error.where().code, "22012");
  EXPECT_EQ(connection.query("SELECT 1").at(0).at(0).text, "1");
}

TEST(PostgresCopy, WhoeverThrowsDuringACopyOutDoesNotWaitForItsEnd) {
  Connection connection = connect();

  const Error error = error_of([&] {
    connection.read_copy(
        "COPY (SELECT generate_series(0, 1000000000)) TO STDOUT",
        [](void*, std::span<const std::byte>) { throw Error(ErrorKind::cancelled, "enough"); },
        nullptr);
  });

  EXPECT_EQ(error.message(), "enough");
  EXPECT_TRUE(connection.lost());
}

TEST(PostgresCopy, AStatementThatIsNoCopyOutIsRefused) {
  Connection connection = connect();
  std::uint64_t rows = 0;
  EXPECT_EQ(error_of([&] { read_all(connection, "SELECT 1", rows); }).kind(), ErrorKind::internal);
  EXPECT_EQ(connection.query("SELECT 2").at(0).at(0).text, "2");
}
}  // namespace
}  // namespace millrace::postgres
