#include "engine/report_charts.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(ReportCharts, StepsOfAnAxisAreRound) {
  EXPECT_DOUBLE_EQ(axis_step(1'050'000, 4), 500'000);
  EXPECT_DOUBLE_EQ(axis_step(400, 4), 100);
  EXPECT_DOUBLE_EQ(axis_step(0.03, 4), 0.01);
}

TEST(ReportCharts, AnAxisOfNothingHasAStepToo) { EXPECT_DOUBLE_EQ(axis_step(0, 4), 1); }

TEST(ReportCharts, TimeIsDividedAsAClockDoes) {
  EXPECT_DOUBLE_EQ(time_axis_step(0.05, 10), 0.005);
  EXPECT_DOUBLE_EQ(time_axis_step(38, 10), 5);
  EXPECT_DOUBLE_EQ(time_axis_step(130, 10), 15);
  EXPECT_DOUBLE_EQ(time_axis_step(1146, 10), 120);
  EXPECT_DOUBLE_EQ(time_axis_step(7 * 86400, 10), 86400);
  EXPECT_DOUBLE_EQ(time_axis_step(100 * 86400, 10), 10 * 86400);
}

TEST(ReportCharts, ABarOfNoTimeIsNotDrawnButNamed) {
  Bar bar;
  bar.label = "shop.empty";
  bar.value = "0 s";
  bar.segments = {{.series = "rows", .name = "rows", .seconds = 0}};

  const std::string svg = bars_svg("time per table", {bar}, 0);

  EXPECT_TRUE(contains(svg, "shop.empty"));
  EXPECT_FALSE(contains(svg, "<rect"));
}

TEST(ReportCharts, ALongLabelIsCutAndWholeInItsTooltip) {
  const std::string name = "warehouse.a_very_long_name_of_a_table_that_never_ends";
  Bar bar;
  bar.label = name;

  const std::string svg = bars_svg("time per table", {bar}, 1);

  EXPECT_TRUE(contains(svg, "…"));
  EXPECT_TRUE(contains(svg, "<title>" + name + "</title>"));
}

TEST(ReportCharts, SharesAddUpToTheWhole) {
  Bar bar;
  bar.label = "readers";
  bar.segments = {{.series = "work", .name = "working", .seconds = 3},
                  {.series = "idle", .name = "idle", .seconds = 1}};

  const std::string svg = shares_svg("lanes", {bar});

  EXPECT_TRUE(contains(svg, ">75 %<"));
  EXPECT_TRUE(contains(svg, ">25 %<"));
}

}  // namespace
}  // namespace millrace
