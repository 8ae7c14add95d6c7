#include "engine/ledger.h"

#include <xxhash.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/chunk_writer.h"
#include "engine/ledger_schema.h"
#include "engine/retry.h"
#include "engine/shown_text.h"
#include "io/error.h"
#include "io/postgres/ddl.h"
#include "io/postgres/tuple_writer.h"
#include "io/quoting.h"

namespace millrace {

namespace {

constexpr std::size_t copy_bytes_at_once = std::size_t{256} << 10U;

/// Stores tuples into one of the ledger's tables, a bounded number of bytes at a time.
class LedgerCopy {
 public:
  LedgerCopy(postgres::Connection& session, const std::string& table_and_columns)
      : session_(session) {
    session_.begin_copy("COPY millrace." + table_and_columns + " FROM STDIN (FORMAT binary)");
  }

  postgres::TupleWriter& tuples() noexcept { return tuples_; }

  void end_tuple() {
    if (tuples_.view().size() >= copy_bytes_at_once) send();
  }

  void finish() {
    if (!tuples_.view().empty()) send();
    session_.finish_copy();
  }

 private:
  void send() {
    session_.write_copy(tuples_.view());
    tuples_.clear();
  }

  postgres::Connection& session_;
  postgres::TupleWriter tuples_;
};

std::int64_t signed_of(std::uint64_t value) noexcept { return static_cast<std::int64_t>(value); }

std::int32_t ordinal(std::size_t value) noexcept { return static_cast<std::int32_t>(value); }

/// A literal of any text: names and messages come from the servers.
std::string literal(std::string_view text) {
  return postgres::quote_literal(fitted(text, text.size()));
}

std::string literal_or_null(std::string_view text) { return text.empty() ? "NULL" : literal(text); }

void enter_tables(postgres::Connection& session, std::int32_t run, const WorkPlan& plan,
                  bool appends) {
  LedgerCopy copy(session,
                  "tables (run, table_number, source, target_schema, target_name, rows_estimate, "
                  "data_bytes, chunks, grouped, stood_before, appended, signature, update_time, "
                  "auto_increment)");
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const TableWork& table = plan.tables[i];
    const SourceTable& source = *table.source;
    const TargetTable& target = table.translated->target;
    postgres::TupleWriter& tuple = copy.tuples();
    tuple.begin(14);
    tuple.add_integer(run);
    tuple.add_integer(ordinal(i));
    tuple.add_text(source.full_name());
    tuple.add_text(target.schema);
    tuple.add_text(target.name);
    tuple.add_bigint(signed_of(source.rows_estimate));
    tuple.add_bigint(signed_of(source.data_bytes));
    tuple.add_integer(ordinal(plan.chunks_of[i]));
    tuple.add_boolean(table.grouped);
    tuple.add_boolean(table.exists);
    tuple.add_boolean(table.exists && appends);
    tuple.add_bigint(signature_of(table));
    if (source.update_time.empty()) {
      tuple.add_null();
    } else {
      tuple.add_text(source.update_time);
    }
    if (source.next_auto_increment) {
      tuple.add_bigint(signed_of(*source.next_auto_increment));
    } else {
      tuple.add_null();
    }
    copy.end_tuple();
  }
  copy.finish();
}

void enter_chunks(postgres::Connection& session, std::int32_t run, const WorkPlan& plan) {
  LedgerCopy copy(session,
                  "chunks (run, chunk, table_numbers, members, tail, bytes_estimate, "
                  "under_lock)");
  std::vector<std::int32_t> numbers;
  for (const Chunk& chunk : plan.chunks) {
    numbers.assign(chunk.tables.begin(), chunk.tables.end());
    postgres::TupleWriter& tuple = copy.tuples();
    tuple.begin(7);
    tuple.add_integer(run);
    tuple.add_integer(ordinal(chunk.id));
    tuple.add_integers(numbers);
    numbers.assign(chunk.members.begin(), chunk.members.end());
    tuple.add_integers(numbers);
    tuple.add_text(chunk.tail);
    tuple.add_bigint(signed_of(chunk.bytes_estimate));
    tuple.add_boolean(chunk.under_lock);
    copy.end_tuple();
  }
  copy.finish();
}

}  // namespace

