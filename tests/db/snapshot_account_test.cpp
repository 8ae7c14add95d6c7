#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "io/mysql/connection.h"
#include "io/mysql/snapshot.h"
#include "tests/db/snapshot_bank.h"
#include "tests/support/source_database.h"
#include "tests/support/test_servers.h"

// Snapshots of accounts that may not do everything, and of servers where others are in the way.

namespace millrace::mysql {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto mariadb = "MILLRACE_MARIADB";
constexpr auto mysql56 = "MILLRACE_MYSQL56";

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
