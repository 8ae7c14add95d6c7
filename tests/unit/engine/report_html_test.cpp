#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/engine/report_builder.h"

namespace millrace {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Walks the tags of a page: every one must be closed, in order, and every attribute quoted.
/// Returns what is wrong; empty if nothing is.
std::string fault_of(std::string_view page) {
  std::vector<std::string> open;
  std::size_t at = page.find('<');
  while (at != std::string_view::npos) {
    const std::size_t end = page.find('>', at);
    if (end == std::string_view::npos) return "a tag is not closed";
    std::string_view tag = page.substr(at + 1, end - at - 1);
    if (tag.find('<') != std::string_view::npos) return "a < within a tag";
    if (tag.starts_with("!DOCTYPE")) {
    } else if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) return "unmatched " + std::string(tag);
      open.pop_back();
    } else {
      std::size_t quotes = 0;
      for (const char letter : tag) quotes += letter == '"' ? 1 : 0;
      if (quotes % 2 != 0) return "an open quote in <" + std::string(tag) + ">";
      const std::string name(tag.substr(0, tag.find_first_of(" /")));
      if (!tag.ends_with('/')) open.push_back(name);
    }
    at = page.find('<', end);
    const std::string_view text =
        page.substr(end + 1, at == std::string_view::npos ? at : at - end - 1);
    const std::size_t ampersand = text.find('&');
    if (ampersand != std::string_view::npos &&
        text.find(';', ampersand) == std::string_view::npos) {
      return "a bare & in " + std::string(text);
    }
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++found;
  }
  return found;
}

TEST(ReportHtml, IsWellFormed) {
  EXPECT_EQ(fault_of(report_html(complete_report())), "");
  EXPECT_EQ(fault_of(report_html(failed_report())), "");
  EXPECT_EQ(fault_of(report_html(RunReport())), "");
}

TEST(ReportHtml, LoadsNothingFromElsewhere) {
  const std::string page = report_html(complete_report());

  EXPECT_FALSE(contains(page, "<script"));
  EXPECT_FALSE(contains(page, "src="));
  EXPECT_FALSE(contains(page, "href="));
  EXPECT_FALSE(contains(page, "url("));
  EXPECT_FALSE(contains(page, "@import"));
}

TEST(ReportHtml, FitsLightAndDark) {
  EXPECT_TRUE(contains(report_html(complete_report()), "prefers-color-scheme:dark"));
}

TEST(ReportHtml, ShowsItsFigures) {
  const std::string page = report_html(complete_report());

  EXPECT_TRUE(contains(page, "shop.orders"));
  EXPECT_TRUE(contains(page, "binlog.000042:987654"));
  EXPECT_TRUE(contains(page, "0-1-42"));
  EXPECT_TRUE(contains(page, "10.11.19-MariaDB"));
  EXPECT_TRUE(contains(page, "name cut to 63 bytes"));
  EXPECT_EQ(count(page, "<svg"), 6) << "mark, two curves, phases, lanes, tables";
}

TEST(ReportHtml, EscapesEveryTextThatComesFromData) {
  const std::string evil = "<img src=x onerror=alert(1)>&\"'\xff\x01";
  RunReport report = failed_report();
  for (std::string* text : {&report.version,
                            &report.command,
                            &report.started_at,
                            &report.outcome,
                            &report.error,
                            &report.hint,
                            &report.source,
                            &report.source_version,
                            &report.target,
                            &report.target_version,
                            &report.snapshot.method,
                            &report.snapshot.binlog_file,
                            &report.snapshot.gtid,
                            &report.phases[0].name,
                            &report.tables[0].source,
                            &report.tables[0].target,
                            &report.lanes[0].kind,
                            &report.notes[0].topic,
                            &report.notes[0].where,
                            &report.notes[0].message,
                            &report.left_in_target[0]}) {
    *text = evil;
  }

  const std::string page = report_html(report);

  EXPECT_FALSE(contains(page, "<img"));
  EXPECT_EQ(fault_of(page), "");
  EXPECT_FALSE(contains(page, "\xff"));
}

TEST(ReportHtml, SaysWhyARunFailedAndWhatIsLeft) {
  const std::string page = report_html(failed_report());

  EXPECT_TRUE(contains(page, "cannot store value: zero date"));
  EXPECT_TRUE(contains(page, "mend the value"));
  EXPECT_TRUE(contains(page, "keeps, unfinished"));
}

