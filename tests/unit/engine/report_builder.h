#pragma once

#include <string>
#include <utility>

#include "engine/report.h"

namespace millrace {

inline TableReport table_report(std::string name, std::uint64_t rows, double begin_s,
                                double end_s) {
  TableReport table;
  table.source = name;
  table.target = std::move(name);
  table.rows = rows;
  table.copy_bytes = rows * 100;
  table.chunks = 1;
  table.begin_s = begin_s;
  table.end_s = end_s;
  return table;
}

/// A complete run of ten seconds with two tables.
inline RunReport complete_report() {
  RunReport report;
  report.version = "1.2.3";
  report.command = "millrace migrate mysql://reader:***@db1/shop postgresql://db2/shop";
  report.started_at = "2026-01-02T03:04:05Z";
  report.outcome = "complete";
  report.source = "mysql://reader:***@db1/shop";
  report.source_version = "10.11.19-MariaDB";
  report.target = "postgresql://db2/shop";
  report.target_version = "15.20";
  report.readers = 4;
  report.writers = 3;
  report.builders = 2;
  report.chunk_bytes = 64 << 20;
  report.memory_bytes = 256 << 20;
  report.wall_s = 10;
  report.engine_cpu_s = 2.5;
  report.peak_memory_bytes = 96 << 20;
  report.rows = 1500;
  report.copy_bytes = 150000;
  report.chunks = 2;
  report.indexes = 3;
  report.foreign_keys = 1;
  report.snapshot = {.method = "FLUSH TABLES WITH READ LOCK",
                     .lock_ms = 12.5,
                     .non_transactional_lock_ms = 0.5,
                     .binlog_file = "binlog.000042",
                     .binlog_position = 987654,
                     .gtid = "0-1-42",
                     .attempts = 1};
  report.phases = {{"connect", 0, 1}, {"copy", 1, 8}, {"foreign keys", 8, 10}};
  report.tables = {table_report("shop.orders", 1000, 1, 8), table_report("shop.items", 500, 1, 4)};
  report.samples = {{1.5, 200, 20000}, {4, 900, 90000}, {7.9, 1500, 150000}};
  report.lanes = {{"readers", 4, 10, 2, 20, 0, 1}, {"writers", 3, 8, 1, 0, 20, 1}};
  report.notes = {{"renamed", "shop.orders.ix", "name cut to 63 bytes"}};
  return report;
}

inline RunReport failed_report() {
  RunReport report = complete_report();
  report.outcome = "failed";
  report.error = "cannot store value: zero date  side=source table=shop.orders";
  report.hint = "mend the value";
  report.left_in_target = {"shop.orders"};
  return report;
}

}  // namespace millrace
