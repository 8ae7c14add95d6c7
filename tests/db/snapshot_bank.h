#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "io/error.h"
#include "io/mysql/connection.h"
#include "tests/support/source_database.h"
#include "tests/support/test_servers.h"

// What the tests of snapshots read and write. They lock whole servers and count on what their
// binlogs say, so they run on servers of their own: see CMakeLists.txt.

namespace millrace::mysql {

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
              // As an application has it. Without any, MySQL 5.6 lets a MyISAM table's next UPDATE
              // pass LOCK TABLES .. READ again and again: on servers in memory for over a minute.
              std::this_thread::sleep_for(std::chrono::microseconds(500));
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

}  // namespace millrace::mysql
