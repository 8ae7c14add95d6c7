#include "engine/mysql_source.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/check/check.h"
#include "engine/name_list.h"
#include "engine/open_sessions.h"
#include "engine/reader_lane.h"
#include "engine/row_filter.h"
#include "engine/source_counts.h"
#include "engine/source_state.h"
#include "io/mysql/catalog.h"
#include "io/quoting.h"

namespace millrace {

namespace {

/// A session that will only read. Where the account may say so, it writes no binlog: MariaDB gives
/// metadata locks back at ROLLBACK TO SAVEPOINT to such sessions only.
mysql::Connection open_reader(const Endpoint& source) {
  mysql::Connection session(source);
  try {
    session.execute("SET SESSION sql_log_bin = 0");
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::connection_lost) throw;
  }
  return session;
}

bool leads_an_index(const SourceTable& table, const std::string& column) {
  return std::ranges::any_of(table.indexes, [&](const SourceIndex& index) {
    return index.kind == IndexKind::btree && !index.invisible &&
           index.parts.front().column == column;
  });
}

/// The source's column whose largest value the target would read the whole table for, and the
/// source finds at the end of an index. Empty: none, or so few rows that it is not worth asking.
std::string identity_to_search(const TableWork& work, BuildChoices choices) {
  constexpr std::uint64_t few_rows = 100'000;  // tens of milliseconds of the target
  const TargetTable& target = work.translated->target;
  const SourceTable& source = *work.source;
  if (work.exists || source.consolidated() || !target.next_identity ||
      source.rows_estimate < few_rows) {
    return {};
  }
  const auto identity = std::ranges::find_if(target.columns, &TargetColumn::identity);
  const auto counted = std::ranges::find_if(source.columns, &SourceColumn::auto_increment);
  if (identity == target.columns.end() || counted == source.columns.end()) return {};
  const bool found_fast =
      choices.keys && std::ranges::any_of(target.indexes, [&](const TargetIndex& index) {
        return index.parts.front().starts_with(postgres::quote_identifier(identity->name));
      });
  return !found_fast && leads_an_index(source, counted->name) ? counted->name : std::string();
}

}  // namespace

void MysqlSource::connect(RetryPauses& pauses, const RetriedLane& retried) {
  control_.emplace(open_patiently(
      pauses, 0, [&] { return mysql::Connection(job_.source); }, retried, lacks_connections));
}

std::string MysqlSource::version_text() const { return control_->version().text; }

std::string MysqlSource::identity() {
  if (identity_.empty()) identity_ = read_source_identity(*control_);
  return identity_;
}

void MysqlSource::prepare(postgres::Connection& target, Preparation& preparation) {
  millrace::prepare(job_, *control_, target, preparation);
}

void MysqlSource::check(postgres::Connection& target, const Preparation& preparation,
                        StopRequest& stop, std::vector<NoteReport>& checks) {
  for (const Finding& finding : check_before_run(job_, *control_, target, preparation, stop)) {
    const std::string advice = finding.advice.empty() ? "" : " (" + finding.advice + ")";
    checks.push_back({.topic = std::string(finding.family),
                      .where = std::string(finding.subject),
                      .message = finding.message + advice});
  }
}

void MysqlSource::open_readers(const Preparation& preparation, RetryPauses& pauses,
                               const RetriedLane& retried) {
  identity();  // asked while the control session is still at hand
  sessions_ = open_sessions<mysql::Connection>(preparation.sizing.readers, [&](std::size_t lane) {
    return open_patiently(
        pauses, lane, [&] { return open_reader(job_.source); }, retried);
  });
  mysql::SnapshotBarrier::Settings settings;
  settings.method = job_.snapshot;
  const auto note = [&](const auto& table) {
    planned_.push_back({.database = table.database,
                        .name = table.name,
                        .partitioned = !table.partitions.empty(),
                        .definition = table.definition});
    settings.tables.emplace_back(table.database, table.name);
  };
  for (const SourceTable& table : preparation.catalog.tables) {
    std::ranges::for_each(table.members, note);
    if (!table.consolidated()) note(table);
    settings.non_transactional = settings.non_transactional || !table.transactional;
  }
  non_transactional_ = settings.non_transactional;
  barrier_.emplace(std::move(*control_), std::move(settings));
  control_.reset();
}

void MysqlSource::take_snapshot() {
  std::vector<mysql::Connection*> sessions;
  for (mysql::Connection& session : sessions_) sessions.push_back(&session);
  barrier_->take(sessions);
  require_planned_definitions();
}

void MysqlSource::require_planned_definitions() {
  const std::vector<std::string> altered = mysql::altered_tables(sessions_.front(), planned_);
  if (altered.empty()) return;
  constexpr std::size_t most_named = 10;
  const bool by_us = std::ranges::any_of(job_.hooks, [](const SqlHook& hook) {
    return hook.side == Side::source && hook.phase == HookPhase::before_schema;
  });
  throw Error(
      ErrorKind::bad_request,
      "cannot copy by the plan: columns or partitions were altered at the source after it was "
      "planned: " +
          name_list(altered, most_named),
      {.side = Side::source},
      by_us ? "type the command again without SQL of source:before_schema that alters tables: "
              "it runs when the plan is made"
            : "type the command again, when no ALTER TABLE runs there");
}

