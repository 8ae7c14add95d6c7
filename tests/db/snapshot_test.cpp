#include "io/mysql/snapshot.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "io/mysql/connection.h"
#include "tests/support/source_database.h"
#include "tests/support/test_servers.h"

// These tests lock whole servers and count on what their binlogs say, so they run on servers of
// their own: see CMakeLists.txt.

namespace millrace::mysql {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto mariadb = "MILLRACE_MARIADB";
constexpr auto mysql56 = "MILLRACE_MYSQL56";

/// Reader sessions, and what the barrier wants of them.
struct Readers {
  Readers(const Endpoint& endpoint, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      sessions.push_back(std::make_unique<Connection>(endpoint));
      pointers.push_back(sessions.back().get());
    }
  }
  std::string value(std::size_t reader, const std::string& sql) {
    return sessions[reader]->query(sql).at(0).at(0).text;
  }

  std::vector<std::unique_ptr<Connection>> sessions;
  std::vector<Connection*> pointers;
};

/// Does `turn` over and over on a session of its own until it is told to stop.
class Writer {
 public:
  Writer(const Endpoint& endpoint, std::function<void(Connection&)> turn)
      : session_(endpoint), thread_([this, turn = std::move(turn)] {
          try {
            while (!ended_) {
              turn(session_);
              ++turns_;
            }
          } catch (const Error& error) {
            ADD_FAILURE() << "a writer failed: " << error.what();
          }
        }) {}
  ~Writer() { end(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void end() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::uint64_t turns() const { return turns_; }
  void await_turns(std::uint64_t more) const {
    for (const std::uint64_t until = turns_ + more; turns_ < until;) std::this_thread::yield();
  }
  std::uint64_t id() const { return session_.id(); }

 private:
  Connection session_;
  std::atomic<bool> ended_ = false;
  std::atomic<std::uint64_t> turns_ = 0;
  std::thread thread_;
};

/// Two tables whose rows hold 200,000 in all, whatever is moved between them.
class Bank {
 public:
  Bank(const char* variable, const std::string& left_engine, const std::string& right_engine)
      : database(variable) {
    database.execute("CREATE TABLE a (id INT PRIMARY KEY, v BIGINT) ENGINE=" + left_engine);
    database.execute("CREATE TABLE b (id INT PRIMARY KEY, v BIGINT) ENGINE=" + right_engine);
    for (const char* table : {"a", "b"}) {
      std::string sql = "INSERT INTO " + std::string(table) + " VALUES ";
      for (int i = 0; i < 100; ++i) sql += (i == 0 ? "(" : ",(") + std::to_string(i) + ", 1000)";
      database.execute(sql);
    }
  }

  /// Moves money in a transaction of two statements.
  std::function<void(Connection&)> transfers(int seed) {
    return [this, state = static_cast<unsigned>(seed)](Connection& session) mutable {
      state = state * 1103515245U + 12345U;
      const std::string amount = std::to_string(state >> 16U & 15U);
      const std::string from = std::to_string(state >> 20U & 63U);
      const std::string to = std::to_string(state >> 8U & 63U);
      session.execute("START TRANSACTION");
      session.execute("UPDATE " + database("a") + " SET v = v - " + amount + " WHERE id = " + from);
      session.execute("UPDATE " + database("b") + " SET v = v + " + amount + " WHERE id = " + to);
      session.execute("COMMIT");
    };
  }
  /// Moves money in one statement over both tables: all that an engine without transactions can do.
  std::function<void(Connection&)> statements(int seed) {
    return [this, state = static_cast<unsigned>(seed)](Connection& session) mutable {
      state = state * 1103515245U + 12345U;
      session.execute("UPDATE " + database("a") + " a, " + database("b") +
                      " b SET a.v = a.v - 7, b.v = b.v + 7 WHERE a.id = " +
                      std::to_string(state >> 20U & 63U) + " AND b.id = a.id");
    };
  }

  std::vector<std::pair<std::string, std::string>> tables() const {
    return {{database.name(), "a"}, {database.name(), "b"}};
  }
  /// What each table holds, read by another reader.
  std::int64_t total(Readers& readers) {
    return std::stoll(readers.value(0, "SELECT SUM(v) FROM " + database("a"))) +
           std::stoll(
               readers.value(readers.pointers.size() - 1, "SELECT SUM(v) FROM " + database("b")));
  }

  SourceDatabase database;
};

struct Way {
  const char* name;
  SnapshotMethod method;
};
constexpr Way flush_lock{"FlushLock", SnapshotMethod::flush_lock};
constexpr Way backup_stage{"BackupStage", SnapshotMethod::backup_stage};
constexpr Way lock_tables{"LockTables", SnapshotMethod::lock_tables};
constexpr Way position{"Position", SnapshotMethod::position};

class Snapshot : public testing::TestWithParam<std::tuple<const char*, Way>> {
 protected:
  const char* server() const { return std::get<0>(GetParam()); }
  SnapshotMethod method() const { return std::get<1>(GetParam()).method; }
};
std::string way_name(const testing::TestParamInfo<std::tuple<const char*, Way>>& info) {
  const bool maria = std::get<0>(info.param) == std::string_view(mariadb);
  return std::get<1>(info.param).name + std::string(maria ? "Mariadb" : "Mysql56");
}
/// Ways that hold off writes into MyISAM.
class MyisamSnapshot : public Snapshot {};
INSTANTIATE_TEST_SUITE_P(Both, MyisamSnapshot,
                         testing::Combine(both_sources(), testing::Values(flush_lock, lock_tables)),
                         way_name);
class LockingSnapshot : public Snapshot {};
INSTANTIATE_TEST_SUITE_P(Both, LockingSnapshot,
                         testing::Combine(both_sources(), testing::Values(flush_lock, lock_tables)),
                         way_name);
INSTANTIATE_TEST_SUITE_P(Own, LockingSnapshot,
                         testing::Combine(testing::Values(mariadb), testing::Values(backup_stage)),
                         way_name);
/// Ways that come to an end while others write without pause.
class AnySnapshot : public Snapshot {};
INSTANTIATE_TEST_SUITE_P(Both, AnySnapshot,
                         testing::Combine(both_sources(), testing::Values(flush_lock, lock_tables)),
                         way_name);
INSTANTIATE_TEST_SUITE_P(Own, AnySnapshot,
                         testing::Combine(testing::Values(mariadb),
                                          testing::Values(backup_stage, position)),
                         way_name);

// ---- one instant

TEST_P(AnySnapshot, SumIsExactWhileMoneyMoves) {
  Bank bank(server(), "InnoDB", "InnoDB");
  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < 3; ++i) {
    writers.push_back(std::make_unique<Writer>(bank.database.endpoint(), bank.transfers(i + 1)));
  }
  Readers readers(bank.database.endpoint(), 4);

  // Without a lock it takes many attempts to meet a pause between two commits.
  const int rounds = method() == SnapshotMethod::position ? 8 : 20;
  for (int round = 0; round < rounds; ++round) {
    writers[0]->await_turns(1);
    SnapshotBarrier barrier(bank.database.connect(),
                            {.method = method(), .tables = bank.tables(), .attempts = 1000});
    barrier.take(readers.pointers);
    const std::uint64_t then = writers[0]->turns();

    ASSERT_FALSE(barrier.lock_held());
    ASSERT_EQ(barrier.method(), method());
    ASSERT_EQ(bank.total(readers), 200'000) << "round " << round;
    while (writers[0]->turns() < then + 2) std::this_thread::yield();  // they have gone on
    ASSERT_EQ(bank.total(readers), 200'000) << "round " << round;
  }
}

TEST_P(MyisamSnapshot, SumWithMyisamIsExactUnderTheLock) {
  Bank bank(server(), "InnoDB", "MyISAM");
  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < 3; ++i) {
    writers.push_back(std::make_unique<Writer>(bank.database.endpoint(), bank.statements(i + 1)));
  }
  Readers readers(bank.database.endpoint(), 4);

  for (int round = 0; round < 8; ++round) {
    writers[0]->await_turns(1);
    SnapshotBarrier barrier(
        bank.database.connect(),
        {.method = method(), .non_transactional = true, .tables = bank.tables()});
    barrier.take(readers.pointers);
    ASSERT_TRUE(barrier.lock_held());
    // As the engine reads it: MySQL's writers, who wait for the lock, would come first otherwise.
    const std::int64_t in_myisam =
        std::stoll(readers.value(3, "SELECT HIGH_PRIORITY SUM(v) FROM b"));
    barrier.release_lock();
    const std::uint64_t then = writers[0]->turns();
    while (writers[0]->turns() < then + 2) std::this_thread::yield();

    ASSERT_EQ(std::stoll(readers.value(0, "SELECT SUM(v) FROM a")) + in_myisam, 200'000)
        << "round " << round;
  }
}

TEST_P(MyisamSnapshot, WritersWaitUntilTheLockIsReleasedAndItsTimeIsTold) {
  Bank bank(server(), "InnoDB", "MyISAM");
  Readers readers(bank.database.endpoint(), 2);
  SnapshotBarrier barrier(bank.database.connect(),
                          {.method = method(), .non_transactional = true, .tables = bank.tables()});
  barrier.take(readers.pointers);

  Writer writer(bank.database.endpoint(), bank.statements(1));
  await_session(bank.database.endpoint(),
                "ID = " + std::to_string(writer.id()) + " AND STATE LIKE 'Waiting for%'");
  EXPECT_EQ(writer.turns(), 0U);
  EXPECT_TRUE(barrier.lock_held());
  const auto before = barrier.held();
  EXPECT_GT(before.count(), 0);
  barrier.release_lock();
  writer.await_turns(1);

  EXPECT_FALSE(barrier.lock_held());
  EXPECT_GT(barrier.held(), before);
  const auto in_all = barrier.held();
  barrier.release_lock();
  EXPECT_EQ(barrier.held(), in_all);
}

TEST_P(LockingSnapshot, TimeOfTheLockIsTold) {
  Bank bank(server(), "InnoDB", "InnoDB");
  Readers readers(bank.database.endpoint(), 2);
  SnapshotBarrier barrier(bank.database.connect(), {.method = method(), .tables = bank.tables()});

  barrier.take(readers.pointers);

  EXPECT_FALSE(barrier.lock_held());
  EXPECT_GT(barrier.held().count(), 0);
  EXPECT_THAT(barrier.method_name(), Not(IsEmpty()));
}

TEST_P(AnySnapshot, ReadersSeeTheInstantAndMayNotWrite) {
  Bank bank(server(), "InnoDB", "InnoDB");
  Readers readers(bank.database.endpoint(), 3);
  SnapshotBarrier barrier(bank.database.connect(), {.method = method(), .tables = bank.tables()});
  barrier.take(readers.pointers);
  bank.database.execute("UPDATE a SET v = v + 1");

  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(readers.value(i, "SELECT SUM(v) FROM a"), "100000");
    EXPECT_EQ(thrown_by([&] { readers.sessions[i]->execute("DELETE FROM a"); }).where().code,
              "1792");
  }
}

TEST_P(LockingSnapshot, LockEndsWithTheBarrier) {
  Bank bank(server(), "InnoDB", "InnoDB");
  Readers readers(bank.database.endpoint(), 1);
  {
    SnapshotBarrier barrier(bank.database.connect(),
                            {.method = method(),
                             .non_transactional = method() != SnapshotMethod::backup_stage,
                             .tables = bank.tables()});
    barrier.take(readers.pointers);
  }

  bank.database.execute("UPDATE a SET v = v + 1");
}

TEST(SnapshotOfServer, FuzzyCopyTakesNoLock) {
  Bank bank(mariadb, "InnoDB", "MyISAM");
  Readers readers(bank.database.endpoint(), 2);
  SnapshotBarrier barrier(bank.database.connect(),
                          {.method = SnapshotMethod::none, .non_transactional = true});

  barrier.take(readers.pointers);

  EXPECT_EQ(barrier.method(), SnapshotMethod::none);
  EXPECT_FALSE(barrier.lock_held());
  EXPECT_EQ(barrier.held().count(), 0);
  EXPECT_EQ(bank.total(readers), 200'000);
}

// ---- where it stands in the binlog

/// The last number that the binlog has inserted into a counter up to `at`, and the first after it.
struct Markers {
  std::int64_t last_before = 0;
  std::optional<std::int64_t> first_after;
};

Markers markers_around(Connection& session, const BinlogPosition& at, std::uint64_t from) {
  Markers markers;
  for (const Row& row :
       session.query("SHOW BINLOG EVENTS IN '" + at.file + "' FROM " + std::to_string(from))) {
    // Log_name, Pos, Event_type, Server_id, End_log_pos, Info
    const auto begin = row[5].text.find("/*marker*/ (");
    if (begin == std::string::npos) continue;
    const std::int64_t number = std::stoll(row[5].text.substr(begin + 12));
    if (std::stoull(row[4].text) <= at.position) {
      markers.last_before = number;
    } else if (!markers.first_after) {
      markers.first_after = number;
    }
  }
  return markers;
}

TEST_P(AnySnapshot, PositionIsTheSnapshotsToTheTransaction) {
  SourceDatabase database(server());
  database.execute("CREATE TABLE counter (n BIGINT PRIMARY KEY) ENGINE=InnoDB");
  const auto start = database.admin().query("SHOW MASTER STATUS").at(0);
  // Statements can be read in the binlog, rows cannot.
  Writer writer(database.endpoint(), [n = 0](Connection& session) mutable {
    if (n == 0) session.execute("SET SESSION binlog_format = STATEMENT");
    ++n;
    session.execute("INSERT INTO counter VALUES /*marker*/ (" + std::to_string(n) + ")");
  });
  Readers readers(database.endpoint(), 3);

  for (int round = 0; round < 10; ++round) {
    writer.await_turns(2);
    SnapshotBarrier barrier(
        database.connect(),
        {.method = method(), .tables = {{database.name(), "counter"}}, .attempts = 1000});
    barrier.take(readers.pointers);
    writer.await_turns(2);

    ASSERT_EQ(barrier.position().file, start[0].text);
    const Markers markers =
        markers_around(database.admin(), barrier.position(), std::stoull(start[1].text));
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(readers.value(i, "SELECT MAX(n) FROM counter"),
                std::to_string(markers.last_before));
    }
    ASSERT_EQ(markers.first_after, markers.last_before + 1);
    if (server() == std::string_view(mariadb)) {
      ASSERT_THAT(barrier.position().gtid, Not(IsEmpty()));
      ASSERT_EQ(database.value("SELECT BINLOG_GTID_POS('" + barrier.position().file + "', " +
                               std::to_string(barrier.position().position) + ")"),
                barrier.position().gtid);
    } else {
      ASSERT_THAT(barrier.position().gtid, IsEmpty());  // gtid_mode is off there
    }
  }
}

TEST_P(MyisamSnapshot, PositionIsWhatTheServerSaysAtThatInstant) {
  Bank bank(server(), "InnoDB", "MyISAM");
  Readers readers(bank.database.endpoint(), 2);
  SnapshotBarrier barrier(bank.database.connect(),
                          {.method = method(), .non_transactional = true, .tables = bank.tables()});
  barrier.take(readers.pointers);

  const auto status = bank.database.admin().query("SHOW MASTER STATUS").at(0);
  EXPECT_EQ(barrier.position().file, status[0].text);
  EXPECT_EQ(std::to_string(barrier.position().position), status[1].text);
}

// ---- writes that its binlog may lack

/// A server of `variable` that is set up to replicate, from nobody, for as long as this lives.
class StoppedReplica {
 public:
  explicit StoppedReplica(const char* variable) : session_(server_of(variable, Side::source)) {
    session_.execute("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1");
  }
  ~StoppedReplica() {
    try {
      session_.execute("RESET SLAVE ALL");
    } catch (const Error& error) {
      ADD_FAILURE() << "cannot clean up: " << error.what();
    }
  }
  StoppedReplica(const StoppedReplica&) = delete;
  StoppedReplica& operator=(const StoppedReplica&) = delete;

 private:
  Connection session_;
};

class SnapshotOfReplica : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, SnapshotOfReplica, both_sources(), source_name);

TEST_P(SnapshotOfReplica, EqualPositionsProveNothingWhereItDoesNotLogWhatItReplicates) {
  Bank bank(GetParam(), "InnoDB", "InnoDB");
  Readers readers(bank.database.endpoint(), 2);
  EXPECT_THAT(why_binlog_lacks_writes(bank.database.admin()), IsEmpty());
  const StoppedReplica replica(GetParam());

  EXPECT_THAT(why_binlog_lacks_writes(bank.database.admin()), HasSubstr("log_slave_updates"));
  SnapshotBarrier barrier(bank.database.connect(),
                          {.method = SnapshotMethod::position, .tables = bank.tables()});
  const Error error = thrown_by([&] { barrier.take(readers.pointers); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("log_slave_updates"));
}

// ---- accounts that may do less

class SnapshotOfAccount : public testing::TestWithParam<const char*> {
 protected:
  const char* server() const { return GetParam(); }
  bool maria() const { return server() == std::string_view(mariadb); }

  /// Take a snapshot as `account`.
  std::unique_ptr<SnapshotBarrier> take(const SourceAccount& who,
                                        SnapshotMethod method = SnapshotMethod::automatic,
                                        bool non_transactional = false) {
    kept_readers = std::make_unique<Readers>(who.endpoint(), 2);
    auto barrier = std::make_unique<SnapshotBarrier>(
        Connection(who.endpoint()),
        SnapshotBarrier::Settings{.method = method,
                                  .non_transactional = non_transactional,
                                  .tables = bank.tables(),
                                  .attempts = 3});
    barrier->take(kept_readers->pointers);
    return barrier;
  }

  Bank bank{server(), "InnoDB", "InnoDB"};
  SourceAccount account{server()};
  std::unique_ptr<Readers> kept_readers;
};
INSTANTIATE_TEST_SUITE_P(, SnapshotOfAccount, both_sources(), source_name);

TEST_P(SnapshotOfAccount, WithReloadTheWholeServerIsLocked) {
  account.grant("SELECT ON " + bank.database.name() + ".*").grant("RELOAD ON *.*");

  EXPECT_EQ(take(account)->method(),
            maria() ? SnapshotMethod::backup_stage : SnapshotMethod::flush_lock);
}

TEST_P(SnapshotOfAccount, WithReloadMyisamIsLockedByFlush) {
  account.grant("SELECT ON " + bank.database.name() + ".*").grant("RELOAD ON *.*");

  EXPECT_EQ(take(account, SnapshotMethod::automatic, true)->method(), SnapshotMethod::flush_lock);
}

TEST_P(SnapshotOfAccount, WithoutReloadTheTablesAreLocked) {
  account.grant("SELECT, LOCK TABLES ON " + bank.database.name() + ".*");

  const auto barrier = take(account);

  EXPECT_EQ(barrier->method(), SnapshotMethod::lock_tables);
  // MariaDB's sessions know their own position; MySQL keeps it from this account.
  EXPECT_EQ(barrier->position().known(), maria());
  if (maria()) {
    EXPECT_EQ(barrier->position().file,
              bank.database.admin().query("SHOW MASTER STATUS").at(0)[0].text);
  }
}

TEST_P(SnapshotOfAccount, WithoutAnyLockEqualPositionsProveIt) {
  account.grant("SELECT ON " + bank.database.name() + ".*").grant("REPLICATION CLIENT ON *.*");

  const auto barrier = take(account);

  EXPECT_EQ(barrier->method(), SnapshotMethod::position);
  EXPECT_TRUE(barrier->position().known());
  EXPECT_EQ(barrier->held().count(), 0);
  EXPECT_EQ(bank.total(*kept_readers), 200'000);
}

TEST(SnapshotOfMariadb, PositionsNeedNoPrivilege) {
  Bank bank(mariadb, "InnoDB", "InnoDB");
  SourceAccount account(mariadb);
  account.grant("SELECT ON " + bank.database.name() + ".*");
  Readers readers(account.endpoint(), 4);
  SnapshotBarrier barrier(Connection(account.endpoint()), {.tables = bank.tables()});

  barrier.take(readers.pointers);

  EXPECT_EQ(barrier.method(), SnapshotMethod::position);
  EXPECT_TRUE(barrier.position().known());
}

TEST(SnapshotOfMysql, WithoutAnyPrivilegeItIsRefusedWithTheGrants) {
  Bank bank(mysql56, "InnoDB", "InnoDB");
  SourceAccount account(mysql56);
  account.grant("SELECT ON " + bank.database.name() + ".*");
  Readers readers(account.endpoint(), 2);
  SnapshotBarrier barrier(Connection(account.endpoint()), {.tables = bank.tables()});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("REPLICATION CLIENT"), HasSubstr("may not lock")));
  EXPECT_THAT(error.hint(), AllOf(HasSubstr("GRANT RELOAD ON *.* TO '" + account.name() + "'@'%'"),
                                  HasSubstr("GRANT LOCK TABLES ON"), HasSubstr("--snapshot none")));
}

TEST(SnapshotOfMysql, PositionThatNeverRestsIsRefused) {
  Bank bank(mysql56, "InnoDB", "InnoDB");
  bank.database.execute("CREATE TABLE ticks (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB");
  SourceAccount account(mysql56);
  account.grant("SELECT ON " + bank.database.name() + ".*").grant("REPLICATION CLIENT ON *.*");
  Readers readers(account.endpoint(), 2);
  // So many, and all of them under way, that one commits within 300 ms on a busy machine, too.
  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < 8; ++i) {
    writers.push_back(std::make_unique<Writer>(bank.database.endpoint(), [&](Connection& session) {
      session.execute("INSERT INTO " + bank.database("ticks") + " VALUES (NULL)");
    }));
  }
  for (const auto& writer : writers) writer->await_turns(1);
  SnapshotBarrier barrier(Connection(account.endpoint()), {.tables = bank.tables(), .attempts = 2});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("something was written in each of 2 attempts"));
  EXPECT_EQ(barrier.attempts(), 2U);
}

