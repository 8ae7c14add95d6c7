#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/mysql/connection.h"
#include "io/snapshot_method.h"

namespace millrace::mysql {

/// Where the snapshot stands in the source's binlog; empty where it is off or may not be asked.
struct BinlogPosition {
  std::string file;
  std::uint64_t position = 0;
  std::string gtid;

  bool known() const noexcept { return !file.empty(); }
  bool operator==(const BinlogPosition&) const = default;
};

/// Where the source's binlog ends now, and its GTID; what the account may not ask is left empty.
BinlogPosition read_binlog_position(Connection& session);

/// Why the source's tables may be written to without a word of it in its binlog: equal positions
/// prove nothing then. In words; empty where nothing that the account may ask says so.
std::string why_binlog_lacks_writes(Connection& session);

/// Brings any number of sessions to one instant of the source.
///
/// All sessions are connected before the barrier, so that the lock is held only while each of them
/// starts its transaction. Where there are non-transactional tables (MyISAM and the like) the lock
/// stays until release_lock(): they must be read first, under it.
///
/// Legal order: construct, take, [read non-transactional tables,] release_lock. The destructor
/// releases too: closing the control session frees any lock.
class SnapshotBarrier {
 public:
  struct Settings {
    SnapshotMethod method = SnapshotMethod::automatic;
    bool non_transactional = false;  // some tables have no MVCC
    // (database, table) of every table to be read: for LOCK TABLES.
    std::vector<std::pair<std::string, std::string>> tables{};
    std::chrono::seconds lock_patience{60};  // longest wait for the lock, which stalls others
    unsigned attempts = 10;                  // of the lock-free method
  };

  /// `control` is a session of its own that holds the lock.
  SnapshotBarrier(Connection control, Settings settings);

  /// Start a consistent read-only transaction in each of `readers`, all at one instant.
  /// Errors: bad_request where the account may use no method (the hint has the GRANT to type);
  ///         conflict where the lock was not to be had in time, naming the longest query.
  void take(std::span<Connection* const> readers);

  /// Let the source's writers go on. Idempotent.
  void release_lock();

  SnapshotMethod method() const noexcept { return method_; }
  /// In words, for the report.
  std::string method_name() const;
  const BinlogPosition& position() const noexcept { return position_; }
  /// How long writers were held up so far, or in all once released; also by requests for the lock
  /// that were withdrawn.
  std::chrono::duration<double, std::milli> held() const noexcept;
  unsigned attempts() const noexcept { return attempts_; }
  bool lock_held() const noexcept { return locked_at_.has_value(); }
  Connection& control() noexcept { return control_; }

 private:
  enum class Attempt : std::uint8_t { equal, differing, hopeless };

  bool try_flush_lock();
  bool try_backup_stage();
  bool try_lock_tables();
  void set_patience(std::chrono::seconds patience);
  /// Run a statement that locks, for as long as the patience lasts; false when the account may not.
  bool lock(const std::string& sql, const std::string& name);
  bool take_without_lock(std::span<Connection* const> readers);
  Attempt compare_snapshots(std::span<Connection* const> readers);  // MariaDB
  Attempt await_quiet(std::span<Connection* const> readers);        // MySQL
  void start_transactions(std::span<Connection* const> readers);
  BinlogPosition read_position() { return read_binlog_position(control_); }
  void complete_gtid();  // MariaDB
  std::string running_query();
  std::string open_transaction();
  [[noreturn]] void refuse();
  [[noreturn]] void refuse_lock_wait(const Error& cause, const std::string& name);

  Connection control_;
  Settings settings_;
  SnapshotMethod method_ = SnapshotMethod::none;
  BinlogPosition position_;
  std::string why_no_position_;
  std::optional<std::chrono::steady_clock::time_point> locked_at_;
  std::chrono::duration<double, std::milli> held_{0};
  unsigned attempts_ = 1;
};

}  // namespace millrace::mysql
