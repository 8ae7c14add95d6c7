#include "engine/check/target_checks.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/name_list.h"
#include "engine/quantity_text.h"

namespace millrace {
namespace {

constexpr std::string_view family = "target";

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

std::string size_text(std::uint64_t bytes) { return data_text(static_cast<double>(bytes)); }

Finding check_disk(const postgres::LoadFacts& facts, const Footprint& print,
                   std::string_view spared) {
  const std::uint64_t needed = print.disk_bytes(facts.max_wal_size_bytes);
  const std::uint64_t wal = needed - print.heap_bytes - print.index_bytes;
  const std::string need =
      fmt::format("about {} of disk are needed ({} tables, {} indexes, {} WAL)", size_text(needed),
                  size_text(print.heap_bytes), size_text(print.index_bytes), size_text(wal));
  if (!facts.free_disk_bytes) {
    return {Verdict::ok, family, "disk", need + "; how much is free cannot be seen from here",
            "df on the server's machine, if in doubt"};
  }
  const std::string free = fmt::format("{}, {} are free at {}", need,
                                       size_text(*facts.free_disk_bytes), facts.data_directory);
  if (*facts.free_disk_bytes < needed && !spared.empty()) {
    return {Verdict::warn, family, "disk", fmt::format("{}; {}", free, spared),
            "free some, if that is too little"};
  }
  if (*facts.free_disk_bytes < needed) {
    return {Verdict::fail, family, "disk", free,
            "free some, or move the database to a larger tablespace"};
  }
  if (spared.empty() && *facts.free_disk_bytes / 4 * 3 < needed) {
    return {Verdict::warn, family, "disk", free, "free some: an estimate may be a third too low"};
  }
  return {Verdict::ok, family, "disk", free, {}};
}

Finding check_wal(const postgres::LoadFacts& facts, const Footprint& print) {
  // Rows and indexes go through the WAL, and a checkpoint begins when about half of max_wal_size
  // is written. Source: PostgreSQL manual, "WAL Configuration".
  const std::uint64_t wal = print.heap_bytes + print.index_bytes;
  const auto checkpoints = [&](std::uint64_t size) {
    return std::max<std::uint64_t>(1, wal * 2 / std::max<std::uint64_t>(1, size));
  };
  const std::string size = memory_text(facts.max_wal_size_bytes);
  const std::uint64_t now = checkpoints(facts.max_wal_size_bytes);
  constexpr std::uint64_t tolerable = 4;
  if (now <= tolerable) {
    return {Verdict::ok,
            family,
            "max_wal_size",
            fmt::format("max_wal_size {}: about {} of WAL, {} by size", size, size_text(wal),
                        now == 1 ? "hardly a checkpoint" : fmt::format("{} checkpoints", now)),
            {}};
  }
  const std::uint64_t better =
      std::clamp((wal + gibibyte) / gibibyte * gibibyte, 4 * gibibyte, 64 * gibibyte);
  return {
      Verdict::warn, family, "max_wal_size",
      fmt::format("max_wal_size {}: about {} of WAL would force {} checkpoints, each writing "
                  "every touched page anew; with {} it is {}",
                  size, size_text(wal), count_text(now), memory_text(better), checkpoints(better)),
      fmt::format("ALTER SYSTEM SET max_wal_size = '{}GB'; SELECT pg_reload_conf()",
                  better / gibibyte)};
}

Finding check_maintenance_memory(const postgres::LoadFacts& facts, const Footprint& print) {
  const auto spilling = [&](std::uint64_t memory) {
    return static_cast<std::uint64_t>(
        std::count_if(print.index_sizes.begin(), print.index_sizes.end(),
                      [&](std::uint64_t bytes) { return bytes > memory; }));
  };
  const std::string size = memory_text(facts.maintenance_work_mem_bytes);
  const std::uint64_t now = spilling(facts.maintenance_work_mem_bytes);
  if (now == 0) {
    return {Verdict::ok,
            family,
            "maintenance_work_mem",
            fmt::format("maintenance_work_mem {}: each of the {} index builds sorts in memory",
                        size, count_text(print.index_sizes.size())),
            {}};
  }
  const std::uint64_t largest =
      *std::max_element(print.index_sizes.begin(), print.index_sizes.end());
  const std::uint64_t better =
      std::clamp((largest + gibibyte - 1) / gibibyte * gibibyte, gibibyte, 2 * gibibyte);
  return {
      Verdict::warn, family, "maintenance_work_mem",
      fmt::format("maintenance_work_mem {}: {} of {} index builds would sort on disk; with {} {}",
                  size, count_text(now), count_text(print.index_sizes.size()), memory_text(better),
                  count_text(spilling(better))),
      fmt::format("ALTER SYSTEM SET maintenance_work_mem = '{}GB'; SELECT pg_reload_conf() (each "
                  "builder may take that much)",
                  better / gibibyte)};
}

Findings check_followers(const postgres::LoadFacts& facts, const Footprint& print) {
  const std::string wal = size_text(print.heap_bytes + print.index_bytes);
  Findings findings;
  if (!facts.synchronous_standbys.empty()) {
    findings.push_back(
        {Verdict::warn, family, "synchronous standbys",
         fmt::format("each commit waits for synchronous standbys ({}), and they take "
                     "about {} of WAL",
                     facts.synchronous_standbys, wal),
         "ALTER ROLE ... SET synchronous_commit = local for the role of the load"});
  }
  if (facts.standbys != 0) {
    findings.push_back(
        {Verdict::warn, family, "standbys",
         fmt::format("{} standbys or subscribers stream from the target: about {} of "
                     "WAL goes to each",
                     facts.standbys, wal),
         "watch pg_stat_replication during the load, or attach them afterwards"});
  }
  std::vector<std::string> idle;
  for (const postgres::ReplicationSlot& slot : facts.slots) {
    if (!slot.active) {
      idle.push_back(
          fmt::format("{} ({} kept already)", slot.name, size_text(slot.retained_bytes)));
    }
  }
  if (!idle.empty()) {
    findings.push_back(
        {Verdict::warn, family, "replication slots",
         fmt::format("slots that nobody reads keep all WAL of the load, about {}: {}", wal,
                     name_list(idle)),
         "SELECT pg_drop_replication_slot('...'), or let their readers run"});
  }
  if (findings.empty()) {
    findings.push_back({Verdict::ok,
                        family,
                        "followers",
                        "no standby, subscriber or idle replication slot is burdened by the load",
                        {}});
  }
  return findings;
}

}  // namespace

Findings check_load_settings(const postgres::LoadFacts& facts, const Footprint& print,
                             std::string_view disk_spared) {
  Findings findings{check_disk(facts, print, disk_spared), check_wal(facts, print),
                    check_maintenance_memory(facts, print)};
  findings.push_back(
      {Verdict::ok,
       family,
       "wal_level",
       facts.wal_level == "minimal"
           ? "wal_level is minimal: groups of small tables, filled in the transaction that makes "
             "them, need no WAL"
           : "wal_level is " + facts.wal_level + ": every row goes through the WAL",
       {}});
  append(findings, check_followers(facts, print));
  if (facts.collation_changed) {
    findings.push_back({Verdict::warn, family, "collation",
                        "the database's collation " + facts.collation +
                            " is of another version than the library's: its indexes may be out of "
                            "order",
                        "REINDEX DATABASE, then ALTER DATABASE ... REFRESH COLLATION VERSION"});
  } else {
    findings.push_back({Verdict::ok,
                        family,
                        "collation",
                        "text is in UTF8 and sorted by " + facts.collation + ", case-sensitive",
                        {}});
  }
  return findings;
}

Findings check_extensions(bool has_postgis, bool as_bytes_by_choice, const SourceCatalog& catalog) {
  std::vector<std::string> columns;
  for (const SourceTable& table : catalog.tables) {
    for (const SourceColumn& column : table.columns) {
      if (column.type == SourceType::geometry) {
        columns.push_back(table.full_name() + "." + column.name);
      }
    }
  }
  if (columns.empty() || as_bytes_by_choice) {
    return {{Verdict::ok, family, "extensions", "no extension is needed", {}}};
  }
  if (has_postgis) {
    return {{Verdict::ok, family, "extensions", "PostGIS is there for the geometry columns", {}}};
  }
  return {{Verdict::warn, family, "extensions",
           "without PostGIS geometry arrives as EWKB in bytea: " + name_list(columns),
           "CREATE EXTENSION postgis, or say so with --geometry bytea"}};
}

Findings check_connections(unsigned wanted, unsigned free, unsigned most) {
  const std::string text =
      fmt::format("{} of {} connections will be used, {} are free", wanted, most, free);
  if (wanted + 5 > free && free > 0) {
    return {{Verdict::warn, family, "max_connections", text + ": others may find none",
             "fewer --writers and --builders, or raise max_connections"}};
  }
  return {{Verdict::ok, family, "max_connections", text, {}}};
}

}  // namespace millrace
