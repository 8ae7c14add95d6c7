#include "engine/stored_run.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/foreign_keys.h"
#include "engine/job_difference.h"
#include "engine/ledger.h"
#include "engine/ledger_schema.h"
#include "io/error.h"
#include "io/quoting.h"

namespace millrace {

namespace {

std::string started_sql() {
  return "to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
}

std::string advisory_lock(int lock, std::int32_t run) {
  return fmt::format(
      "locktype = 'advisory' AND classid = {} AND objid = {} AND objsubid = 2 AND database = "
      "(SELECT oid FROM pg_database WHERE datname = current_database())",
      lock, run);
}

JobSettings settings_of(const std::string& json_text) {
  JobSettings settings;
  const auto json = nlohmann::ordered_json::parse(json_text);
  for (const auto& [name, value] : json.items()) {
    settings.emplace_back(name, value.get<std::string>());
  }
  std::sort(settings.begin(), settings.end());
  return settings;
}

StoredRun read_head(const postgres::Row& row) {
  StoredRun run;
  run.run = std::stoi(row[0].text);
  run.state = row[1].text;
  run.started_at = row[2].text;
  run.source_identity = row[3].text;
  run.settings = settings_of(row[4].text);
  run.snapshot.method = row[5].text;
  run.snapshot.binlog_file = row[6].text;
  run.snapshot.binlog_position = count_of(row[7]);
  run.snapshot.gtid = row[8].text;
  run.preparing = row[9].text == phase_of_preparing;
  return run;
}

void refuse_if_under_way(postgres::Connection& session, std::int32_t run) {
  // The target notices a moment later that a process was killed: so it is asked to wait a little.
  session.execute("SET lock_timeout = '5s'");
  try {
    session.query(fmt::format("SELECT pg_advisory_lock({}, {})", ledger_lock_of_run, run));
    session.execute("RESET lock_timeout");
    return;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict) throw;
  }
  const auto holder = session.query(
      "SELECT a.pid, coalesce(host(a.client_addr), 'this host'), to_char(a.backend_start AT TIME "
      "ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM pg_locks l JOIN pg_stat_activity a USING "
      "(pid) WHERE l.granted AND " +
      advisory_lock(ledger_lock_of_run, run));
  std::string who;
  if (!holder.empty()) {
    who = fmt::format(": it is connected from {} since {}, by the target's process {}",
                      holder[0][1].text, holder[0][2].text, holder[0][0].text);
  }
  throw Error(ErrorKind::conflict,
              fmt::format("cannot resume run {}: another process works on it{}", run, who),
              {.side = Side::target}, "millrace status shows how far it is");
}

/// From now on no receipt of an earlier attempt is taken; those that are being written are in
/// sessions that end_left_sessions() waits for.
/// Requires: the lock of the run. Who held it until now may have brought the run on since its row
/// was read.
void make_ours(postgres::Connection& session, StoredRun& run) {
  const auto rows = session.query(
      fmt::format("UPDATE millrace.runs SET attempts = attempts + 1 WHERE run = {} AND {} "
                  "RETURNING attempts, phase",
                  run.run, run_is_unfinished));
  if (rows.empty()) {
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot resume: run {} has ended meanwhile", run.run),
                {.side = Side::target}, "millrace status shows how");
  }
  run.attempt = std::stoi(rows.at(0).at(0).text);
  run.preparing = rows.at(0).at(1).text == phase_of_preparing;
}

/// A process that was killed leaves sessions behind that may still store or build.
void end_left_sessions(postgres::Connection& session, std::int32_t run) {
  session.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE pid <> pg_backend_pid() AND " +
      advisory_lock(ledger_lock_of_lanes, run));
  // Had as soon as the last of them is gone.
  session.query(fmt::format("SELECT pg_advisory_lock({0}, {1}), pg_advisory_unlock({0}, {1})",
                            ledger_lock_of_lanes, run));
}

/// The numbers of an array, told with blanks between.
std::vector<std::size_t> numbers_of(const postgres::Cell& cell) {
  std::vector<std::size_t> numbers;
  const char* at = cell.text.c_str();
  for (char* end = nullptr; *at != '\0'; at = end) numbers.push_back(std::strtoull(at, &end, 10));
  return numbers;
}

