#include "io/mysql/snapshot.h"

#include <mysqld_error.h>

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "io/mysql/client_error.h"

namespace millrace::mysql {

namespace {

using Clock = std::chrono::steady_clock;

/// Run a locking statement; false when the account may not.
bool allowed(Connection& control, const std::string& sql) {
  bool denied = false;
  control.query_if_allowed(sql, denied);
  return !denied;
}

BinlogPosition snapshot_position(Connection& reader) {
  BinlogPosition position;
  for (const Row& row : reader.query("SHOW STATUS LIKE 'binlog_snapshot%'")) {
    if (row[0].text == "Binlog_snapshot_file") position.file = row[1].text;
    if (row[0].text == "Binlog_snapshot_position" && !row[1].text.empty()) {
      position.position = std::stoull(row[1].text);
    }
  }
  return position;
}

}  // namespace

SnapshotBarrier::SnapshotBarrier(Connection control, Settings settings)
    : control_(std::move(control)), settings_(std::move(settings)) {
  control_.execute(
      fmt::format("SET SESSION lock_wait_timeout = {}", settings_.lock_patience.count()));
}

void SnapshotBarrier::take(std::span<Connection* const> readers) {
  for (Connection* reader : readers) {
    reader->execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  }
  const SnapshotMethod asked = settings_.method;
  const bool any = asked == SnapshotMethod::automatic;
  bool locked = false;
  try {
    // BACKUP STAGE lets readers and DDL-free writers go on until the very instant, but it does not
    // stop writes into MyISAM; FLUSH TABLES WITH READ LOCK does.
    if (!locked && (any || asked == SnapshotMethod::backup_stage)) locked = try_backup_stage();
    if (!locked && (any || asked == SnapshotMethod::flush_lock)) locked = try_flush_lock();
    if (!locked && (any || asked == SnapshotMethod::lock_tables)) locked = try_lock_tables();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::conflict) refuse_lock_wait(error);
    throw;
  }
  if (locked) {
    start_transactions(readers);
    position_ = read_position();
    if (!settings_.non_transactional) release_lock();
    return;
  }
  if ((any || asked == SnapshotMethod::position) && !settings_.non_transactional &&
      take_without_lock(readers)) {
    return;
  }
  if (asked == SnapshotMethod::none) {
    method_ = SnapshotMethod::none;
    position_ = read_position();
    start_transactions(readers);
    return;
  }
  throw Error(
      ErrorKind::bad_request,
      settings_.non_transactional
          ? "cannot read one instant of the source: it has tables without transactions (MyISAM or "
            "the like), and the account may not lock them"
          : "cannot read one instant of the source: the account may not lock, and its binlog "
            "positions do not prove that nothing changed",
      {.side = Side::source},
      "GRANT RELOAD ON *.* TO the account (or GRANT LOCK TABLES on its databases), stop the "
      "writers and try again, or accept a fuzzy copy with --snapshot none");
}

bool SnapshotBarrier::try_backup_stage() {
  if (!control_.version().mariadb || control_.version().number < 100401) return false;
  if (settings_.non_transactional) return false;
  if (!allowed(control_, "BACKUP STAGE START")) return false;
  control_.execute("BACKUP STAGE FLUSH");
  // From here on writers wait: DDL first, then every commit.
  locked_at_ = Clock::now();
  control_.execute("BACKUP STAGE BLOCK_DDL");
  control_.execute("BACKUP STAGE BLOCK_COMMIT");
  method_ = SnapshotMethod::backup_stage;
  return true;
}

bool SnapshotBarrier::try_flush_lock() {
  const auto begin = Clock::now();
  if (!allowed(control_, "FLUSH TABLES WITH READ LOCK")) return false;
  locked_at_ = begin;  // writers queue behind the statement from its start
  method_ = SnapshotMethod::flush_lock;
  return true;
}

bool SnapshotBarrier::try_lock_tables() {
  if (settings_.tables.empty()) return false;
  std::string sql = "LOCK TABLES ";
  bool first = true;
  for (const auto& [database, table] : settings_.tables) {
    if (!first) sql += ", ";
    first = false;
    sql += quote_identifier(database) + '.' + quote_identifier(table) + " READ";
  }
  const auto begin = Clock::now();
  if (!allowed(control_, sql)) return false;
  locked_at_ = begin;
  method_ = SnapshotMethod::lock_tables;
  return true;
}