std::vector<std::unique_ptr<ChunkReader>> MysqlSource::readers(const WorkPlan& plan,
                                                               BlockPool& pool, Progress& progress,
                                                               RetryPauses& pauses) {
  facts_ = {.identity = identity_,
            .binlog_file = barrier_->position().file,
            .binlog_position = barrier_->position().position,
            .gtid = barrier_->position().gtid,
            .tables = {}};
  const auto add = [&](const std::string& database, const std::string& name) {
    facts_.tables.push_back({.database = database,
                             .name = name,
                             .update_time = {},
                             .next_auto_increment = {},
                             .read = {}});
  };
  for (const TableWork& work : plan.tables) {
    if (work.source->members.empty()) add(work.source->database, work.source->name);
    for (const SourceMember& member : work.source->members) add(member.database, member.name);
  }
  rejects_.emplace(job_.reject_folder, plan);
  std::vector<std::unique_ptr<ChunkReader>> readers;
  for (unsigned i = 0; i < sessions_.size(); ++i) {
    readers.push_back(std::make_unique<ReaderLane>(
        sessions_[i], plan, pool, progress, progress.lane(LaneKind::reader, i), *rejects_,
        [&] { return open_again(pauses, [&] { return reopen(facts_); }); }));
  }
  return readers;
}

mysql::Connection MysqlSource::reopen(const SourceFacts& facts) const {
  mysql::Connection session = open_reader(job_.source);
  session.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  const Where where{.side = Side::source};
  // Asked after the snapshot: whatever the snapshot sees is in the binlog by now.
  const mysql::BinlogPosition now = mysql::read_binlog_position(session);
  std::string no_proof = mysql::why_binlog_lacks_writes(session);
  if (facts.binlog_file.empty() || !now.known()) {
    no_proof = "its binlog is off, or the account may not see its position";
  }
  if (!no_proof.empty()) {
    throw Error(
        ErrorKind::bad_request,
        "cannot read the same instant of the source again after a session was lost: " + no_proof,
        where, "--resume compares the tables themselves and goes on");
  }
  const SourceVerdict verdict = compare_source(session, facts, read_source_identity(session),
                                               now.file, now.position, now.gtid);
  if (!verdict.changes.empty()) {
    std::string changes;
    for (const std::string& change : verdict.changes) changes += "; " + change;
    throw Error(ErrorKind::bad_request,
                "cannot read the same instant of the source again after a session was lost: the "
                "source changed since" +
                    changes,
                where,
                "start anew with --if-exists drop, or accept two instants with "
                "--resume-changed");
  }
  if (!verdict.of_every_row) {
    throw Error(
        ErrorKind::bad_request,
        "cannot read the same instant of the source again after a session was lost: its "
        "binlog went on since, and the account may not read it, or its server has purged it",
        where, "--resume compares the tables themselves and goes on");
  }
  return session;
}

void MysqlSource::release_lock() { barrier_->release_lock(); }

SourceVerdict MysqlSource::compare(const SourceFacts& then) {
  const mysql::BinlogPosition& at = barrier_->position();
  return compare_source(sessions_.front(), then, identity_, at.file, at.position, at.gtid);
}

SnapshotReport MysqlSource::snapshot() const {
  SnapshotReport snapshot;
  snapshot.method = barrier_->method_name();
  snapshot.lock_ms = barrier_->held().count();
  if (non_transactional_) snapshot.non_transactional_lock_ms = snapshot.lock_ms;
  snapshot.binlog_file = barrier_->position().file;
  snapshot.binlog_position = barrier_->position().position;
  snapshot.gtid = barrier_->position().gtid;
  snapshot.attempts = barrier_->attempts();
  return snapshot;
}

void MysqlSource::refresh_sequences(Preparation& preparation) {
  std::vector<TargetSequence>& planned = preparation.translation.sequences;
  if (planned.empty()) return;  // none, or the job is about rows alone
  mysql::read_sequences(sessions_.front(), preparation.catalog.sequences);
  for (std::size_t i = 0; i < planned.size(); ++i) {
    planned[i].next = preparation.catalog.sequences[i].next;
  }
}

void MysqlSource::confirm_identities(WorkPlan& plan, BuildChoices choices) {
  // Without one instant, rows that come later may hold more; and so may rows of the job's own SQL.
  const bool others_add_rows = std::ranges::any_of(job_.hooks, [](const SqlHook& hook) {
    return hook.side == Side::target && hook.phase <= HookPhase::before_data;
  });
  if (job_.snapshot == SnapshotMethod::none || others_add_rows) return;
  std::vector<std::pair<TableWork*, std::string>> to_ask;
  for (TableWork& work : plan.tables) {
    std::string column = identity_to_search(work, choices);
    if (!column.empty()) to_ask.emplace_back(&work, std::move(column));
  }
  if (to_ask.empty()) return;
  mysql::Connection& session = sessions_.front();
  session.execute("SAVEPOINT before_identities");  // metadata locks are given back
  for (const auto& [work, column] : to_ask) {
    const SourceTable& table = *work->source;
    const auto rows = session.query(
        fmt::format("SELECT COALESCE(MAX({}) < {}, 1) FROM {}.{}", mysql::quote_identifier(column),
                    *work->translated->target.next_identity,
                    mysql::quote_identifier(table.database), mysql::quote_identifier(table.name)));
    work->next_identity_known = rows.at(0).at(0).text == "1";
  }
  session.execute("ROLLBACK TO SAVEPOINT before_identities");
}

std::vector<NoteReport> MysqlSource::count_filtered_rows(const Preparation& preparation) {
  return millrace::count_filtered_rows(sessions_.front(), preparation.catalog,
                                       preparation.translation);
}

std::vector<std::uint64_t> MysqlSource::count_rows(const WorkPlan& plan) {
  return count_source_rows(sessions_, plan, [this] { interrupt(); });
}

void MysqlSource::close_readers() { sessions_.clear(); }

void MysqlSource::interrupt() noexcept {
  for (mysql::Connection& session : sessions_) session.cut();
  if (barrier_) {
    barrier_->control().cut();
  } else if (control_) {
    control_->cut();
  }
}

}  // namespace millrace