Ledger Ledger::begin(postgres::Connection& session, const LedgerEntry& entry,
                     const WorkPlan& plan) {
  create_ledger(session);
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  for (const auto& [name, value] : entry.settings) settings[name] = value;
  const auto rows = session.query(fmt::format(
      "INSERT INTO millrace.runs (phase, version, command, source, source_identity, settings) "
      "VALUES ({}, {}, {}, {}, {}, {}) RETURNING run",
      literal(phase_of_preparing), literal(entry.version), literal(entry.command),
      literal(entry.source), literal(entry.source_identity),
      literal(settings.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace))));
  const Ledger ledger(std::stoi(rows.at(0).at(0).text));
  session.query(fmt::format("SELECT pg_advisory_lock({}, {})", ledger_lock_of_run, ledger.run_));
  enter_tables(session, ledger.run_, plan, entry.appends);
  enter_chunks(session, ledger.run_, plan);
  session.execute(fmt::format(
      "UPDATE millrace.runs u SET state = 'abandoned', ended_at = coalesce(ended_at, "
      "clock_timestamp()) WHERE run <> {0} AND {1} AND "
      "EXISTS (SELECT FROM millrace.tables a JOIN millrace.tables b USING (target_schema, "
      "target_name) WHERE a.run = u.run AND b.run = {0})",
      ledger.run_, run_is_unfinished));
  return ledger;
}

void Ledger::note_snapshot(postgres::Connection& session, const SnapshotReport& snapshot) const {
  if (!kept()) return;
  session.execute(fmt::format(
      "UPDATE millrace.runs SET snapshot_method = {}, binlog_file = {}, binlog_position = {}, "
      "gtid = {} WHERE run = {}",
      literal(snapshot.method), literal_or_null(snapshot.binlog_file),
      snapshot.binlog_file.empty() ? "NULL" : std::to_string(snapshot.binlog_position),
      literal_or_null(snapshot.gtid), run_));
}

void Ledger::note_resumed(postgres::Connection& session, const LedgerEntry& entry) const {
  const auto ours = session.query(fmt::format(
      "UPDATE millrace.runs SET state = 'running', phase = 'copy', error = NULL, ended_at = NULL, "
      "resumed_at = clock_timestamp(), version = {}, command = {} WHERE run = {} AND attempts = {} "
      "AND {} RETURNING run",
      literal(entry.version), literal(entry.command), run_, attempt_, run_is_unfinished));
  if (ours.empty()) refuse_as_taken_over();
}

void Ledger::note_phase(postgres::Connection& session, std::string_view phase) const {
  if (!kept()) return;
  const auto ours = session.query(fmt::format(
      "UPDATE millrace.runs SET phase = {} WHERE {} RETURNING run", literal(phase), owned()));
  if (ours.empty()) refuse_as_taken_over();
}

std::string Ledger::hook_statement(std::string_view hook) const {
  if (!kept()) return {};
  return fmt::format(
      "UPDATE millrace.runs SET hooks_done = hooks_done || {}::text WHERE run = {}; {}",
      literal(hook), run_, owner_statement());
}

/// `guard`: a statement, asked between the entry and letting the lock go.
std::string Ledger::end_script(std::string_view state, std::string_view error,
                               const std::string& guard) const {
  // Whoever reads "complete" may drop the source: this commit is on the disk, and with it, by the
  // order of the WAL, all before it; also where the role's commits do not wait for that.
  return fmt::format(
      "SELECT set_config('synchronous_commit', 'on', false) WHERE "
      "current_setting('synchronous_commit') = 'off'; "
      "UPDATE millrace.runs SET state = {}, error = {}, ended_at = clock_timestamp() WHERE run = "
      "{} AND attempts = {} AND state <> 'abandoned'{}; {}SELECT pg_advisory_unlock({}, {})",
      literal(state), literal_or_null(error), run_, attempt_,
      // The answer to its end may have been lost, and somebody may believe it already.
      state == "complete" ? "" : " AND state <> 'complete'", guard, ledger_lock_of_run, run_);
}

void Ledger::complete(postgres::Connection& session) const {
  if (!kept()) return;
  session.rollback();  // of what the user's own SQL left open
  try {
    session.execute(end_script(
        "complete", {},
        fmt::format("SELECT 1 / pg_catalog.count(*) FROM millrace.runs WHERE run = {} AND attempts "
                    "= {} AND state = 'complete'; ",
                    run_, attempt_)));
  } catch (const Error& error) {
    constexpr std::string_view division_by_zero = "22012";  // Source: PostgreSQL, appendix A
    if (error.where().code == division_by_zero) refuse_as_taken_over();
    throw;
  }
}