void read_plan(postgres::Connection& session, StoredRun& run) {
  for (const postgres::Row& row : session.query(fmt::format(
           "SELECT source, target_schema, target_name, update_time, auto_increment, chunks, "
           "signature, grouped, stood_before FROM millrace.tables WHERE run = {} ORDER BY "
           "table_number",
           run.run))) {
    StoredRun::Table& table = run.tables.emplace_back();
    table.source = row[0].text;
    table.target_schema = row[1].text;
    table.target_name = row[2].text;
    table.update_time = row[3].text;
    if (!row[4].null) table.next_auto_increment = count_of(row[4]);
    table.chunks = count_of(row[5]);
    table.signature = std::stoll(row[6].text);
    table.grouped = row[7].text == "t";
    table.stood_before = row[8].text == "t";
  }
  for (const postgres::Row& row : session.query(fmt::format(
           "SELECT chunk, array_to_string(table_numbers, ' '), array_to_string(members, ' '), "
           "tail, "
           "bytes_estimate, under_lock FROM millrace.chunks WHERE run = {} ORDER BY chunk",
           run.run))) {
    Chunk& chunk = run.chunks.emplace_back();
    chunk.id = count_of(row[0]);
    chunk.tables = numbers_of(row[1]);
    chunk.members = numbers_of(row[2]);
    chunk.tail = row[3].text;
    chunk.bytes_estimate = count_of(row[4]);
    chunk.under_lock = row[5].text == "t";
  }
  run.stored.resize(run.chunks.size());
  for (const postgres::Row& row : session.query(fmt::format(
           "SELECT chunk, rows, bytes, digest, values_nulled, rows_rejected FROM millrace.receipts "
           "WHERE run = {} ORDER BY chunk, part",
           run.run))) {
    StoredRun::Part& part = run.stored.at(count_of(row[0])).emplace_back();
    part.rows = count_of(row[1]);
    part.copy_bytes = count_of(row[2]);
    if (!row[3].null) {
      part.digest = TupleDigest{part.rows, static_cast<std::uint64_t>(std::stoll(row[3].text))};
    }
    part.values_nulled = count_of(row[4]);
    part.rows_rejected = count_of(row[5]);
  }
}

/// Where a run's table stands among those of the plan, by its source name.
std::vector<std::string> compare_tables(const StoredRun& run, const WorkPlan& plan) {
  std::vector<std::string> faults;
  std::unordered_map<std::string, const StoredRun::Table*> planned;
  for (const StoredRun::Table& table : run.tables) planned.emplace(table.source, &table);
  std::set<std::string> here;
  for (const TableWork& work : plan.tables) {
    const std::string name = work.source->full_name();
    here.insert(name);
    const auto found = planned.find(name);
    if (found == planned.end()) {
      faults.push_back(name + ": it was not there when the run began");
    } else if (found->second->signature != signature_of(work)) {
      faults.push_back(name + ": its columns, or what becomes of them, are not what was planned");
    }
  }
  for (const StoredRun::Table& table : run.tables) {
    if (!here.contains(table.source)) faults.push_back(table.source + ": it is gone");
  }
  return faults;
}

void add(const StoredRun::Part& part, StoredBefore& stored) {
  ++stored.chunks;
  stored.rows += part.rows;
  stored.copy_bytes += part.copy_bytes;
  stored.rows_rejected += part.rows_rejected;
  stored.values_nulled += part.values_nulled;
  if (!part.digest) {
    stored.digest.reset();
  } else if (stored.digest) {
    stored.digest->merge(*part.digest);
  }
}

}  // namespace

std::size_t StoredRun::chunks_stored() const {
  return static_cast<std::size_t>(std::count_if(stored.begin(), stored.end(),
                                                [](const auto& parts) { return !parts.empty(); }));
}

