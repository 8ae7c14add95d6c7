#include "io/mysql/snapshot.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "io/mysql/connection.h"
#include "tests/db/snapshot_bank.h"
#include "tests/support/source_database.h"
#include "tests/support/test_servers.h"

namespace millrace::mysql {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto mariadb = "MILLRACE_MARIADB";

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

}  // namespace
}  // namespace millrace::mysql
