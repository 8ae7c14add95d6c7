#include "tools/millrace/progress_frame.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/shown_text.h"

namespace millrace {
namespace {

/// A run in the middle of its copy: `tables` of them under way.
ProgressView copying(std::size_t tables) {
  ProgressView view;
  view.elapsed_s = 65;
  view.phase = "copy";
  view.started = true;
  view.rows = 2'500'000;
  view.rows_expected = 4'000'000;
  view.bytes = 400'000'000;
  view.rows_per_s = 1'180'000;
  view.bytes_per_s = 182e6;
  view.seconds_left = 1.3;
  view.tables = 40'000;
  view.tables_done = 17;
  view.tables_under_way = tables;
  for (std::size_t i = 0; i < std::min<std::size_t>(tables, 8); ++i) {
    view.under_way.push_back({.name = "shop.table_" + std::to_string(i),
                              .rows = 10,
                              .rows_expected = 40,
                              .building_keys = false});
  }
  view.sides[0] = {.kind = LaneKind::reader, .lanes = {2, 0, 1, 0, 0}};
  view.sides[1] = {.kind = LaneKind::writer, .lanes = {1, 0, 0, 2, 0}};
  view.sides[2] = {.kind = LaneKind::builder, .lanes = {0, 0, 0, 0, 1}};
  return view;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(ProgressFrame, ShowsWhatOneWantsToKnow) {
  const std::string text = joined(progress_frame(copying(2), {.width = 120, .height = 30}));

  EXPECT_TRUE(contains(text, "copy  01:05  17 of 40,000 tables done"));
  EXPECT_TRUE(contains(text, "62.5 %"));
  EXPECT_TRUE(contains(text, "2.50M of 4.00M rows"));
  EXPECT_TRUE(contains(text, "1.18M rows/s  182 MB/s"));
  EXPECT_TRUE(contains(text, "about 00:01 left"));
  EXPECT_TRUE(contains(text, "shop.table_1"));
  EXPECT_TRUE(contains(text, "readers: 2 reading, 1 waiting for memory"));
  EXPECT_TRUE(contains(text, "writers: 1 writing, 2 waiting for target"));
}

TEST(ProgressFrame, NoLineIsWiderThanTheTerminal) {
  for (unsigned width = 20; width <= 200; ++width) {
    for (const std::string& line : progress_frame(copying(30), {.width = width, .height = 24})) {
      EXPECT_LT(columns_of(line), width) << line;
    }
  }
}

TEST(ProgressFrame, FitsALowTerminal) {
  EXPECT_LT(progress_frame(copying(400), {.width = 80, .height = 10}).size(), 10);
  EXPECT_LE(progress_frame(copying(400), {.width = 80, .height = 200}).size(), 14);
}

TEST(ProgressFrame, CountsTheTablesThatItDoesNotShow) {
  EXPECT_TRUE(contains(joined(progress_frame(copying(1000), {.width = 100, .height = 40})),
                       "and 992 more tables under way"));
}

TEST(ProgressFrame, HasNoEscapesWithoutColor) {
  EXPECT_FALSE(
      contains(joined(progress_frame(copying(3), {.width = 100, .color = false})), "\x1b"));
}

TEST(ProgressFrame, LetsNoEscapeOfANameReachTheTerminal) {
  ProgressView view = copying(1);
  view.under_way[0].name = "shop.\x1b[2Jevil\n";

  EXPECT_FALSE(contains(joined(progress_frame(view, {.width = 100, .color = false})), "\x1b"));
}

TEST(ProgressFrame, IsPlainAsciiWhereTheTerminalWantsIt) {
  const std::string text =
      joined(progress_frame(copying(3), {.width = 100, .color = false, .unicode = false}));

  for (const char letter : text) EXPECT_LT(static_cast<unsigned char>(letter), 0x80);
}

TEST(ProgressFrame, SaysThatItStops) {
  ProgressView view = copying(1);
  view.stopping = true;

  EXPECT_TRUE(contains(progress_frame(view, {.width = 100})[0], "Ctrl-C again exits at once"));
}

TEST(ProgressFrame, SaysHowFarTheProofIs) {
  ProgressView view = copying(0);
  view.phase = "verify";
  view.rows_read_back = 1'240'000;
  view.rows_to_read_back = 4'000'000;

  EXPECT_TRUE(contains(progress_frame(view, {.width = 100})[0], "verify 31.0 %"));
  EXPECT_TRUE(contains(progress_line(view), "verify 31.0 %"));
  EXPECT_TRUE(contains(progress_json(view), R"("rows_read_back":1240000)"));

  view.rows_to_read_back = 0;  // the source is read at the same time: nobody knows how many
  EXPECT_FALSE(contains(progress_line(view), "verify 31"));
}

TEST(ProgressFrame, BeforeTheTablesAreKnownShowsThePhase) {
  ProgressView view;
  view.phase = "connect";

  EXPECT_EQ(progress_frame(view, {.width = 80}), std::vector<std::string>{"connect  00:00"});
}

TEST(ProgressFrame, SaysAHundredPercentOnlyWhenItIs) {
  ProgressView view = copying(0);
  view.rows = 3'999'999;
  EXPECT_FALSE(contains(progress_line(view), "100.0 %"));

  view.rows = 4'000'000;
  EXPECT_TRUE(contains(progress_line(view), "100.0 %"));
}

TEST(ProgressFrame, GoesByTablesWhenThereAreNoRows) {
  ProgressView view = copying(0);
  view.rows = 0;
  view.rows_expected = 0;
  view.tables_done = 10'000;

  EXPECT_TRUE(contains(progress_line(view), "25.0 %"));
}

TEST(ProgressFrame, APlainLineIsOneLine) {
  const std::string line = progress_line(copying(3));

  EXPECT_FALSE(contains(line, "\n") || contains(line, "\x1b"));
  EXPECT_TRUE(contains(line, "2,500,000 of 4,000,000 rows"));
}

TEST(ProgressFrame, JsonIsOneObjectOnOneLine) {
  const std::string line = progress_json(copying(2));

  const nlohmann::json json = nlohmann::json::parse(line);
  EXPECT_FALSE(contains(line, "\n"));
  EXPECT_EQ(json["event"], "progress");
  EXPECT_EQ(json["rows"], 2'500'000);
  EXPECT_EQ(json["under_way"][1]["table"], "shop.table_1");
  EXPECT_EQ(json["lanes"]["writers"]["waiting_for_target"], 2);
}

TEST(ProgressFrame, JsonSaysNullWhereNothingIsKnown) {
  ProgressView view = copying(0);
  view.seconds_left.reset();

  EXPECT_TRUE(nlohmann::json::parse(progress_json(view))["seconds_left"].is_null());
}

}  // namespace
}  // namespace millrace
