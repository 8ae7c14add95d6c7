#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/shown_text.h"
#include "tests/unit/engine/report_builder.h"

namespace millrace {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(ReportSummary, NamesTablesAndTotals) {
  const std::string text = report_summary(complete_report(), 100);

  EXPECT_TRUE(contains(text, "shop.orders"));
  EXPECT_TRUE(contains(text, "1,500 rows and 150 kB in 2 tables"));
  EXPECT_TRUE(contains(text, "3 indexes, 1 foreign key"));
  EXPECT_TRUE(contains(text, "binlog.000042:987654"));
}

TEST(ReportSummary, SumsTheTablesThatItDoesNotName) {
  RunReport report = complete_report();
  for (int i = 0; i < 100; ++i) {
    report.tables.push_back(table_report("shop.t" + std::to_string(i), 1, 1, 2));
  }

  const std::string text = report_summary(report, 100);

  EXPECT_TRUE(contains(text, "+ 87 more"));
}

TEST(ReportSummary, KeepsItsTableWithinTheWidth) {
  RunReport report = complete_report();
  report.tables.push_back(table_report(std::string(300, 'x') + "日本", 12345678901, 1, 9000));
  std::istringstream lines(report_summary(report, 90));

  std::string line;
  while (std::getline(lines, line) && !line.empty()) EXPECT_LE(columns_of(line), 90) << line;
}

TEST(ReportSummary, LetsNoControlCharacterThrough) {
  RunReport report = failed_report();
  report.tables[0].target = "shop.\x1b[2J";
  report.notes[0].message = "evil\x1b]0;x";
  report.left_in_target = {"evil\x1b[2J"};

  EXPECT_FALSE(contains(report_summary(report, 100), "\x1b"));
}

TEST(ReportSummary, SaysWhatAFailedRunLeaves) {
  EXPECT_TRUE(
      contains(report_summary(failed_report(), 100), "keeps, unfinished:\n    shop.orders"));

  RunReport clean = failed_report();
  clean.left_in_target.clear();
  EXPECT_TRUE(contains(report_summary(clean, 100), "keeps nothing of this run"));
}

TEST(ReportSummary, OfAFailedRunListsTheTablesThatGotRows) {
  RunReport report = failed_report();
  report.tables[1].rows = 0;

  const std::string text = report_summary(report, 100);

  EXPECT_FALSE(contains(text, "shop.items"));
  EXPECT_TRUE(contains(text, "in 1 of 2 tables"));
}

TEST(ReportSummary, EndsTheTotalsWithWhatWasProven) {
  RunReport report = complete_report();
  report.proof.depth = "content";
  report.proof.equal = true;
  report.proof.statement = "proven: 2 tables with 10 rows are, value for value, what was read";

  EXPECT_TRUE(contains(report_summary(report, 100), "\n  " + report.proof.statement + "\n"));
}

TEST(ReportSummary, OfACompleteRunSpeaksOfNoRemains) {
  EXPECT_FALSE(contains(report_summary(complete_report(), 100), "target keeps"));
}

}  // namespace
}  // namespace millrace
