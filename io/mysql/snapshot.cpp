#include "io/mysql/snapshot.h"

#include <mysqld_error.h>

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "io/mysql/client_error.h"

namespace millrace::mysql {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int first_with_backup_stage = 100401;

/// Where the snapshot of a MariaDB session stands, as that session knows it: it takes both under
/// one lock, and tells them without a privilege. Source: MariaDB knowledge base, "Enhancements for
/// START TRANSACTION WITH CONSISTENT SNAPSHOT".
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

/// "'user'@'host'" of the account that `session` logged in as.
std::string account_of(Connection& session) {
  const std::string account = session.query("SELECT CURRENT_USER()").at(0).at(0).text;
  const auto at = account.rfind('@');
  return "'" + account.substr(0, at) + "'@'" + account.substr(at + 1) + "'";
}

/// One row: the binlog's file, its position, the databases that are logged alone, and those that
/// are not. None where it is off or may not be asked.
std::vector<Row> read_binlog_status(Connection& session, bool& denied) {
  const ServerVersion& version = session.version();
  const bool renamed = !version.mariadb && version.number >= 80400;
  return session.query_if_allowed(renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
                                  denied);
}

bool logs_what_it_replicates(Connection& session) {
  for (const Row& row :
       session.query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_slave_updates', "
                     "'log_replica_updates')")) {
    if (row[1].text == "ON" || row[1].text == "1") return true;
  }
  return false;
}

/// Whether it is set up to replicate from another server. One that has been stopped may have run a
/// while ago; an account that may not ask for its sources sees only those that run.
bool is_replica(Connection& session) {
  const ServerVersion& version = session.version();
  const bool renamed = !version.mariadb && version.number >= 80022;
  bool denied = false;
  const auto sources = session.query_if_allowed(
      version.mariadb ? "SHOW ALL SLAVES STATUS"
                      : (renamed ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS"),
      denied);
  if (!sources.empty()) return true;
  for (const Row& row : session.query("SHOW GLOBAL STATUS LIKE 'Slave%_running'")) {
    if (row[1].text != "OFF" && row[1].text != "0") return true;
  }
  return false;
}

[[noreturn]] void refuse_instant(const std::string& why, const std::string& hint) {
  throw Error(ErrorKind::bad_request, "cannot read one instant of the source: " + why,
              {.side = Side::source}, hint);
}

}  // namespace

SnapshotBarrier::SnapshotBarrier(Connection control, Settings settings)
    : control_(std::move(control)), settings_(std::move(settings)) {}

void SnapshotBarrier::take(std::span<Connection* const> readers) {
  for (Connection* reader : readers) {
    reader->execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  }
  const SnapshotMethod asked = settings_.method;
  const bool any = asked == SnapshotMethod::automatic;
  bool locked = false;
  // BACKUP STAGE lets readers and DDL-free writers go on until the very instant.
  if (!locked && (any || asked == SnapshotMethod::backup_stage)) locked = try_backup_stage();
  if (!locked && (any || asked == SnapshotMethod::flush_lock)) locked = try_flush_lock();
  if (!locked && (any || asked == SnapshotMethod::lock_tables)) locked = try_lock_tables();
  if (locked) {
    start_transactions(readers);
    position_ = read_position();
    if (!position_.known() && control_.version().mariadb && !readers.empty()) {
      position_ = snapshot_position(*readers.front());
    }
    if (!settings_.non_transactional) release_lock();
    return;
  }
  if ((any || asked == SnapshotMethod::position) && take_without_lock(readers)) return;
  if (asked == SnapshotMethod::none) {
    method_ = SnapshotMethod::none;
    position_ = read_position();
    start_transactions(readers);
    return;
  }
  refuse();
}