bool SnapshotBarrier::take_without_lock(std::span<Connection* const> readers) {
  bool denied = false;
  for (attempts_ = 1; attempts_ <= settings_.attempts; ++attempts_) {
    if (control_.version().mariadb) {
      // Each session tells the position that its own snapshot stands at: MariaDB takes both under
      // one lock. Source: MariaDB knowledge base, "Enhancements for START TRANSACTION WITH
      // CONSISTENT SNAPSHOT". Needs no privilege.
      start_transactions(readers);
      BinlogPosition first;
      bool equal = true;
      for (Connection* reader : readers) {
        const BinlogPosition here = snapshot_position(*reader);
        if (!here.known()) return false;  // binlog off
        if (!first.known()) first = here;
        equal = equal && here == first;
      }
      if (equal) {
        position_ = first;
        const auto gtid = control_.query(
            fmt::format("SELECT BINLOG_GTID_POS({}, {})", quote_text(first.file), first.position));
        if (!gtid.empty()) position_.gtid = gtid[0][0].text;
        method_ = SnapshotMethod::position;
        return true;
      }
    } else {
      // A transaction stands in the binlog a moment before its rows become visible, so the position
      // must also have been still for a while before the first snapshot.
      constexpr std::chrono::milliseconds quiet{300};
      const auto rows = control_.query_if_allowed("SHOW MASTER STATUS", denied);
      if (denied || rows.empty()) return false;
      const BinlogPosition before = read_position();
      std::this_thread::sleep_for(quiet);
      const BinlogPosition still = read_position();
      if (before == still) {
        start_transactions(readers);
        if (read_position() == still) {
          position_ = still;
          method_ = SnapshotMethod::position;
          return true;
        }
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20) * attempts_);
  }
  return false;
}

void SnapshotBarrier::start_transactions(std::span<Connection* const> readers) {
  for (Connection* reader : readers) {
    reader->execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }
}

BinlogPosition SnapshotBarrier::read_position() {
  BinlogPosition position;
  bool denied = false;
  const bool renamed = !control_.version().mariadb && control_.version().number >= 80400;
  const auto status =
      control_.query_if_allowed(renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS", denied);
  if (!denied && !status.empty()) {
    position.file = status[0][0].text;
    position.position = std::stoull(status[0][1].text);
  }
  const auto gtid =
      control_.query_if_allowed(control_.version().mariadb ? "SELECT @@GLOBAL.gtid_binlog_pos"
                                                           : "SELECT @@GLOBAL.gtid_executed",
                                denied);
  if (!denied && !gtid.empty()) position.gtid = gtid[0][0].text;
  return position;
}

void SnapshotBarrier::release_lock() {
  if (!locked_at_) return;
  control_.execute(method_ == SnapshotMethod::backup_stage ? "BACKUP STAGE END" : "UNLOCK TABLES");
  held_ = Clock::now() - *locked_at_;
  locked_at_.reset();
}

std::chrono::duration<double, std::milli> SnapshotBarrier::held() const noexcept {
  return locked_at_ ? Clock::now() - *locked_at_ : held_;
}

std::string SnapshotBarrier::method_name() const {
  switch (method_) {
    case SnapshotMethod::automatic: break;
    case SnapshotMethod::flush_lock: return "FLUSH TABLES WITH READ LOCK";
    case SnapshotMethod::backup_stage: return "BACKUP STAGE";
    case SnapshotMethod::lock_tables: return "LOCK TABLES READ";
    case SnapshotMethod::position: return "equal binlog positions, no lock";
    case SnapshotMethod::none: return "none (fuzzy copy)";
  }
  return "none";
}

void SnapshotBarrier::refuse_lock_wait(const Error& cause) {
  std::string longest;
  bool denied = false;
  const auto running = control_.query_if_allowed(
      "SELECT ID, TIME, LEFT(INFO, 80) FROM information_schema.PROCESSLIST WHERE COMMAND = 'Query' "
      "AND ID <> CONNECTION_ID() ORDER BY TIME DESC LIMIT 1",
      denied);
  if (!running.empty()) {
    longest = fmt::format("; the longest query there is connection {} for {} s: {}",
                          running[0][0].text, running[0][1].text, running[0][2].text);
  }
  throw Error(ErrorKind::conflict,
              fmt::format("cannot lock the source within {} s: a query stands before the lock{}",
                          settings_.lock_patience.count(), longest),
              cause.where(), "wait for that query or end it (KILL), then start again");
}

}  // namespace millrace::mysql
