#include "engine/check/privilege_checks.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/name_list.h"

namespace millrace {
namespace {

constexpr std::string_view family = "privileges";
constexpr int first_with_backup_stage = 100401;
constexpr int first_with_binlog_monitor = 100502;
constexpr int first_with_slave_monitor = 100509;
constexpr int first_with_flush_tables = 80023;  // a privilege of its own beside RELOAD
// Before these, who reads the table of routines reads their bodies.
constexpr int first_with_show_create_routine = 110300;  // MariaDB
constexpr int first_with_show_routine = 80020;          // MySQL
constexpr int first_without_table_of_routines = 80000;  // MySQL

class SourcePrivileges {
 public:
  SourcePrivileges(const Job& job, const mysql::ServerVersion& version, const SourceGrants& grants,
                   const SourceCatalog& catalog, BinlogFacts binlog)
      : job_(job), version_(version), grants_(grants), binlog_(binlog) {
    for (const SourceTable& table : catalog.tables) {
      for (const SourceMember& member : table.members) databases_.insert(member.database);
      if (!table.consolidated()) databases_.insert(table.database);
      non_transactional_ = non_transactional_ || !table.transactional;
    }
    for (const SourceExtra& extra : catalog.extras) {
      if (extra.body_hidden) hidden_bodies_.push_back(extra.database + "." + extra.name);
    }
    may_flush_ = grants.everywhere("RELOAD") ||
                 (!version.mariadb && version.number >= first_with_flush_tables &&
                  grants.everywhere("FLUSH_TABLES"));
    for (const std::string& database : databases_) {
      // It needs SELECT, too; that each table is read is tried by itself.
      if (!grants.on_database("LOCK TABLES", database)) unlockable_.push_back(database);
    }
  }

  Findings check() {
    if (job_.scope != Scope::schema_only) check_snapshot();
    check_position();
    check_resume();
    check_replica();
    check_others();
    check_extras();
    check_routines();
    return std::move(findings_);
  }

  Findings look_for_extras() {
    check_extras();
    check_routines();
    return std::move(findings_);
  }

 private:
  std::string account() const {
    return grants_.account().empty() ? "<account>" : grants_.account();
  }

  void ok(std::string_view subject, std::string message) {
    findings_.push_back({Verdict::ok, family, subject, std::move(message), {}});
  }

  std::string grant_lock_tables() const {
    std::string sql;
    for (const std::string& database : unlockable_) {
      if (!sql.empty()) sql += "; ";
      sql += "GRANT SELECT, LOCK TABLES ON " + mysql::quote_identifier(database) + ".* TO " +
             account();
    }
    return sql;
  }
  std::string grant_reload() const { return "GRANT RELOAD ON *.* TO " + account(); }

  void check_snapshot() {
    const bool may_stage = may_flush_ && version_.mariadb &&
                           version_.number >= first_with_backup_stage && !non_transactional_;
    const auto refuse = [&](std::string message, std::string advice) {
      findings_.push_back(
          {Verdict::fail, family, "snapshot", std::move(message), std::move(advice)});
    };
    switch (job_.snapshot) {
      case SnapshotMethod::automatic:
        if (may_stage) return ok("snapshot", "the snapshot will be taken by BACKUP STAGE");
        if (may_flush_) {
          return ok("snapshot", "the snapshot will be taken by FLUSH TABLES WITH READ LOCK");
        }
        if (unlockable_.empty()) {
          return ok("snapshot", "the snapshot will be taken by LOCK TABLES READ");
        }
        if (non_transactional_) {
          return refuse(
              "tables without transactions (MyISAM or the like) must be read under a lock, and the "
              "account may not lock them",
              grant_reload() + ", or " + grant_lock_tables());
        }
        if (!binlog_.on) {
          return refuse(
              "the account may take no lock, and the binlog is off: no way to one instant",
              grant_reload() + ", or " + grant_lock_tables());
        }
        findings_.push_back(
            {Verdict::warn, family, "snapshot",
             "the account may take no lock: the snapshot waits for a moment in which nobody writes",
             grant_reload() + ", or " + grant_lock_tables()});
        return;
      case SnapshotMethod::backup_stage:
        if (may_stage) return ok("snapshot", "the account may use BACKUP STAGE");
        if (!version_.mariadb || version_.number < first_with_backup_stage) {
          return refuse("BACKUP STAGE needs MariaDB 10.4 or later", "leave --snapshot out");
        }
        if (may_flush_) {
          return refuse("BACKUP STAGE does not hold off writes into tables without transactions",
                        "--snapshot flush-lock, or leave --snapshot out");
        }
        return refuse("the account may not use BACKUP STAGE", grant_reload());
      case SnapshotMethod::flush_lock:
        if (may_flush_) return ok("snapshot", "the account may FLUSH TABLES WITH READ LOCK");
        return refuse("the account may not FLUSH TABLES WITH READ LOCK", grant_reload());
      case SnapshotMethod::lock_tables:
        if (unlockable_.empty()) return ok("snapshot", "the account may LOCK TABLES");
        return refuse(
            fmt::format("the account may not LOCK TABLES in {}", fmt::join(unlockable_, ", ")),
            grant_lock_tables());
      case SnapshotMethod::position:
        if (!binlog_.on)
          return refuse("--snapshot position needs the binlog, and it is off", "log_bin");
        if (non_transactional_) {
          return refuse(
              "--snapshot position cannot hold off writes into tables without transactions",
              "--snapshot flush-lock or lock-tables");
        }
        return ok("snapshot", "the snapshot waits for a moment in which nobody writes");
      case SnapshotMethod::none:
        findings_.push_back({Verdict::warn, family, "snapshot",
                             "no snapshot is asked for: tables are read at different moments",
                             "leave --snapshot none out, or stop the writers"});
        return;
    }
  }

