#include "engine/ledger_status.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/ledger_schema.h"
#include "engine/quantity_text.h"
#include "engine/shown_text.h"
#include "io/error.h"

namespace millrace {

namespace {

void require_ledger(postgres::Connection& session) {
  switch (look_for_ledger(session)) {
    case LedgerState::ready: return;
    case LedgerState::empty:
    case LedgerState::absent:
      throw Error(ErrorKind::bad_request, "cannot find a ledger in the target: no run has kept one",
                  {.side = Side::target},
                  "millrace migrate keeps one unless it is told --no-ledger; check the database in "
                  "the URL");
    case LedgerState::foreign:
      throw Error(ErrorKind::bad_request,
                  "cannot read schema millrace of the target: it is no ledger of this version",
                  {.side = Side::target}, "use the version of millrace that made it");
    case LedgerState::closed:
      throw Error(ErrorKind::bad_request, "cannot read the ledger in the target: permission denied",
                  {.side = Side::target},
                  "connect as the role that made it, or as its owner: GRANT USAGE ON SCHEMA "
                  "millrace TO role; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA millrace "
                  "TO role");
  }
}

/// The numbers of the runs whose lock a session holds.
std::string locked_runs_sql() {
  return fmt::format(
      "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = {} AND "
      "objsubid "
      "= 2 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = "
      "current_database())",
      ledger_lock_of_run);
}

std::string iso(const std::string& column) {
  return "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
}

void read_tables(postgres::Connection& session, LedgerRun& run) {
  const auto rows = session.query(fmt::format(
      "SELECT t.source, t.target_schema || '.' || t.target_name, greatest(t.rows_estimate, 0), "
      "t.chunks, count(r.chunk), sum(r.rows), sum(r.bytes), "
      "CASE WHEN count(r.digest) > 0 THEN mod(mod(sum(r.digest), 18446744073709551616) + "
      "18446744073709551616, 18446744073709551616) END, coalesce(sum(r.attempt - 1), 0), "
      "t.finished_at IS NOT NULL OR t.grouped AND count(r.chunk) = t.chunks "
      "FROM millrace.tables t LEFT JOIN millrace.receipts r ON r.run = t.run AND r.table_number = "
      "t.table_number WHERE t.run = {} GROUP BY t.run, t.table_number ORDER BY t.data_bytes DESC, "
      "t.table_number",
      run.run));
  for (const postgres::Row& row : rows) {
    LedgerTable& table = run.tables.emplace_back();
    table.source = row[0].text;
    table.target = row[1].text;
    table.rows_estimate = count_of(row[2]);
    table.chunks = count_of(row[3]);
    table.chunks_stored = count_of(row[4]);
    table.rows = count_of(row[5]);
    table.copy_bytes = count_of(row[6]);
    if (!row[7].null) table.digest = fmt::format("{:016x}", std::stoull(row[7].text));
    table.retries = count_of(row[8]);
    table.finished = row[9].text == "t";
  }
}

nlohmann::ordered_json table_json(const LedgerTable& table) {
  return {{"source", table.source},
          {"target", table.target},
          {"rows_estimate", table.rows_estimate},
          {"chunks", table.chunks},
          {"chunks_stored", table.chunks_stored},
          {"rows", table.rows},
          {"copy_bytes", table.copy_bytes},
          {"digest", table.digest},
          {"retries", table.retries},
          {"finished", table.finished}};
}

std::string headline(const LedgerRun& run) {
  std::string text = fmt::format("run {}  {}", run.run, run.state);
  if (run.state == "running") text += " (" + run.phase + ")";
  text += fmt::format("  begun {}, {}", run.started_at, duration_text(run.seconds));
  if (run.attempts > 1) text += fmt::format(", {} attempts", run.attempts);
  return text;
}

std::string fully_shown(const std::string& text) { return fitted(text, text.size()); }

}  // namespace

std::vector<LedgerRun> read_ledger(postgres::Connection& session) {
  require_ledger(session);
  const auto rows = session.query(
      "SELECT u.run, CASE WHEN u.state = 'running' AND u.run NOT IN (" + locked_runs_sql() +
      ") THEN 'interrupted' ELSE u.state END, u.phase, u.version, u.command, u.source, " +
      iso("u.started_at") + ", " + iso("u.resumed_at") + ", " + iso("u.ended_at") +
      ", extract(epoch FROM coalesce(u.ended_at, clock_timestamp()) - u.started_at), u.attempts, "
      "u.error, u.snapshot_method, u.binlog_file, u.binlog_position, u.gtid, "
      "(SELECT count(*) FROM millrace.chunks c WHERE c.run = u.run), r.chunks, r.rows, "
      "(SELECT sum(greatest(t.rows_estimate, 0)) FROM millrace.tables t WHERE t.run = u.run), "
      "r.bytes FROM millrace.runs u LEFT JOIN (SELECT run, count(DISTINCT chunk) AS chunks, "
      "sum(rows) AS rows, sum(bytes) AS bytes FROM millrace.receipts GROUP BY run) r ON r.run = "
      "u.run ORDER BY u.run DESC");
  std::vector<LedgerRun> runs;
  for (const postgres::Row& row : rows) {
    LedgerRun& run = runs.emplace_back();
    run.run = std::stoi(row[0].text);
    run.state = row[1].text;
    run.phase = row[2].text;
    run.version = row[3].text;
    run.command = row[4].text;
    run.source = row[5].text;
    run.started_at = row[6].text;
    run.resumed_at = row[7].text;
    run.ended_at = row[8].text;
    run.seconds = std::strtod(row[9].text.c_str(), nullptr);
    run.attempts = count_of(row[10]);
    run.error = row[11].text;
    run.snapshot_method = row[12].text;
    run.binlog_file = row[13].text;
    run.binlog_position = count_of(row[14]);
    run.gtid = row[15].text;
    run.chunks = count_of(row[16]);
    run.chunks_stored = count_of(row[17]);
    run.rows = count_of(row[18]);
    run.rows_estimate = count_of(row[19]);
    run.copy_bytes = count_of(row[20]);
  }
  if (!runs.empty()) read_tables(session, runs.front());
  return runs;
}

std::uint64_t remove_ledger(postgres::Connection& session) {
  require_ledger(session);
  session.execute("BEGIN");
  // Nobody begins a run between the question and the DROP.
  session.execute("LOCK TABLE millrace.runs IN SHARE ROW EXCLUSIVE MODE");
  const auto under_way = session.query("SELECT run FROM millrace.runs WHERE run IN (" +
                                       locked_runs_sql() + ") ORDER BY run");
  if (!under_way.empty()) {
    throw Error(ErrorKind::conflict,
                "cannot remove the ledger: run " + under_way[0][0].text + " is under way",
                {.side = Side::target}, "wait until it has ended: millrace status");
  }
  const std::uint64_t runs =
      count_of(session.query("SELECT count(*) FROM millrace.runs").at(0).at(0));
  session.execute("DROP SCHEMA millrace CASCADE");
  session.commit();
  return runs;
}

std::string ledger_json(const std::vector<LedgerRun>& runs) {
  nlohmann::ordered_json json;
  json["runs"] = nlohmann::ordered_json::array();
  for (const LedgerRun& run : runs) {
    nlohmann::ordered_json& entry = json["runs"].emplace_back();
    entry = {{"run", run.run},
             {"state", run.state},
             {"phase", run.phase},
             {"version", run.version},
             {"command", run.command},
             {"source", run.source},
             {"started_at", run.started_at},
             {"resumed_at", run.resumed_at},
             {"ended_at", run.ended_at},
             {"seconds", run.seconds},
             {"attempts", run.attempts},
             {"error", run.error},
             {"snapshot_method", run.snapshot_method},
             {"binlog_file", run.binlog_file},
             {"binlog_position", run.binlog_position},
             {"gtid", run.gtid},
             {"chunks", run.chunks},
             {"chunks_stored", run.chunks_stored},
             {"rows", run.rows},
             {"rows_estimate", run.rows_estimate},
             {"copy_bytes", run.copy_bytes}};
    if (&run != &runs.front()) continue;
    entry["tables"] = nlohmann::ordered_json::array();
    for (const LedgerTable& table : run.tables) entry["tables"].push_back(table_json(table));
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string ledger_text(const std::vector<LedgerRun>& runs, unsigned width) {
  if (runs.empty()) return "the ledger is empty: no run has been begun\n";
  const LedgerRun& newest = runs.front();
  std::string text = headline(newest) + "\n";
  text += fmt::format("source    {}\n", fully_shown(newest.source));
  if (!newest.snapshot_method.empty()) {
    text += "snapshot  " + newest.snapshot_method;
    if (!newest.binlog_file.empty()) {
      text += fmt::format(", {}:{}", newest.binlog_file, newest.binlog_position);
    }
    if (!newest.gtid.empty()) text += ", GTID " + fully_shown(newest.gtid);
    text += "\n";
  }
  text += fmt::format("stored    {} of {} chunks, {} rows, {}\n", count_text(newest.chunks_stored),
                      count_text(newest.chunks), count_text(newest.rows),
                      data_text(static_cast<double>(newest.copy_bytes)));
  if (!newest.error.empty()) text += "error     " + fully_shown(newest.error) + "\n";
  const auto finished = static_cast<std::size_t>(
      std::count_if(newest.tables.begin(), newest.tables.end(),
                    [](const LedgerTable& table) { return table.finished; }));
  text += fmt::format("tables    {} of {} finished\n", count_text(finished),
                      count_text(newest.tables.size()));
  constexpr std::size_t most_shown = 40;
  constexpr std::size_t figures_width = 42;
  std::size_t name_width = 12;
  for (const LedgerTable& table : newest.tables) {
    if (!table.finished) name_width = std::max(name_width, columns_of(table.target));
  }
  name_width =
      std::min<std::size_t>(name_width, width > figures_width + 20 ? width - figures_width : 20);
  std::size_t shown = 0;
  for (const LedgerTable& table : newest.tables) {
    if (table.finished) continue;
    if (shown == 0) {
      text += fmt::format("\n{:<{}}  {:>11}  {:>12}  {}\n", "not finished", name_width, "chunks",
                          "rows", "now");
    }
    if (++shown > most_shown) break;
    const char* now = table.chunks_stored == table.chunks ? "keys"
                      : table.chunks_stored > 0           ? "rows"
                                                          : "waiting";
    text += fmt::format("{}  {:>11}  {:>12}  {}\n", padded(table.target, name_width),
                        fmt::format("{} of {}", table.chunks_stored, table.chunks),
                        count_text(table.rows), now);
  }
  if (newest.tables.size() - finished > most_shown) {
    text += fmt::format("and {} more; --json has them all\n",
                        count_text(newest.tables.size() - finished - most_shown));
  }
  if (newest.state != "running" && newest.state != "complete" && newest.state != "abandoned") {
    text += "\nmillrace migrate ... --resume goes on with it\n";
  }
  if (runs.size() > 1) text += "\nbefore it\n";
  for (std::size_t i = 1; i < runs.size(); ++i) {
    text += "  " + headline(runs[i]) + fmt::format(", {} rows", count_text(runs[i].rows)) + "\n";
  }
  return text;
}

}  // namespace millrace