TEST_P(SnapshotOfAccount, MyisamIsNeverReadWithoutALock) {
  account.grant("SELECT ON " + bank.database.name() + ".*").grant("REPLICATION CLIENT ON *.*");

  const Error error = thrown_by([&] { take(account, SnapshotMethod::automatic, true); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("MyISAM"));
  EXPECT_THAT(error.hint(), AllOf(HasSubstr("GRANT RELOAD"), Not(HasSubstr("--snapshot none"))));
}

TEST_P(SnapshotOfAccount, MethodThatIsAskedForByNameIsTheOnlyOne) {
  account.grant("SELECT, LOCK TABLES ON " + bank.database.name() + ".*");

  const Error flush = thrown_by([&] { take(account, SnapshotMethod::flush_lock); });
  EXPECT_EQ(flush.kind(), ErrorKind::bad_request);
  EXPECT_THAT(flush.message(), HasSubstr("may not FLUSH TABLES WITH READ LOCK"));
  EXPECT_THAT(flush.hint(), StartsWith("GRANT RELOAD ON *.* TO '" + account.name()));

  const Error stage = thrown_by([&] { take(account, SnapshotMethod::backup_stage); });
  EXPECT_THAT(stage.message(), HasSubstr(maria() ? "may not use BACKUP STAGE"
                                                 : "needs MariaDB 10.4 or later, this is 5.6.24"));
}

TEST_P(SnapshotOfAccount, TablesThatMayNotBeLockedAreRefusedByName) {
  account.grant("SELECT ON " + bank.database.name() + ".*").grant("RELOAD ON *.*");

  const Error error = thrown_by([&] { take(account, SnapshotMethod::lock_tables); });

  EXPECT_THAT(error.message(), HasSubstr("may not LOCK TABLES"));
  EXPECT_THAT(error.hint(), StartsWith("GRANT LOCK TABLES ON"));
}

TEST(SnapshotOfMariadb, BackupStageIsRefusedForMyisam) {
  Bank bank(mariadb, "InnoDB", "MyISAM");
  Readers readers(bank.database.endpoint(), 1);
  SnapshotBarrier barrier(bank.database.connect(),
                          {.method = SnapshotMethod::backup_stage, .non_transactional = true});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("MyISAM"));
  EXPECT_THAT(error.hint(), HasSubstr("--snapshot flush-lock"));
}