void Ledger::end(postgres::Connection& session, std::string_view state,
                 std::string_view error) const noexcept {
  if (!kept() || session.lost()) return;
  try {
    session.rollback();
    session.execute(end_script(state, error, {}));
  } catch (...) {  // NOLINT(bugprone-empty-catch): the run's own error is the one to tell
  }
}

std::string Ledger::owned() const {
  return fmt::format("run = {} AND attempts = {} AND state = 'running'", run_, attempt_);
}

void Ledger::refuse_as_taken_over() const {
  throw Error(ErrorKind::conflict,
              fmt::format("cannot go on with run {}: another process took it over, or began anew, "
                          "while this one had lost its control session",
                          run_),
              {.side = Side::target, .code = std::string(run_taken_over)},
              "leave it to that process: millrace status shows how far it is");
}

bool Ledger::is_ours(postgres::Connection& session) const {
  return !session.query("SELECT FROM millrace.runs WHERE " + owned()).empty();
}

void Ledger::require_owner(postgres::Connection& session) const {
  if (kept() && !is_ours(session)) refuse_as_taken_over();
}

void Ledger::refuse_if_not_owner(postgres::Connection& session, const Error& error) const {
  if (!kept() || error.kind() == ErrorKind::cancelled || session.lost()) return;
  bool ours = true;
  try {
    ours = is_ours(session);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the first error is the one to tell
  }
  if (!ours) refuse_as_taken_over();
}

std::string Ledger::owner_statement() const {
  if (!kept()) return {};
  return "SELECT 1 / pg_catalog.count(*) FROM millrace.runs WHERE " + owned();
}

void Ledger::execute_as_owner(postgres::Connection& session, std::vector<std::string> statements,
                              const std::string& lock) const {
  if (kept()) {
    statements.insert(statements.begin(), {lock, owner_statement()});
    if (lock.empty()) statements.push_back(owner_statement());
  }
  try {
    session.execute(statements);
  } catch (const Error& error) {
    refuse_if_not_owner(session, error);
    throw;
  }
}

void Ledger::join(postgres::Connection& session) const {
  if (!kept()) return;
  const auto rows = session.query(
      fmt::format("SELECT pg_advisory_lock_shared({}, {}), EXISTS (SELECT FROM millrace.runs WHERE "
                  "{})",
                  ledger_lock_of_lanes, run_, owned()));
  if (rows.at(0).at(1).text != "t") refuse_as_taken_over();
}

std::string Ledger::receipt_statement(const Receipt& receipt, unsigned attempt) const {
  if (!kept()) return {};
  const Chunk& chunk = *receipt.chunk;
  std::string sql =
      "INSERT INTO millrace.receipts (run, chunk, part, table_number, rows, bytes, digest, "
      "rows_rejected, values_nulled, attempt, began_at, stored_at) VALUES ";
  for (std::size_t part = 0; part < receipt.parts.size(); ++part) {
    const Receipt::Part& stored = receipt.parts[part];
    // Only the owner finds the run's number there; NULL is refused.
    const std::string owner =
        part == 0 ? "(SELECT run FROM millrace.runs WHERE " + owned() + ")" : std::to_string(run_);
    if (part != 0) sql += ", ";
    const std::string digest =
        stored.digest ? std::to_string(signed_of(stored.digest->sum)) : "NULL";
    sql += fmt::format("({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, now(), clock_timestamp())", owner,
                       chunk.id, part, chunk.tables[part], stored.rows, stored.copy_bytes, digest,
                       stored.faults.rows_rejected, stored.faults.values_nulled, attempt);
  }
  return sql;
}

