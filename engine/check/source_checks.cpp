#include "engine/check/source_checks.h"

#include <map>

#include <fmt/format.h>

#include "engine/name_list.h"
#include "engine/quantity_text.h"

namespace millrace {
namespace {

constexpr std::string_view family = "source";

// Shorter than this, a server ends a session of ours that waits for the target.
constexpr std::uint64_t patient_seconds = 3600;

Finding check_engines(const WorkPlan& work) {
  std::map<std::string, std::size_t> engines;
  std::uint64_t locked_bytes = 0;
  std::vector<std::string> locked;
  for (const TableWork& table : work.tables) {
    ++engines[table.source->engine.empty() ? "unknown" : table.source->engine];
    if (table.source->transactional) continue;
    locked.push_back(table.source->full_name());
    locked_bytes += table.source->data_bytes;
  }
  std::string words;
  for (const auto& [engine, count] : engines) {
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count_text(count), engine);
  }
  if (locked.empty()) {
    return {Verdict::ok, family, "engines", "tables by engine: " + words, {}};
  }
  return {Verdict::warn, family, "engines",
          fmt::format("tables by engine: {}; writers wait while {} of them ({}) are read: {}",
                      words, count_text(locked.size()),
                      data_text(static_cast<double>(locked_bytes)), name_list(locked)),
          "ALTER TABLE ... ENGINE=InnoDB, or run when nobody writes; --exclude leaves them out"};
}

Finding check_binlog(const mysql::ServerFacts& facts) {
  if (!facts.binlog) {
    return {Verdict::ok,
            family,
            "binlog",
            "the binlog is off: the snapshot has no position that changes could be followed from",
            {}};
  }
  const std::string kept =
      facts.binlog_kept_seconds
          ? "kept for " + duration_text(static_cast<double>(*facts.binlog_kept_seconds))
          : "kept until purged";
  std::string text = fmt::format("the binlog is written by {} and {}", facts.binlog_format, kept);
  if (facts.binlog_format != "ROW") {
    return {Verdict::warn, family, "binlog",
            text + ": changes cannot be followed row by row from it",
            "SET GLOBAL binlog_format = 'ROW', if changes after the snapshot are to be followed"};
  }
  return {Verdict::ok, family, "binlog", std::move(text), {}};
}

/// Functions of the server give NULL for what is larger than a packet; values read as they are do
/// not go through it.
Finding check_packet(const mysql::ServerFacts& facts, const WorkPlan& work) {
  std::vector<std::string> at_risk;
  for (const TableWork& table : work.tables) {
    for (const TranslatedColumn& column : table.translated->columns) {
      const SourceColumn& source = table.source->columns[column.source];
      const bool as_it_is = column.select_expression == mysql::quote_identifier(source.name);
      if (!as_it_is && source.length_bytes > facts.max_allowed_packet_bytes) {
        at_risk.push_back(table.source->full_name() + "." + source.name);
      }
    }
  }
  const std::string size = memory_text(facts.max_allowed_packet_bytes);
  if (at_risk.empty()) {
    return {Verdict::ok,
            family,
            "max_allowed_packet",
            "max_allowed_packet is " + size +
                ", and no value is converted by the server that could exceed it",
            {}};
  }
  return {Verdict::warn, family, "max_allowed_packet",
          fmt::format("max_allowed_packet is {}: the server would turn larger values to NULL as it "
                      "converts {}",
                      size, name_list(at_risk)),
          "SET GLOBAL max_allowed_packet = 1073741824, then start again"};
}

Finding check_timeouts(const mysql::ServerFacts& facts) {
  if (facts.net_write_timeout_seconds >= patient_seconds &&
      facts.wait_timeout_seconds >= patient_seconds) {
    return {Verdict::ok,
            family,
            "timeouts",
            "net_write_timeout and wait_timeout are long enough: our sessions set their own",
            {}};
  }
  return {Verdict::warn, family, "timeouts",
          fmt::format("net_write_timeout is {} s and wait_timeout {} s although our session asked "
                      "for more: the source may hang up on a reader that waits for the target",
                      facts.net_write_timeout_seconds, facts.wait_timeout_seconds),
          "raise them on the server, or go around the proxy that keeps them"};
}

Finding check_mode(const mysql::ServerFacts& facts) {
  const bool strict = facts.sql_mode.find("STRICT_") != std::string::npos;
  const bool no_zeros = facts.sql_mode.find("NO_ZERO_DATE") != std::string::npos;
  if (strict && no_zeros) {
    return {Verdict::ok, family, "sql_mode", "sql_mode is strict and takes no zero dates", {}};
  }
  return {
      Verdict::warn, family, "sql_mode",
      fmt::format("sql_mode is not strict{}: values that PostgreSQL refuses may have been stored",
                  no_zeros ? "" : " or allows zero dates"),
      "millrace check --scan full counts them"};
}

Findings check_hold_ups(const mysql::ServerFacts& facts) {
  Findings findings;
  for (const mysql::HoldUp& statement : facts.statements) {
    findings.push_back(
        {Verdict::warn, family, "hold up",
         fmt::format("connection {} of {} has been running for {}, the lock would "
                     "wait for it: {}",
                     statement.id, statement.user,
                     duration_text(static_cast<double>(statement.seconds)), statement.statement),
         "wait for it, or KILL " + statement.id});
  }
  for (const mysql::HoldUp& transaction : facts.transactions) {
    findings.push_back(
        {Verdict::warn, family, "hold up",
         fmt::format("connection {} of {} changed rows {} ago and has not committed{}",
                     transaction.id, transaction.user.empty() ? "somebody" : transaction.user,
                     duration_text(static_cast<double>(transaction.seconds)),
                     transaction.statement.empty() ? ", and does nothing now"
                                                   : ", and runs: " + transaction.statement),
         "commit it, or KILL " + transaction.id});
  }
  if (findings.empty()) {
    findings.push_back({Verdict::ok,
                        family,
                        "hold up",
                        "no query or transaction runs that would hold up the lock",
                        {}});
  }
  return findings;
}

Finding check_keys(const WorkPlan& work, std::uint64_t chunk_bytes) {
  std::vector<std::string> large;
  std::size_t keyless = 0;
  for (const TableWork& table : work.tables) {
    if (!table.key_columns.empty()) continue;
    ++keyless;
    if (table.source->data_bytes > chunk_bytes && table.source->partitions.empty()) {
      large.push_back(table.source->full_name());
    }
  }
  if (keyless == 0)
    return {Verdict::ok, family, "keys", "every table has a key to cut it along", {}};
  if (large.empty()) {
    return {Verdict::ok,
            family,
            "keys",
            fmt::format("small tables without a key, one stream each: {}", count_text(keyless)),
            {}};
  }
  return {
      Verdict::warn, family, "keys",
      fmt::format("large tables without a key are read in one stream each: {}", name_list(large)),
      "add a primary key, or a unique one over columns that are NOT NULL"};
}

}  // namespace

Findings check_source(const mysql::ServerFacts& facts, const WorkPlan& work,
                      std::uint64_t chunk_bytes) {
  Findings findings{check_engines(work), check_binlog(facts), check_packet(facts, work),
                    check_timeouts(facts), check_mode(facts)};
  append(findings, check_hold_ups(facts));
  findings.push_back(check_keys(work, chunk_bytes));
  return findings;
}

}  // namespace millrace
