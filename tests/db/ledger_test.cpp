#include "engine/ledger.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/retry.h"
#include "io/error.h"
#include "tests/db/postgres_scratch.h"

namespace millrace {
namespace {

using postgres::Connection;
using postgres::error_of;
using postgres::value_of;

/// A database of its own with a ledger and one run in it, whose plan is empty; gone with the test.
class LedgerOfDisplacedRun : public testing::Test {
 protected:
  LedgerOfDisplacedRun() {
    postgres::connect().execute("CREATE DATABASE " + database_ + " TEMPLATE template0");
    Connection session = connect();
    session.execute("BEGIN");
    ledger_ = Ledger::begin(session, LedgerEntry{}, WorkPlan{});
    session.commit();
    session.execute(
        "INSERT INTO millrace.chunks VALUES (1, 0, '{0,1}', '{}', '', 10, false); CREATE SCHEMA s");
  }
  ~LedgerOfDisplacedRun() override {
    postgres::connect().execute("DROP DATABASE " + database_ + " WITH (FORCE)");
  }

  Connection connect(const std::string& application = "millrace test") const {
    Endpoint endpoint = postgres::target();
    endpoint.database = database_;
    return {endpoint, application};
  }
  /// As take_over_run() does.
  Ledger displace() const {
    connect().execute("UPDATE millrace.runs SET attempts = attempts + 1");
    return Ledger(ledger_.run(), 2);
  }
  /// What a row of millrace.runs holds, but for when it began.
  std::string run() const {
    Connection session = connect();
    return value_of(session,
                    "SELECT concat_ws(' ', state, phase, attempts, hooks_done, resumed_at, "
                    "ended_at) FROM millrace.runs");
  }

  std::string database_ = free_name("ledger");
  Ledger ledger_;
};

void expect_taken_over(const std::function<void()>& act) {
  EXPECT_EQ(error_of(act).where().code, run_taken_over);
}

TEST_F(LedgerOfDisplacedRun, NothingIsEnteredInIt) {
  displace();
  Connection session = connect();
  const std::string before = run();

  expect_taken_over([&] { ledger_.note_phase(session, "copy"); });
  expect_taken_over([&] { ledger_.note_resumed(session, {}); });
  expect_taken_over([&] { ledger_.complete(session); });
  expect_taken_over(
      [&] { ledger_.execute_as_owner(session, {ledger_.hook_statement("after_data 1")}); });
  ledger_.end(session, "failed", "of no matter");

  EXPECT_EQ(run(), before);
}

TEST_F(LedgerOfDisplacedRun, NoneOfItsChunksIsSplit) {
  displace();
  Connection session = connect();
  Chunk chunk;
  chunk.tables = {0, 1};
  ChunkHalves halves{.first = chunk, .second = chunk};

  expect_taken_over([&] { ledger_.note_split(session, halves); });

  EXPECT_EQ(value_of(session, "SELECT count(*) FROM millrace.chunks"), "1");
  ledger_ = Ledger(ledger_.run(), 2);
  ledger_.note_split(session, halves);
  EXPECT_EQ(halves.second.id, 1);
}

TEST_F(LedgerOfDisplacedRun, NothingIsExecutedAsItsOwner) {
  Connection session = connect();
  ledger_.execute_as_owner(session, {"CREATE TABLE s.one (a int)"});
  const Ledger owner = displace();

  expect_taken_over([&] { ledger_.execute_as_owner(session, {"CREATE TABLE s.two (a int)"}); });
  // Whatever else fails: its names may be another run's by now.
  expect_taken_over([&] { ledger_.execute_as_owner(session, {"DROP TABLE s.none"}); });
  owner.execute_as_owner(session, {"CREATE TABLE s.three (a int)"});

  EXPECT_EQ(value_of(session,
                     "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE "
                     "schemaname = 's'"),
            "one three");
}

TEST_F(LedgerOfDisplacedRun, WhatFailsAsItsOwnerFailsAsItIs) {
  Connection session = connect();

  const Error error =
      error_of([&] { ledger_.execute_as_owner(session, {"DROP TABLE s.none"}, "LOCK s.none"); });

  EXPECT_EQ(error.where().code, "42P01");
}

TEST_F(LedgerOfDisplacedRun, BehindALockItIsAsked) {
  Connection session = connect();
  session.execute("CREATE TABLE s.one (a int); CREATE SEQUENCE s.numbers");
  displace();

  expect_taken_over([&] {
    ledger_.execute_as_owner(session, {"SELECT setval('s.numbers', 7)"}, "LOCK TABLE s.one");
  });

  EXPECT_EQ(value_of(session, "SELECT nextval('s.numbers')"), "1");
}

TEST_F(LedgerOfDisplacedRun, TheOwnersSessionOfTheSameNameLives) {
  Connection of_owner = connect("millrace builder 0");
  displace().join(of_owner);
  Connection session = connect("millrace builder 0");

  ledger_.end_predecessor(session);

  EXPECT_EQ(value_of(of_owner, "SELECT 1"), "1");
}

TEST_F(LedgerOfDisplacedRun, AnEndWhoseAnswerWasLostIsEnteredAgain) {
  Connection session = connect();
  ledger_.complete(session);

  Connection another = connect();
  ledger_.complete(another);

  EXPECT_THAT(run(), testing::StartsWith("complete "));
}

TEST_F(LedgerOfDisplacedRun, ACompleteRunStaysComplete) {
  Connection session = connect();
  ledger_.complete(session);

  Connection another = connect();  // its owner does not know that the server has committed
  ledger_.end(another, "cancelled", "stopped on request");

  EXPECT_THAT(run(), testing::StartsWith("complete "));
}

}  // namespace
}  // namespace millrace
