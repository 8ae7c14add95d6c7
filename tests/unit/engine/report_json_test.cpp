#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/engine/report_builder.h"

namespace millrace {
namespace {

using Json = nlohmann::json;

TEST(ReportJson, ParsesBackToWhatTheReportSays) {
  const Json json = Json::parse(report_json(complete_report()));

  EXPECT_EQ(json["version"], "1.2.3");
  EXPECT_EQ(json["outcome"], "complete");
  EXPECT_EQ(json["rows"], 1500);
  EXPECT_EQ(json["wall_s"], 10.0);
  EXPECT_EQ(json["snapshot"]["binlog_position"], 987654);
  EXPECT_EQ(json["tables"][1]["target"], "shop.items");
  EXPECT_EQ(json["samples"][2]["copy_bytes"], 150000);
  EXPECT_EQ(json["lanes"][0]["waiting_for_buffer_s"], 20.0);
  EXPECT_EQ(json["phases"][1]["name"], "copy");
  EXPECT_EQ(json["notes"][0]["topic"], "renamed");
}

// Programs read these keys: one may be added, none may go or change its name.
TEST(ReportJson, KeepsItsKeys) {
  const Json json = Json::parse(report_json(complete_report()));

  for (const char* key : {"version",
                          "command",
                          "started_at",
                          "outcome",
                          "error",
                          "hint",
                          "source",
                          "source_version",
                          "target",
                          "target_version",
                          "ledger_run",
                          "readers",
                          "writers",
                          "builders",
                          "chunk_bytes",
                          "memory_bytes",
                          "wall_s",
                          "engine_cpu_s",
                          "peak_memory_bytes",
                          "rows",
                          "copy_bytes",
                          "chunks",
                          "indexes",
                          "foreign_keys",
                          "snapshot",
                          "phases",
                          "tables",
                          "samples",
                          "lanes",
                          "notes",
                          "checks",
                          "left_in_target",
                          "rows_rejected",
                          "values_nulled",
                          "faults"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  for (const char* key : {"source", "target", "rows", "copy_bytes", "chunks", "begin_s", "end_s",
                          "keys_s", "indexes", "rows_rejected", "values_nulled", "reject_file"}) {
    EXPECT_TRUE(json["tables"][0].contains(key)) << key;
  }
}

TEST(ReportJson, OfNothingIsCompleteToo) {
  const Json json = Json::parse(report_json(RunReport()));

  EXPECT_TRUE(json["tables"].is_array());
  EXPECT_TRUE(json["left_in_target"].is_array());
  EXPECT_EQ(json["rows"], 0);
}

TEST(ReportJson, KeepsTheLargestCounts) {
  RunReport report;
  report.rows = std::numeric_limits<std::uint64_t>::max();

  EXPECT_EQ(Json::parse(report_json(report))["rows"], 18446744073709551615U);
}

TEST(ReportJson, SurvivesNamesThatAreNoUtf8) {
  RunReport report;
  report.tables = {table_report("shop.\xff\"\n", 1, 0, 1)};

  const Json json = Json::parse(report_json(report));

  EXPECT_EQ(json["tables"][0]["target"], "shop.\xEF\xBF\xBD\"\n");
}

}  // namespace
}  // namespace millrace