std::optional<UnfinishedRun> find_unfinished(postgres::Connection& session, const WorkPlan& plan) {
  if (look_for_ledger(session) != LedgerState::ready) return std::nullopt;
  std::set<std::pair<std::string, std::string>> ours;
  for (const TableWork& work : plan.tables) {
    ours.emplace(work.translated->target.schema, work.translated->target.name);
  }
  std::int32_t newest = 0;
  for (const postgres::Row& row : session.query(
           std::string("SELECT run, target_schema, target_name FROM millrace.tables WHERE run IN "
                       "(SELECT run FROM millrace.runs WHERE ") +
           run_is_unfinished + ")")) {
    if (!ours.contains({row[1].text, row[2].text})) continue;
    newest = std::max(newest, std::stoi(row[0].text));
  }
  if (newest == 0) return std::nullopt;
  const auto rows = session.query(fmt::format(
      "SELECT {}, (SELECT count(*) FROM millrace.chunks c WHERE c.run = u.run), (SELECT "
      "count(DISTINCT chunk) FROM millrace.receipts r WHERE r.run = u.run), EXISTS (SELECT FROM "
      "pg_locks WHERE granted AND {}) FROM millrace.runs u WHERE run = {}",
      started_sql(), advisory_lock(ledger_lock_of_run, newest), newest));
  const postgres::Row& row = rows.at(0);
  return UnfinishedRun{.run = newest,
                       .started_at = row[0].text,
                       .chunks = count_of(row[1]),
                       .chunks_stored = count_of(row[2]),
                       .under_way = row[3].text == "t"};
}

StoredRun take_over_run(postgres::Connection& session, const std::string& source_identity,
                        const JobSettings& given) {
  JobSettings settings = given;
  std::sort(settings.begin(), settings.end());
  const Where where{.side = Side::target};
  if (look_for_ledger(session) != LedgerState::ready) {
    throw Error(ErrorKind::bad_request, "cannot resume: the target has no ledger", where,
                "check the database in the URL, or start without --resume");
  }
  const auto rows = session.query(
      "SELECT run, state, " + started_sql() +
      ", source_identity, settings, snapshot_method, binlog_file, binlog_position, gtid, phase "
      "FROM millrace.runs ORDER BY run DESC");
  std::optional<StoredRun> nearest;
  for (const postgres::Row& row : rows) {
    StoredRun run = read_head(row);
    const bool open = run.state == "running" || run.state == "failed" || run.state == "cancelled";
    const bool same = run.settings == settings && run.source_identity == source_identity;
    if (same && run.state == "complete") {
      throw Error(ErrorKind::bad_request,
                  fmt::format("cannot resume: run {} of this job is complete", run.run), where,
                  "nothing is left to do; millrace status shows it");
    }
    if (!open) continue;
    if (same) {
      refuse_if_under_way(session, run.run);
      make_ours(session, run);
      end_left_sessions(session, run.run);
      read_plan(session, run);
      for (const postgres::Row& hook : session.query(fmt::format(
               "SELECT unnest(hooks_done) FROM millrace.runs WHERE run = {}", run.run))) {
        run.hooks_done.insert(hook[0].text);
      }
      return run;
    }
    if (!nearest) nearest = std::move(run);
  }
  if (!nearest) {
    throw Error(ErrorKind::bad_request, "cannot resume: the ledger knows no unfinished run", where,
                "start without --resume");
  }
  std::vector<std::string> lines = differences(nearest->settings, settings);
  if (nearest->source_identity != source_identity) {
    lines.push_back(
        fmt::format("the source was {} and is {}", nearest->source_identity, source_identity));
  }
  throw Error(ErrorKind::bad_request,
              fmt::format("cannot resume run {}: this is another job: {}", nearest->run,
                          listed(std::move(lines))),
              where,
              "give the options that began it (millrace status shows its command), or start anew "
              "without --resume");
}

void restore_plan(const StoredRun& run, WorkPlan& plan) {
  const std::vector<std::string> faults = compare_tables(run, plan);
  if (!faults.empty()) {
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot resume run {}: the tables are not those that were planned: {}",
                            run.run, listed(faults)),
                {.side = Side::source},
                "start anew with --if-exists drop, which makes what stands in the target anew");
  }
  // Equal tables stand in equal order, so a table's number in the ledger is its index here.
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    plan.tables[i].exists = run.tables[i].stood_before;
    plan.tables[i].grouped = run.tables[i].grouped;
    plan.chunks_of[i] = run.tables[i].chunks;
  }
  plan.chunks.clear();
  plan.stored_of.assign(plan.tables.size(), {});
  for (std::size_t i = 0; i < run.chunks.size(); ++i) {
    const Chunk& chunk = run.chunks[i];
    if (run.stored[i].empty()) {
      plan.chunks.push_back(chunk);
      continue;
    }
    for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
      add(run.stored[i].at(part), plan.stored_of[chunk.tables[part]]);
    }
  }
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    plan.chunked_by[i] = "as planned by the run that is resumed";
  }
}