  /// MariaDB 10.5 and later: one privilege for all that may be asked of the binlog.
  bool has_binlog_monitor() const {
    return version_.mariadb && version_.number >= first_with_binlog_monitor;
  }

  /// SHOW MASTER STATUS, SHOW BINARY LOGS.
  std::string_view privilege_of_position() const {
    return has_binlog_monitor() ? "BINLOG MONITOR" : "REPLICATION CLIENT";
  }
  bool may_see_position() const {
    return grants_.everywhere(privilege_of_position()) ||
           grants_.everywhere("REPLICATION CLIENT") || grants_.everywhere("SUPER");
  }

  /// SHOW BINLOG EVENTS, which SUPER does not help to.
  std::string_view privilege_of_events() const {
    return has_binlog_monitor() ? "BINLOG MONITOR" : "REPLICATION SLAVE";
  }

  void check_position() {
    if (!binlog_.on) return;
    // SHOW MASTER STATUS takes the snapshot's own position; MariaDB tells that to everybody.
    if (may_see_position()) {
      return ok("position", "the account may see the binlog's position");
    }
    const bool needed = !version_.mariadb && job_.snapshot == SnapshotMethod::position;
    findings_.push_back(
        {needed ? Verdict::fail : Verdict::warn, family, "position",
         needed ? "--snapshot position needs to see the binlog's position, and the account may not"
                : "the account may not see the binlog's position: the report may not have it",
         fmt::format("GRANT {} ON *.* TO {}", privilege_of_position(), account())});
  }

  /// Where a session of the source is lost, and where a run is resumed, the binlog shows that
  /// nobody wrote to its tables since.
  bool proves_by_binlog() const {
    return binlog_.on && job_.scope != Scope::schema_only &&
           (job_.ledger || job_.retry.retries != 0);
  }

  void check_resume() {
    if (!proves_by_binlog()) return;
    std::set<std::string_view> missing;
    if (!may_see_position()) missing.insert(privilege_of_position());
    if (!grants_.everywhere(privilege_of_events())) missing.insert(privilege_of_events());
    const auto warn = [&](const std::string& message) {
      findings_.push_back(
          {Verdict::warn, family, "resume", message,
           fmt::format("GRANT {} ON *.* TO {}", fmt::join(missing, ", "), account())});
    };
    if (!missing.empty()) {
      return warn(
          "the account may not read the binlog, which shows that nobody wrote to the tables: a "
          "session of the source that is lost may end the run" +
          std::string(job_.ledger ? ", and --resume compares the tables themselves" : ""));
    }
    if (binlog_.has_statements && !grants_.everywhere("TRIGGER")) {
      missing.insert("TRIGGER");
      return warn(
          "the binlog holds statements, and may fire triggers of databases where the account sees "
          "none: what these write to the tables is not seen" +
          std::string(job_.ledger ? " by --resume" : " where a session of the source is lost"));
    }
    ok("resume",
       "the account may read the binlog, which shows whether anybody wrote to the tables");
  }

  /// A replica's binlog tells of its own writes alone, and one that was stopped is told from others
  /// by a privilege only. Without a lock the binlog's position proves one instant, and its events
  /// prove that the source stayed as it was.
  void check_replica() {
    const bool locks = may_flush_ || unlockable_.empty();
    const bool for_snapshot = job_.snapshot == SnapshotMethod::position ||
                              (job_.snapshot == SnapshotMethod::automatic && !locks);
    const bool relied_on = for_snapshot || proves_by_binlog();
    if (!binlog_.on || binlog_.has_replicated_writes || !relied_on) return;
    std::string_view privilege = "REPLICATION CLIENT";
    if (version_.mariadb && version_.number >= first_with_binlog_monitor) {
      privilege =
          version_.number >= first_with_slave_monitor ? "SLAVE MONITOR" : "REPLICATION SLAVE ADMIN";
    }
    if (grants_.everywhere(privilege) || grants_.everywhere("SUPER") ||
        grants_.everywhere("REPLICA MONITOR")) {
      return ok("replica", "the account may see whether the source is a replica");
    }
    findings_.push_back(
        {Verdict::warn, family, "replica",
         fmt::format("the account may not see whether the source is a replica that was stopped: "
                     "what it replicated is not in its binlog (log_slave_updates), by which {}",
                     for_snapshot ? "the snapshot is taken"
                                  : "it is seen whether anybody wrote to the tables"),
         fmt::format("GRANT {} ON *.* TO {}", privilege, account())});
  }