void SnapshotBarrier::refuse() {
  const std::string account = account_of(control_);
  const std::string grants = settings_.method == SnapshotMethod::lock_tables
                                 ? "GRANT LOCK TABLES ON <database>.* TO " + account
                                 : "GRANT RELOAD ON *.* TO " + account +
                                       ", or GRANT LOCK TABLES ON <database>.* TO " + account;
  switch (settings_.method) {
    case SnapshotMethod::backup_stage:
      if (!control_.version().mariadb || control_.version().number < first_with_backup_stage) {
        refuse_instant(
            "BACKUP STAGE needs MariaDB 10.4 or later, this is " + control_.version().text,
            "use --snapshot flush-lock, or leave --snapshot out");
      }
      if (settings_.non_transactional) {
        refuse_instant(
            "BACKUP STAGE does not hold off writes into the tables that have no transactions "
            "(MyISAM or the like)",
            "use --snapshot flush-lock, or leave --snapshot out");
      }
      refuse_instant("the account may not use BACKUP STAGE", "GRANT RELOAD ON *.* TO " + account);
      break;
    case SnapshotMethod::flush_lock:
      refuse_instant("the account may not FLUSH TABLES WITH READ LOCK",
                     "GRANT RELOAD ON *.* TO " + account);
      break;
    case SnapshotMethod::lock_tables:
      refuse_instant("the account may not LOCK TABLES", grants);
      break;
    case SnapshotMethod::automatic:
    case SnapshotMethod::position:
    case SnapshotMethod::none: break;
  }
  if (settings_.non_transactional) {
    refuse_instant(
        "it has tables without transactions (MyISAM or the like), which must be read under a lock, "
        "and the account may not lock them",
        grants);
  }
  refuse_instant(
      why_no_position_ +
          (settings_.method == SnapshotMethod::position ? "" : ", and the account may not lock"),
      grants + ", stop the writers and try again, or accept a fuzzy copy with --snapshot none");
}

bool SnapshotBarrier::try_backup_stage() {
  if (!control_.version().mariadb || control_.version().number < first_with_backup_stage) {
    return false;
  }
  // It does not stop writes into MyISAM; FLUSH TABLES WITH READ LOCK does.
  if (settings_.non_transactional) return false;
  set_patience(settings_.lock_patience);
  try {
    bool denied = false;
    control_.query_if_allowed("BACKUP STAGE START", denied);
    if (denied) return false;
    control_.execute("BACKUP STAGE FLUSH");
    // From here on writers wait: DDL first, then every commit.
    locked_at_ = Clock::now();
    control_.execute("BACKUP STAGE BLOCK_DDL");
    control_.execute("BACKUP STAGE BLOCK_COMMIT");
  } catch (const Error& error) {
    locked_at_.reset();
    if (error.kind() == ErrorKind::conflict) refuse_lock_wait(error, "BACKUP STAGE");
    throw;
  }
  method_ = SnapshotMethod::backup_stage;
  return true;
}

bool SnapshotBarrier::try_flush_lock() {
  if (!lock("FLUSH TABLES WITH READ LOCK", "FLUSH TABLES WITH READ LOCK")) return false;
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
  // Only without autocommit does InnoDB of MySQL lock its tables too; else transactions that have
  // written already would commit between two of our snapshots.
  // Source: MySQL manual, "LOCK TABLES and UNLOCK TABLES", "Interaction of Table Locking and
  // Transactions".
  control_.execute("SET SESSION autocommit = 0");
  if (!lock(sql, "LOCK TABLES")) {
    control_.execute("SET SESSION autocommit = 1");
    return false;
  }
  method_ = SnapshotMethod::lock_tables;
  if (!control_.version().mariadb && control_.version().number < 50700) {
    // InnoDB of MySQL 5.6 gives a committed transaction's locks up a few instructions before other
    // sessions see its rows, and nothing tells when they do: the thread may have been put to sleep
    // in between. Source: storage/innobase/trx/trx0trx.cc, trx_commit_in_memory().
    constexpr std::chrono::milliseconds settling{100};
    std::this_thread::sleep_for(settling);
  }
  return true;
}

void SnapshotBarrier::set_patience(std::chrono::seconds patience) {
  control_.execute(
      fmt::format("SET SESSION lock_wait_timeout = {0}, SESSION innodb_lock_wait_timeout = {0}",
                  std::max<std::chrono::seconds::rep>(patience.count(), 1)));
}

