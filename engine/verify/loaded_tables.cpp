#include "engine/verify/loaded_tables.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/ledger.h"
#include "engine/ledger_schema.h"
#include "io/error.h"
#include "io/quoting.h"

namespace millrace {

namespace {

constexpr std::size_t most_named = 10;
constexpr const char* read_both =
    "--against source reads the source as well and compares the two; it needs no ledger";

[[noreturn]] void refuse(const std::string& why, const std::string& hint) {
  throw Error(ErrorKind::bad_request, "cannot verify against the ledger: " + why,
              {.side = Side::target}, hint);
}

void require_readable_ledger(postgres::Connection& session) {
  switch (look_for_ledger(session)) {
    case LedgerState::ready: return;
    case LedgerState::absent:
    case LedgerState::empty: refuse("the target has none", read_both);
    case LedgerState::foreign:
      refuse("the target's schema millrace is no ledger of this version", read_both);
    case LedgerState::closed: break;  // to read will do
  }
  const auto rows = session.query(
      "SELECT current_user, has_schema_privilege('millrace', 'USAGE') AND (SELECT "
      "bool_and(has_table_privilege(c.oid, 'SELECT')) FROM pg_catalog.pg_class c JOIN "
      "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'millrace' AND "
      "c.relkind = 'r')");
  if (rows.at(0).at(1).text == "t") return;
  const std::string role = postgres::quote_identifier(rows[0][0].text);
  refuse("permission denied for schema millrace",
         fmt::format("as its owner: GRANT USAGE ON SCHEMA millrace TO {0}; GRANT SELECT ON ALL "
                     "TABLES IN SCHEMA millrace TO {0}; or go without: --against source",
                     role));
}

std::string named(std::vector<std::string> names) {
  const std::size_t all = names.size();
  if (all > most_named) names.resize(most_named);
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  if (all > most_named) text += fmt::format(" and {} more", all - most_named);
  return text;
}

/// Of each table of the target the newest run, with what its receipts come to.
constexpr const char* newest_sql =
    "WITH newest AS (SELECT DISTINCT ON (target_schema, target_name) * FROM millrace.tables ORDER "
    "BY target_schema, target_name, run DESC), "
    "stored AS (SELECT run, table_number, count(*) AS parts, sum(rows) AS rows, "
    "mod(mod(sum(digest), 18446744073709551616) + 18446744073709551616, 18446744073709551616) AS "
    "digest, bool_and(digest IS NOT NULL) AS digested, sum(rows_rejected) AS rows_rejected, "
    "sum(values_nulled) AS values_nulled FROM millrace.receipts GROUP BY run, table_number) "
    "SELECT n.target_schema, n.target_name, n.run, n.table_number, n.chunks, n.signature, "
    "n.appended, s.parts, s.rows, s.digest, "
    "s.digested, s.rows_rejected, s.values_nulled, n.auto_increment, n.source, "
    "to_regclass(format('%I.%I', n.target_schema, n.target_name)) IS NOT NULL FROM newest n "
    "LEFT JOIN stored s USING (run, table_number)";

}  // namespace

LoadedTables read_loaded_tables(postgres::Connection& session, const WorkPlan& plan, bool digests) {
  require_readable_ledger(session);
  std::unordered_map<std::string, postgres::Row> newest;
  for (postgres::Row& row : session.query(newest_sql)) {
    std::string name = row[0].text + '\0' + row[1].text;
    newest.emplace(std::move(name), std::move(row));
  }
  LoadedTables loaded;
  std::vector<std::string> unknown, unfinished, undigested;
  std::set<std::int32_t> runs;
  for (const TableWork& work : plan.tables) {
    const TargetTable& target = work.translated->target;
    LoadedTable& table = loaded.tables.emplace_back();
    const auto found = newest.find(target.schema + '\0' + target.name);
    if (found == newest.end()) {
      unknown.push_back(target.full_name());
      continue;
    }
    const postgres::Row& row = found->second;
    table.run = std::stoi(row[2].text);
    table.number = count_of(row[3]);
    table.as_planned = std::stoll(row[5].text) == signature_of(work);
    table.appended = row[6].text == "t";
    table.rows = count_of(row[8]);
    if (row[10].text == "t") table.digest = TupleDigest{table.rows, count_of(row[9])};
    table.rows_rejected = count_of(row[11]);
    table.values_nulled = count_of(row[12]);
    if (!row[13].null) table.next_auto_increment = count_of(row[13]);
    runs.insert(table.run);
    if (count_of(row[7]) != count_of(row[4])) {
      unfinished.push_back(fmt::format("{} (run {})", target.full_name(), table.run));
    } else if (!table.digest) {
      undigested.push_back(fmt::format("{} (run {})", target.full_name(), table.run));
    }
    newest.erase(found);
  }
  if (!unknown.empty()) {
    refuse("it knows no run that stored " + named(std::move(unknown)),
           std::string("check the options: the job of the migration is the one to verify with; ") +
               read_both);
  }
  if (!unfinished.empty()) {
    refuse("the run was not finished that stores " + named(std::move(unfinished)),
           "millrace migrate --resume goes on with it (millrace status shows it)");
  }
  if (digests && !undigested.empty()) {
    refuse("no digests were made of " + named(std::move(undigested)),
           std::string("--counts compares numbers of rows; ") + read_both);
  }
  for (const auto& [name, row] : newest) {
    if (!runs.contains(std::stoi(row[2].text))) continue;
    loaded.others.push_back({.source = row[14].text,
                             .target = row[0].text + '.' + row[1].text,
                             .rows = count_of(row[8]),
                             .present = row[15].text == "t"});
  }
  std::ranges::sort(loaded.others, {}, &LoadedTables::Other::target);
  if (runs.empty()) return loaded;
  for (const postgres::Row& row : session.query(fmt::format(
           "SELECT run, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
           "source FROM millrace.runs WHERE run IN ({}) ORDER BY run",
           fmt::join(runs, ", ")))) {
    loaded.runs.push_back(
        {.run = std::stoi(row[0].text), .started_at = row[1].text, .source = row[2].text});
  }
  return loaded;
}

std::string runs_in_words(const std::vector<LoadedRun>& runs) {
  std::vector<std::string> words;
  for (const LoadedRun& run : runs) {
    if (words.size() == most_named) {
      words.push_back(fmt::format("{} more runs", runs.size() - most_named));
      break;
    }
    words.push_back(fmt::format("run {} read from {} at {}", run.run, run.source, run.started_at));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string why_not_located(const LoadedTables& loaded, std::size_t table) {
  const auto run = std::ranges::find(loaded.runs, loaded.tables[table].run, &LoadedRun::run);
  const bool of_archive = run != loaded.runs.end() && run->source.find("://") == std::string::npos;
  if (!of_archive) {
    return "its rows were not located: the run that stored it had other options, or the table was "
           "altered at the source since; --against source compares with the source as it is";
  }
  return fmt::format(
      "its rows were not located: run {} loaded it from an archive, which is not read here; "
      "--against source locates (and --repair mends) what differs from the source as it is, "
      "millrace load {} TARGET --if-exists drop loads all of the archive anew",
      run->run, run->source);
}

std::vector<LoadedPart> read_loaded_parts(postgres::Connection& session, const LoadedTable& loaded,
                                          std::size_t table) {
  std::vector<LoadedPart> parts;
  for (const postgres::Row& row : session.query(fmt::format(
           "SELECT r.chunk, coalesce(c.members[r.part + 1], 0), c.tail, c.bytes_estimate, r.rows, "
           "r.digest, r.bytes FROM millrace.receipts r JOIN millrace.chunks c USING (run, chunk) "
           "WHERE r.run "
           "= {} AND r.table_number = {} ORDER BY r.chunk, r.part",
           loaded.run, loaded.number))) {
    LoadedPart& part = parts.emplace_back();
    part.chunk.id = count_of(row[0]);
    part.chunk.tables = {table};
    part.chunk.members = {count_of(row[1])};
    part.chunk.tail = row[2].text;
    part.chunk.bytes_estimate = count_of(row[3]);
    part.copy_bytes = count_of(row[6]);
    part.digest = {count_of(row[4]), static_cast<std::uint64_t>(std::stoll(row[5].text))};
  }
  return parts;
}

}  // namespace millrace