SourceFacts facts_of(const StoredRun& run, const WorkPlan& plan) {
  SourceFacts facts{.identity = run.source_identity,
                    .binlog_file = run.snapshot.binlog_file,
                    .binlog_position = run.snapshot.binlog_position,
                    .gtid = run.snapshot.gtid,
                    .tables = {}};
  std::vector<std::size_t> first;  // of each table's facts: a consolidated one has its members'
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const SourceTable& source = *plan.tables[i].source;
    first.push_back(facts.tables.size());
    for (const SourceMember& member : source.members) {
      facts.tables.push_back({.database = member.database,
                              .name = member.name,
                              .update_time = {},
                              .next_auto_increment = {},
                              .counts_only = true,
                              .read = {}});
    }
    if (source.consolidated()) continue;
    facts.tables.push_back({.database = source.database,
                            .name = source.name,
                            .update_time = run.tables[i].update_time,
                            .next_auto_increment = run.tables[i].next_auto_increment,
                            .read = {}});
  }
  for (std::size_t i = 0; i < run.chunks.size(); ++i) {
    for (std::size_t part = 0; part < run.stored[i].size(); ++part) {
      const Chunk& chunk = run.chunks[i];
      facts.tables[first[chunk.tables[part]] + chunk.member(part)].read.push_back(
          {chunk.tail.empty() ? plan.tables[chunk.tables[part]].filter : chunk.tail,
           run.stored[i][part].rows});
    }
  }
  return facts;
}

void read_standing_keys(postgres::Connection& session, const StoredRun& run, WorkPlan& plan) {
  std::unordered_map<std::string, std::size_t> tables;
  std::set<std::string> schemas;
  const auto key = [](const std::string& schema, const std::string& name) {
    return schema + '\0' + name;
  };
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const TargetTable& target = plan.tables[i].translated->target;
    tables.emplace(key(target.schema, target.name), i);
    schemas.insert(target.schema);
    plan.tables[i].standing.indexes.assign(target.indexes.size(), false);
  }
  std::string list;
  for (const std::string& schema : schemas) {
    list += (list.empty() ? "" : ", ") + postgres::quote_literal(schema);
  }
  std::vector<bool> stands(plan.tables.size());
  for (const postgres::Row& row :
       session.query("SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = "
                     "c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname IN (" +
                     list + ")")) {
    const auto found = tables.find(key(row[0].text, row[1].text));
    if (found != tables.end()) stands[found->second] = true;
  }
  std::vector<std::string> gone;
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const bool made = !plan.tables[i].grouped || plan.stored_of[i].chunks > 0;
    if (made && !stands[i]) gone.push_back(plan.tables[i].translated->target.full_name());
  }
  if (!gone.empty()) {
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot resume run {}: what it made is gone from the target: {}",
                            run.run, listed(std::move(gone))),
                {.side = Side::target}, "start anew with --if-exists drop");
  }
  for (const postgres::Row& row : session.query(
           "SELECT n.nspname, t.relname, i.relname, EXISTS (SELECT FROM pg_constraint k WHERE "
           "k.conindid = i.oid AND k.conrelid = t.oid AND k.contype = 'p') FROM pg_index x JOIN "
           "pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid JOIN "
           "pg_namespace n ON n.oid = t.relnamespace WHERE x.indisvalid AND n.nspname IN (" +
           list + ")")) {
    const auto found = tables.find(key(row[0].text, row[1].text));
    if (found == tables.end()) continue;
    TableWork& work = plan.tables[found->second];
    const auto& indexes = work.translated->target.indexes;
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      if (indexes[i].name == row[2].text) work.standing.indexes[i] = true;
    }
    if (row[3].text == "t") work.standing.primary_key = true;
  }
  const auto foreign_keys = find_foreign_keys(session, plan);
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    plan.tables[i].standing.foreign_keys = foreign_keys[i];
  }
}

}  // namespace millrace