bool SnapshotBarrier::lock(const std::string& sql, const std::string& name) {
  // While the lock is asked for, statements that would write queue behind it; one of them may be in
  // a transaction that a running statement waits for, which the lock in turn waits for. No server
  // sees this deadlock, so the request is withdrawn soon and made again.
  constexpr std::chrono::seconds longest_request{2};
  constexpr std::chrono::milliseconds pause{500};
  set_patience(std::min(settings_.lock_patience, longest_request));
  const auto give_up = Clock::now() + settings_.lock_patience;
  for (;;) {
    const auto begin = Clock::now();
    try {
      bool denied = false;
      control_.query_if_allowed(sql, denied);
      if (!denied) locked_at_ = begin;  // writers queue behind the statement from its start
      return !denied;
    } catch (const Error& error) {
      held_ += Clock::now() - begin;
      if (error.kind() != ErrorKind::conflict) throw;
      if (Clock::now() + pause >= give_up) refuse_lock_wait(error, name);
      std::this_thread::sleep_for(pause);
    }
  }
}

bool SnapshotBarrier::take_without_lock(std::span<Connection* const> readers) {
  if (settings_.non_transactional) return false;
  why_no_position_ = why_binlog_lacks_writes(control_);
  if (!why_no_position_.empty()) return false;
  for (attempts_ = 1;; ++attempts_) {
    const Attempt attempt =
        control_.version().mariadb ? compare_snapshots(readers) : await_quiet(readers);
    if (attempt == Attempt::equal) {
      method_ = SnapshotMethod::position;
      return true;
    }
    if (attempt == Attempt::hopeless) return false;
    if (attempts_ >= settings_.attempts) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20) * attempts_);
  }
  why_no_position_ = fmt::format("something was written in each of {} attempts", attempts_);
  return false;
}

SnapshotBarrier::Attempt SnapshotBarrier::compare_snapshots(std::span<Connection* const> readers) {
  start_transactions(readers);
  std::optional<BinlogPosition> first;
  for (Connection* reader : readers) {
    const BinlogPosition here = snapshot_position(*reader);
    if (!here.known()) {
      why_no_position_ = "its binlog is off";
      return Attempt::hopeless;
    }
    if (!first) first = here;
    if (here != *first) return Attempt::differing;
  }
  if (first) position_ = *first;
  // @@gtid_binlog_pos is ahead of what the snapshots see while a commit is under way.
  complete_gtid();
  return Attempt::equal;
}

SnapshotBarrier::Attempt SnapshotBarrier::await_quiet(std::span<Connection* const> readers) {
  // A transaction stands in the binlog a moment before its rows become visible, so the position
  // must also have been still for a while before the first snapshot.
  constexpr std::chrono::milliseconds quiet{300};
  bool denied = false;
  if (read_binlog_status(control_, denied).empty()) {
    why_no_position_ = denied ? "the account may not see the binlog's position "
                                "(REPLICATION CLIENT)"
                              : "its binlog is off";
    return Attempt::hopeless;
  }
  const BinlogPosition before = read_position();
  std::this_thread::sleep_for(quiet);
  const BinlogPosition still = read_position();
  if (before != still) return Attempt::differing;
  start_transactions(readers);
  if (read_position() != still) return Attempt::differing;
  position_ = still;
  return Attempt::equal;
}

void SnapshotBarrier::start_transactions(std::span<Connection* const> readers) {
  for (Connection* reader : readers) {
    reader->execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }
}

BinlogPosition read_binlog_position(Connection& session) {
  BinlogPosition position;
  bool denied = false;
  const auto status = read_binlog_status(session, denied);
  if (!status.empty()) {
    position.file = status[0][0].text;
    position.position = std::stoull(status[0][1].text);
  }
  const auto gtid =
      session.query_if_allowed(session.version().mariadb ? "SELECT @@GLOBAL.gtid_binlog_pos"
                                                         : "SELECT @@GLOBAL.gtid_executed",
                               denied);
  if (!gtid.empty()) position.gtid = gtid[0][0].text;
  return position;
}

