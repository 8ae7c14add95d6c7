#include <fstream>
#include <limits>
#include <map>
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

/// A report with an element in each of its lists.
RunReport full_report() {
  RunReport report = complete_report();
  report.notes = {{.topic = "type", .where = "shop.t.a", .message = "is text", .places = 2}};
  report.checks = report.notes;
  report.retries.resize(1);
  report.faults.resize(1);
  report.left_in_target.resize(1);
  report.proof.tables.resize(1);
  report.proof.chunks.resize(1);
  report.proof.rows.resize(1);
  report.proof.rows[0].values.resize(1);
  report.proof.schema.resize(1);
  return report;
}

using Fields = std::map<std::string, std::string>;  // "tables[].rows" -> "integer"

void add_fields(const Json& json, const std::string& path, Fields& fields) {
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      add_fields(value, path.empty() ? name : path + '.' + name, fields);
    }
  } else if (json.is_array()) {
    EXPECT_FALSE(json.empty()) << path << " has nothing that could be held against the page";
    for (const Json& element : json) add_fields(element, path + "[]", fields);
  } else {
    fields[path] = json.is_string()           ? "text"
                   : json.is_boolean()        ? "boolean"
                   : json.is_number_integer() ? "integer"
                                              : "number";
  }
}

/// The rows "| `field` | type | ..." of the format's page.
Fields fields_of_page() {
  std::ifstream page(MILLRACE_ROOT "/docs/formats/report.md");
  Fields fields;
  std::string line;
  while (std::getline(page, line)) {
    if (!line.starts_with("| `")) continue;
    const std::size_t end = line.find("` | ", 3);
    const std::size_t type = end + 4;
    fields[line.substr(3, end - 3)] = line.substr(type, line.find(" |", type) - type);
  }
  return fields;
}

// Programs read these fields: one may be added, none may go or change its name.
TEST(ReportJson, HasTheFieldsThatTheFormatsPageSays) {
  Fields written;
  add_fields(Json::parse(report_json(full_report())), "", written);

  EXPECT_EQ(written, fields_of_page());
}

TEST(ReportJson, SaysPlacesOnlyWhereThereAreSeveral) {
  const Json json = Json::parse(report_json(complete_report()));

  EXPECT_FALSE(json["notes"][0].contains("places"));
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