// ---- a lock that is not to be had

/// A statement on a session of its own that lasts until the test ends it.
class LongStatement {
 public:
  LongStatement(const Endpoint& endpoint, const std::string& sql)
      : endpoint_(endpoint), session_(endpoint), thread_([this, sql] {
          ended_with_ = thrown_by([&] { session_.query(sql); }).where().code;
        }) {
    await_session(endpoint, "ID = " + id() + " AND STATE = 'User sleep'");
  }
  ~LongStatement() {
    Connection(endpoint_).execute("KILL " + id());
    thread_.join();
  }
  LongStatement(const LongStatement&) = delete;
  LongStatement& operator=(const LongStatement&) = delete;

  std::string id() const { return std::to_string(session_.id()); }

 private:
  Endpoint endpoint_;
  Connection session_;
  std::string ended_with_;
  std::thread thread_;
};

TEST_P(SnapshotOfAccount, StatementThatHoldsUpTheFlushIsNamed) {
  const LongStatement statement(bank.database.endpoint(), "UPDATE a SET v = v + SLEEP(600)");
  Readers readers(bank.database.endpoint(), 1);
  SnapshotBarrier barrier(bank.database.connect(), {.method = SnapshotMethod::flush_lock,
                                                    .lock_patience = std::chrono::seconds(1)});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });

  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(),
              AllOf(HasSubstr("FLUSH TABLES WITH READ LOCK was not to be had within 1 s"),
                    HasSubstr("connection " + statement.id() + " of root"),
                    HasSubstr("UPDATE a SET v = v + SLEEP(600)")));
  EXPECT_THAT(error.hint(), HasSubstr("KILL"));
  EXPECT_FALSE(barrier.lock_held());
}