std::optional<Receipt> Ledger::find_receipt(postgres::Connection& session,
                                            const Chunk& chunk) const {
  if (!kept()) return std::nullopt;
  const auto rows =
      session.query(fmt::format("SELECT part, rows, bytes, digest, rows_rejected, values_nulled "
                                "FROM millrace.receipts WHERE run = {} AND chunk = {}",
                                run_, chunk.id));
  if (rows.empty()) return std::nullopt;
  Receipt receipt{.chunk = &chunk, .parts = {}};
  receipt.parts.resize(chunk.tables.size());
  for (const postgres::Row& row : rows) {
    Receipt::Part& part = receipt.parts.at(std::stoul(row[0].text));
    part.rows = std::stoull(row[1].text);
    part.copy_bytes = std::stoull(row[2].text);
    part.faults.rows_rejected = std::stoull(row[4].text);
    part.faults.values_nulled = std::stoull(row[5].text);
    if (row[3].null) continue;
    part.digest = TupleDigest{part.rows, static_cast<std::uint64_t>(std::stoll(row[3].text))};
  }
  return receipt;
}

void Ledger::note_split(postgres::Connection& session, ChunkHalves& halves) const {
  if (!kept()) return;
  // Numbers have no gaps: lanes that split at the same time wait for each other. So does who would
  // take the run over, and read its chunks.
  if (session
          .query(
              fmt::format("BEGIN; SELECT FROM millrace.runs WHERE {} FOR NO KEY UPDATE", owned()))
          .empty()) {
    session.rollback();
    refuse_as_taken_over();
  }
  const auto rows = session.query(fmt::format(
      "INSERT INTO millrace.chunks (run, chunk, table_numbers, members, tail, bytes_estimate, "
      "under_lock) SELECT run, (SELECT max(chunk) + 1 FROM millrace.chunks WHERE run = {0}), "
      "'{{{2}}}', members, tail, {3}, under_lock FROM millrace.chunks WHERE run = {0} AND chunk = "
      "{1} RETURNING chunk",
      run_, halves.first.id, fmt::join(halves.second.tables, ","), halves.second.bytes_estimate));
  session.commit(fmt::format(
      "UPDATE millrace.chunks SET table_numbers = '{{{2}}}', bytes_estimate = {3} WHERE run = {0} "
      "AND chunk = {1}",
      run_, halves.first.id, fmt::join(halves.first.tables, ","), halves.first.bytes_estimate));
  halves.second.id = std::stoull(rows.at(0).at(0).text);
}

void Ledger::end_predecessor(postgres::Connection& session) const {
  if (!kept()) return;
  constexpr int first_that_waits = 140000;
  constexpr const char* ten_seconds = ", 10000";
  session.query(fmt::format(
      "SELECT pg_terminate_backend(pid{}) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE "
      "locktype = 'advisory' AND classid = {} AND objid = {} AND objsubid = 2 AND "
      "application_name = current_setting('application_name') AND pid <> pg_backend_pid() AND "
      "EXISTS (SELECT FROM millrace.runs WHERE {})",
      session.server_version() >= first_that_waits ? ten_seconds : "", ledger_lock_of_lanes, run_,
      owned()));
}

bool Ledger::try_lock_again(postgres::Connection& session) const {
  require_owner(session);
  const auto rows =
      session.query(fmt::format("SELECT pg_try_advisory_lock({}, {})", ledger_lock_of_run, run_));
  if (rows.at(0).at(0).text != "t") return false;
  require_owner(session);  // somebody may have come and gone
  return true;
}

std::string Ledger::finished_statement(std::size_t table) const {
  if (!kept()) return {};
  return fmt::format(
      "UPDATE millrace.tables SET finished_at = clock_timestamp() WHERE run = {} AND table_number "
      "= {} AND EXISTS (SELECT FROM millrace.runs WHERE {})",
      run_, table, owned());
}

std::int64_t signature_of(const TableWork& table) {
  // The identity's next value moves on while the source lives; it decides on no row.
  TargetTable target = table.translated->target;
  target.next_identity.reset();
  std::string text = table.select + '\n' + table.copy_sql + '\n' + postgres::create_table(target);
  for (const std::string& select : table.more_selects) text += '\n' + select;
  for (const TargetIndex& index : target.indexes) {
    text += '\n' + postgres::create_index(target, index);
  }
  for (const TargetForeignKey& key : target.foreign_keys) {
    text += '\n' + postgres::add_foreign_key_not_valid(target, key);
  }
  for (const TranslatedColumn& column : table.translated->columns) {
    text += '\n' + table.source->columns[column.source].column_type;
  }
  return signed_of(XXH3_64bits(text.data(), text.size()));
}

}  // namespace millrace