  void check_others() {
    if (grants_.everywhere("PROCESS")) {
      return ok("process", "the account sees whose query or transaction would hold up the lock");
    }
    if (job_.snapshot == SnapshotMethod::none || job_.scope == Scope::schema_only) return;
    findings_.push_back({Verdict::warn, family, "process",
                         "the account does not see other sessions: who holds up the lock cannot be "
                         "looked for",
                         "GRANT PROCESS ON *.* TO " + account()});
  }

  /// What an account may not see is missing without a word.
  void check_extras() {
    if (job_.scope == Scope::data_only) return;
    std::vector<std::string> blind;
    for (const std::string& database : databases_) {
      std::vector<std::string_view> missing;
      for (const std::string_view privilege : {"SHOW VIEW", "TRIGGER", "EVENT"}) {
        if (!grants_.on_database(privilege, database)) missing.push_back(privilege);
      }
      if (!missing.empty()) {
        blind.push_back(fmt::format("GRANT {} ON {}.* TO {}", fmt::join(missing, ", "),
                                    mysql::quote_identifier(database), account()));
      }
    }
    if (blind.empty()) {
      return ok("extras",
                "the account sees views, triggers and events, so that they can be listed");
    }
    findings_.push_back({Verdict::warn, family, "extras",
                         "views, triggers or events that the account may not see are not listed",
                         fmt::format("{}", fmt::join(blind, "; "))});
  }

  /// Whether the account reads the body of each routine of `database`, whoever defined it.
  bool reads_routines(const std::string& database) const {
    if (!version_.mariadb && version_.number >= first_without_table_of_routines) {
      return grants_.everywhere("SELECT") ||
             (version_.number >= first_with_show_routine && grants_.everywhere("SHOW_ROUTINE"));
    }
    if (version_.mariadb && version_.number >= first_with_show_create_routine &&
        grants_.on_database("SHOW CREATE ROUTINE", database)) {
      return true;
    }
    return grants_.on_table("SELECT", "mysql", "proc");
  }

  /// That they are there is told to whoever may do something with them.
  bool sees_routines(const std::string& database) const {
    return reads_routines(database) || grants_.on_database("EXECUTE", database) ||
           grants_.on_database("ALTER ROUTINE", database) ||
           grants_.on_database("CREATE ROUTINE", database);
  }

  std::string grant_routines() const {
    if (version_.mariadb && version_.number >= first_with_show_create_routine) {
      std::string sql;
      for (const std::string& database : databases_) {
        if (reads_routines(database)) continue;
        sql += (sql.empty() ? "" : "; ") + std::string("GRANT SHOW CREATE ROUTINE ON ") +
               mysql::quote_identifier(database) + ".* TO " + account();
      }
      return sql;
    }
    if (version_.mariadb || version_.number < first_without_table_of_routines) {
      return "GRANT SELECT ON mysql.proc TO " + account();
    }
    return fmt::format("GRANT {} ON *.* TO {}",
                       version_.number >= first_with_show_routine ? "SHOW_ROUTINE" : "SELECT",
                       account());
  }

  void check_routines() {
    if (job_.scope == Scope::data_only) return;
    std::vector<std::string> unseen;
    for (const std::string& database : databases_) {
      if (!sees_routines(database)) unseen.push_back(database);
    }
    if (!unseen.empty()) {
      findings_.push_back({Verdict::warn, family, "routines",
                           "functions and procedures that the account may not see are not listed, "
                           "of " +
                               name_list(unseen),
                           grant_routines()});
    }
    if (!hidden_bodies_.empty()) {
      findings_.push_back({Verdict::warn, family, "routines",
                           "functions and procedures are listed without their bodies, which the "
                           "account may not read: " +
                               name_list(hidden_bodies_),
                           grant_routines()});
    }
    if (unseen.empty() && hidden_bodies_.empty()) {
      ok("routines", "the account sees functions and procedures, so that they can be listed");
    }
  }

  const Job& job_;
  const mysql::ServerVersion& version_;
  const SourceGrants& grants_;
  const BinlogFacts binlog_;
  bool non_transactional_ = false;
  bool may_flush_ = false;
  std::set<std::string> databases_;
  std::vector<std::string> unlockable_;
  std::vector<std::string> hidden_bodies_;
  Findings findings_;
};

}  // namespace

Findings check_source_privileges(const Job& job, const mysql::ServerVersion& version,
                                 const SourceGrants& grants, const SourceCatalog& catalog,
                                 BinlogFacts binlog) {
  return SourcePrivileges(job, version, grants, catalog, binlog).check();
}

Findings check_hidden_extras(const Job& job, const mysql::ServerVersion& version,
                             const SourceGrants& grants, const SourceCatalog& catalog) {
  return SourcePrivileges(job, version, grants, catalog, {}).look_for_extras();
}

}  // namespace millrace