TEST(SnapshotOfMysql, QueryThatHoldsUpTheFlushIsNamed) {
  Bank bank(mysql56, "InnoDB", "InnoDB");
  const LongStatement statement(bank.database.endpoint(), "SELECT SLEEP(600) FROM a");
  Readers readers(bank.database.endpoint(), 1);
  SnapshotBarrier barrier(bank.database.connect(), {.method = SnapshotMethod::flush_lock,
                                                    .lock_patience = std::chrono::seconds(1)});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });

  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("SELECT SLEEP(600) FROM a"));
}

TEST_P(SnapshotOfAccount, TransactionThatHoldsUpLockTablesIsNamed) {
  Connection other = bank.database.connect();
  other.execute("START TRANSACTION");
  other.execute("UPDATE a SET v = v + 1");
  Readers readers(bank.database.endpoint(), 1);
  SnapshotBarrier barrier(bank.database.connect(), {.method = SnapshotMethod::lock_tables,
                                                    .tables = bank.tables(),
                                                    .lock_patience = std::chrono::seconds(1)});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });

  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(),
              AllOf(HasSubstr("LOCK TABLES was not to be had within 1 s"),
                    HasSubstr("connection " + std::to_string(other.id()) + " of root"),
                    HasSubstr("has not committed")));
}

