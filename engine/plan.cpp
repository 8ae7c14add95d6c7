#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/alike_notes.h"
#include "engine/extract.h"
#include "engine/late_schema.h"
#include "engine/migrate.h"
#include "engine/preparation.h"
#include "engine/quantity_text.h"
#include "engine/shown_text.h"
#include "engine/stop_request.h"

namespace millrace {

namespace {

PlannedTable planned_table(const Preparation& preparation, std::size_t index) {
  const TableWork& work = preparation.work.tables[index];
  PlannedTable table{.source = describe_origin(*work.source),
                     .target = work.translated->target.full_name(),
                     .engine = work.source->engine,
                     .rows_estimate = work.source->rows_estimate,
                     .data_bytes = work.source->data_bytes,
                     .chunks = preparation.work.chunks_of[index],
                     .chunked_by = preparation.work.chunked_by[index],
                     .columns = {}};
  for (std::size_t i = 0; i < work.translated->columns.size(); ++i) {
    const SourceColumn& source = work.source->columns[work.translated->columns[i].source];
    const TargetColumn& target =
        work.translated->target.columns[work.translated->columns[i].target];
    table.columns.push_back(
        fmt::format("{} {} -> {} {}", source.name, source.column_type, target.name, target.type));
  }
  return table;
}

/// SQL comments of one or more lines.
std::string as_comment(const std::string& text) {
  std::string comment = "-- ";
  for (const char c : text) {
    comment += c;
    if (c == '\n') comment += "-- ";
  }
  return comment;
}

std::string snapshot_words(SnapshotMethod method) {
  switch (method) {
    case SnapshotMethod::automatic:
      return "the first that the account may: BACKUP STAGE, FLUSH TABLES WITH READ LOCK, LOCK "
             "TABLES, equal binlog positions";
    case SnapshotMethod::flush_lock: return "FLUSH TABLES WITH READ LOCK";
    case SnapshotMethod::backup_stage: return "BACKUP STAGE";
    case SnapshotMethod::lock_tables: return "LOCK TABLES READ";
    case SnapshotMethod::position: return "equal binlog positions, no lock";
    case SnapshotMethod::none: return "none (fuzzy copy)";
  }
  return {};
}

}  // namespace

Plan plan(const Job& job, StopRequest& stop) {
  mysql::Connection source(job.source);
  postgres::Connection target(job.target, "millrace plan");
  const StopRequest::Waker waker(stop, [&] {
    source.cut();
    target.cancel();
  });
  Preparation preparation;
  prepare(job, source, target, preparation);

  Plan plan;
  plan.source_version = preparation.source_version.text;
  plan.target_version = preparation.target.version_text;
  plan.readers = preparation.sizing.readers;
  plan.writers = preparation.sizing.writers;
  plan.builders = preparation.sizing.builders;
  plan.chunk_bytes = preparation.sizing.chunk_bytes;
  plan.memory_bytes = preparation.sizing.memory_bytes;
  plan.snapshot = snapshot_words(job.snapshot);
  for (const Chunk& chunk : preparation.work.chunks) plan.archive_bytes += chunk.bytes_estimate;
  plan.archive_bytes = expected_archive_bytes(plan.archive_bytes);
  // Tables in the order in which their first chunk is read.
  std::vector<bool> seen(preparation.work.tables.size());
  for (const Chunk& chunk : preparation.work.chunks) {
    for (const std::size_t index : chunk.tables) {
      if (seen[index]) continue;
      seen[index] = true;
      plan.tables.push_back(planned_table(preparation, index));
    }
  }
  const BuildChoices choices{.keys = !job.skip_keys && job.scope != Scope::data_only,
                             .analyze = !job.skip_keys && !job.skip_analyze};
  const auto add_hooks = [&](std::initializer_list<HookPhase> phases) {
    for (const HookPhase phase : phases) {
      for (std::string& hook : planned_hooks(job.hooks, phase)) plan.ddl.push_back(std::move(hook));
    }
  };
  add_hooks({HookPhase::before_schema});
  for (TargetStatement& statement : ddl_before_rows(preparation, true)) {
    plan.ddl.push_back(std::move(statement.sql));
  }
  add_hooks({HookPhase::after_schema, HookPhase::before_data, HookPhase::after_data});
  for (TargetStatement& statement : ddl_after_rows(preparation, choices)) {
    plan.ddl.push_back(std::move(statement.sql));
  }
  for (LateStatement& statement : late_statements(preparation)) {
    plan.ddl.push_back(std::move(statement.sql));
  }
  add_hooks({HookPhase::after_keys, HookPhase::end});
  // What is not made stands at the end, so that nobody misses it in a script.
  for (const SourceExtra& extra : preparation.catalog.extras) {
    if (extra.kind == "view") continue;
    plan.ddl.push_back(as_comment("not migrated: " + extra.kind + " " + extra.database + "." +
                                  extra.name + ": " + extra.definition));
  }
  plan.notes = preparation.notes;
  plan.in_the_way = preparation.in_the_way;
  return plan;
}

std::string plan_json(const Plan& plan) {
  nlohmann::ordered_json json;
  json["source_version"] = plan.source_version;
  json["target_version"] = plan.target_version;
  json["readers"] = plan.readers;
  json["writers"] = plan.writers;
  json["builders"] = plan.builders;
  json["chunk_bytes"] = plan.chunk_bytes;
  json["memory_bytes"] = plan.memory_bytes;
  json["snapshot"] = plan.snapshot;
  json["archive_bytes"] = plan.archive_bytes;
  json["tables"] = nlohmann::ordered_json::array();
  for (const PlannedTable& table : plan.tables) {
    json["tables"].push_back({{"source", table.source},
                              {"target", table.target},
                              {"engine", table.engine},
                              {"rows_estimate", table.rows_estimate},
                              {"data_bytes", table.data_bytes},
                              {"chunks", table.chunks},
                              {"chunked_by", table.chunked_by},
                              {"columns", table.columns}});
  }
  json["ddl"] = plan.ddl;
  json["notes"] = nlohmann::ordered_json::array();
  for (const NoteReport& note : plan.notes) {
    json["notes"].push_back(
        {{"topic", note.topic}, {"where", note.where}, {"message", note.message}});
    if (note.places > 1) json["notes"].back()["places"] = note.places;
  }
  json["in_the_way"] = plan.in_the_way;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string plan_text(const Plan& plan, unsigned width) {
  std::size_t name_width = 12;
  for (const PlannedTable& table : plan.tables) {
    name_width = std::max(name_width, columns_of(table.source));
  }
  // Room for the figures beside the name: 52 characters.
  constexpr std::size_t figures_width = 52;
  name_width = std::min(name_width, width > figures_width + 20 ? width - figures_width : 20UL);
  std::string text = fmt::format(
      "source    {}\ntarget    PostgreSQL {}\nlanes     {} readers, {} writers, {} builders\n"
      "snapshot  {}\narchive   {} at most, if extracted or spilled\n\n",
      plan.source_version, plan.target_version, plan.readers, plan.writers, plan.builders,
      plan.snapshot, data_text(static_cast<double>(plan.archive_bytes)));
  text += fmt::format("{:<{}}  {:>12}  {:>10}  {:>6}  {}\n", "table", name_width, "rows (est.)",
                      "size", "chunks", "cut along");
  for (const PlannedTable& table : plan.tables) {
    text += fmt::format("{}  {:>12}  {:>10}  {:>6}  {}\n", padded(table.source, name_width, "~"),
                        count_text(table.rows_estimate),
                        data_text(static_cast<double>(table.data_bytes)), table.chunks,
                        table.chunked_by);
  }
  if (!plan.notes.empty()) text += "\nnotes\n";
  for (const NoteReport& note : plan.notes) {
    const std::string line = fmt::format("{}  {}  {}", note.topic, note_place(note), note.message);
    text += "  " + fitted(line, line.size()) + "\n";
  }
  if (!plan.in_the_way.empty()) text += "\nin the way in the target\n";
  for (const std::string& name : plan.in_the_way) {
    text += "  " + fitted(name, name.size()) + "\n";
  }
  return text;
}

}  // namespace millrace