TEST(ReportHtml, OfARunThatReachedNoServerSaysNoMoreThanThat) {
  RunReport report;
  report.outcome = "failed";
  report.error = "cannot connect to the source";

  const std::string page = report_html(report);

  EXPECT_TRUE(contains(page, "cannot connect to the source"));
  EXPECT_FALSE(contains(page, "class=\"tile\""));
  EXPECT_FALSE(contains(page, "Snapshot"));
}

TEST(ReportHtml, DrawsARunOfAnInstant) {
  RunReport report = complete_report();
  report.wall_s = 0.05;
  report.phases = {{"copy", 0.01, 0.05}};
  report.samples = {};
  report.tables = {table_report("shop.orders", 1500, 0.01, 0.05)};

  const std::string page = report_html(report);

  EXPECT_EQ(fault_of(page), "");
  EXPECT_FALSE(contains(page, "nan") || contains(page, "inf"));
  EXPECT_TRUE(contains(page, "50<small>"));
}

TEST(ReportHtml, DrawsARunWithoutTimeOrRows) {
  RunReport report;
  report.outcome = "complete";
  report.phases = {{"connect", 0, 0}, {"copy", 0, 0}};
  report.tables = {table_report("shop.empty", 0, 0, 0)};
  report.lanes = {{"readers", 1, 0, 0, 0, 0, 0}};

  const std::string page = report_html(report);

  EXPECT_EQ(fault_of(page), "");
  EXPECT_FALSE(contains(page, "nan") || contains(page, "inf\""));
}

TEST(ReportHtml, SurvivesSamplesOutOfOrder) {
  RunReport report = complete_report();
  report.samples = {{7, 1500, 150000}, {2, 300, 30000}, {9.5, 1400, 1}};

  EXPECT_EQ(fault_of(report_html(report)), "");
}

TEST(ReportHtml, SumsTablesBeyondTheLongest30) {
  RunReport report = complete_report();
  report.tables.clear();
  for (int i = 0; i < 45; ++i) {
    report.tables.push_back(table_report("shop.t" + std::to_string(i), 10, 1, 2));
  }

  const std::string page = report_html(report);

  EXPECT_TRUE(contains(page, "15 more tables"));
  EXPECT_FALSE(contains(page, "<details><summary>1 to")) << "45 are not folded";
}

TEST(ReportHtml, OfFortyThousandTablesNamesTheLongestAndStaysSmall) {
  RunReport report = complete_report();
  report.tables.clear();
  for (int i = 0; i < 40'000; ++i) {
    report.tables.push_back(table_report("warehouse.a_table_of_the_long_tail_" + std::to_string(i),
                                         100, 1, 1.01 + i * 1e-6));
  }

  const std::string page = report_html(report);

  EXPECT_LT(page.size(), 1'000'000);
  EXPECT_TRUE(contains(page, "a_table_of_the_long_tail_39999<"));
  EXPECT_FALSE(contains(page, "a_table_of_the_long_tail_1<"));
  EXPECT_TRUE(contains(page, "that took longest of"));
  EXPECT_EQ(count(page, "<details><summary>"), 2) << "folded by the thousand";
  EXPECT_EQ(fault_of(page), "");
}

TEST(ReportHtml, SaysWhichSideSetThePace) {
  RunReport report = complete_report();
  report.lanes = {{"readers", 1, 2, 0, 8, 0, 0}, {"writers", 1, 2, 0, 0, 8, 0}};
  EXPECT_TRUE(contains(report_html(report), "The target set the pace"));

  report.lanes = {{"readers", 1, 2, 8, 0, 0, 0}, {"writers", 1, 2, 8, 0, 0, 0}};
  EXPECT_TRUE(contains(report_html(report), "The source set the pace"));
}

TEST(ReportHtml, CallsAFuzzyCopyOne) {
  RunReport report = complete_report();
  report.snapshot.method = "none (fuzzy copy)";

  const std::string page = report_html(report);

  EXPECT_TRUE(contains(page, "rows may come from different instants"));
  EXPECT_FALSE(contains(page, "Every row comes from this one instant"));
}

}  // namespace
}  // namespace millrace