std::string why_binlog_lacks_writes(Connection& session) {
  if (!logs_what_it_replicates(session) && is_replica(session)) {
    return "it is a replica that does not log what it replicates (log_slave_updates)";
  }
  bool denied = false;
  const auto status = read_binlog_status(session, denied);
  if (!status.empty() && !(status[0][2].text.empty() && status[0][3].text.empty())) {
    return "its binlog leaves databases out (binlog_do_db, binlog_ignore_db)";
  }
  return {};
}

void SnapshotBarrier::complete_gtid() {
  // The server reads the binlog's whole file for it, so it is asked last and under no lock.
  if (!control_.version().mariadb || !position_.known() || !position_.gtid.empty()) return;
  const auto rows = control_.query(fmt::format("SELECT BINLOG_GTID_POS({}, {})",
                                               quote_text(position_.file), position_.position));
  if (!rows.empty()) position_.gtid = rows[0][0].text;
}

void SnapshotBarrier::release_lock() {
  if (!locked_at_) return;
  switch (method_) {
    case SnapshotMethod::backup_stage: control_.execute("BACKUP STAGE END"); break;
    case SnapshotMethod::lock_tables:
      control_.execute("COMMIT");  // gives up InnoDB's locks
      control_.execute("UNLOCK TABLES");
      control_.execute("SET SESSION autocommit = 1");
      break;
    default: control_.execute("UNLOCK TABLES"); break;
  }
  held_ += Clock::now() - *locked_at_;
  locked_at_.reset();
  complete_gtid();
}

std::chrono::duration<double, std::milli> SnapshotBarrier::held() const noexcept {
  if (!locked_at_) return held_;
  return held_ + (Clock::now() - *locked_at_);
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

std::string SnapshotBarrier::running_query() {
  // What waits for a lock itself is a victim, most likely of ours.
  const auto rows = control_.query(
      "SELECT ID, USER, TIME, LEFT(INFO, 80) FROM information_schema.PROCESSLIST WHERE INFO IS NOT "
      "NULL AND ID <> CONNECTION_ID() AND COALESCE(STATE, '') NOT LIKE 'Waiting for%' ORDER BY "
      "TIME DESC LIMIT 1");
  if (rows.empty()) return {};
  return fmt::format("connection {} of {} has been running for {} s: {}", rows[0][0].text,
                     rows[0][1].text, rows[0][2].text, rows[0][3].text);
}

std::string SnapshotBarrier::open_transaction() {
  bool denied = false;
  const auto rows = control_.query_if_allowed(
      "SELECT t.trx_mysql_thread_id, p.USER, LEFT(t.trx_query, 80) FROM "
      "information_schema.INNODB_TRX t JOIN "
      "information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id WHERE "
      "t.trx_mysql_thread_id <> CONNECTION_ID() AND t.trx_rows_modified > 0 ORDER BY t.trx_started "
      "LIMIT 1",
      denied);
  if (rows.empty()) return {};
  return fmt::format("connection {} of {} has changed rows and has not committed{}",
                     rows[0][0].text, rows[0][1].text,
                     rows[0][2].null ? "" : ", and runs: " + rows[0][2].text);
}

void SnapshotBarrier::refuse_lock_wait(const Error& cause, const std::string& name) {
  // Transactions that are open but idle hold up LOCK TABLES only.
  const bool of_tables = name == "LOCK TABLES";
  std::string culprit = of_tables ? open_transaction() : running_query();
  if (culprit.empty()) culprit = of_tables ? running_query() : open_transaction();
  throw Error(ErrorKind::conflict,
              fmt::format("cannot lock the source: {} was not to be had within {} s{}{}", name,
                          settings_.lock_patience.count(), culprit.empty() ? "" : "; ", culprit),
              {.side = Side::source, .code = cause.where().code},
              culprit.empty()
                  ? "see with SHOW FULL PROCESSLIST who holds it up (GRANT PROCESS ON *.* TO " +
                        account_of(control_) + " lets us tell), then start again"
                  : "wait for it or end it (KILL), then start again");
}

}  // namespace millrace::mysql