TEST_P(SnapshotOfAccount, AccountThatMayNotSeeOthersIsToldWhereToLook) {
  account.grant("SELECT, LOCK TABLES ON " + bank.database.name() + ".*");
  Connection other = bank.database.connect();
  other.execute("START TRANSACTION");
  other.execute("UPDATE a SET v = v + 1");
  Readers readers(account.endpoint(), 1);
  SnapshotBarrier barrier(Connection(account.endpoint()),
                          {.method = SnapshotMethod::lock_tables,
                           .tables = bank.tables(),
                           .lock_patience = std::chrono::seconds(1)});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });

  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.hint(), HasSubstr("GRANT PROCESS ON *.* TO '" + account.name() + "'@'%'"));
}

TEST(SnapshotOfMariadb, AnotherBackupHoldsUpBackupStage) {
  Bank bank(mariadb, "InnoDB", "InnoDB");
  Connection other = bank.database.connect();
  other.execute("BACKUP STAGE START");
  Readers readers(bank.database.endpoint(), 1);
  SnapshotBarrier barrier(bank.database.connect(), {.method = SnapshotMethod::backup_stage,
                                                    .lock_patience = std::chrono::seconds(1)});

  const Error error = thrown_by([&] { barrier.take(readers.pointers); });
  other.execute("BACKUP STAGE END");

  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("BACKUP STAGE was not to be had"));
}

TEST_P(SnapshotOfAccount, WritersGoOnAfterALockThatWasNotToBeHad) {
  {
    const LongStatement statement(bank.database.endpoint(), "UPDATE a SET v = v + SLEEP(600)");
    Readers readers(bank.database.endpoint(), 1);
    SnapshotBarrier barrier(bank.database.connect(), {.method = SnapshotMethod::flush_lock,
                                                      .lock_patience = std::chrono::seconds(1)});
    thrown_by([&] { barrier.take(readers.pointers); });

    bank.database.execute("UPDATE b SET v = v + 1");
  }

  EXPECT_EQ(bank.database.value("SELECT SUM(v) FROM b"), "100100");
}

}  // namespace
}  // namespace millrace::mysql
