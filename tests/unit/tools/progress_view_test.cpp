#include "tools/millrace/progress_view.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace millrace {
namespace {

void start(Progress& progress, const std::vector<std::uint64_t>& estimates) {
  std::vector<Progress::TableSpec> tables;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    tables.push_back({.name = "t" + std::to_string(i), .rows_estimate = estimates[i], .chunks = 1});
  }
  progress.start(std::move(tables), 2, 1, 1);
}

TEST(ProgressView, BeforeTheStartHasAPhaseOnly) {
  Progress progress;
  progress.set_phase("connect");

  const ProgressView view = ProgressObserver(progress).look(8);

  EXPECT_EQ(view.phase, "connect");
  EXPECT_FALSE(view.started);
}

TEST(ProgressView, CountsTables) {
  Progress progress;
  start(progress, {100, 100, 100});
  progress.table(0).done = true;
  progress.table(1).started = true;

  const ProgressView view = ProgressObserver(progress).look(8);

  EXPECT_EQ(view.tables, 3);
  EXPECT_EQ(view.tables_done, 1);
  EXPECT_EQ(view.tables_under_way, 1);
}

TEST(ProgressView, ListsTheLargestUnderWayInTheOrderOfTheWork) {
  Progress progress;
  start(progress, {10, 1000, 20, 500});
  for (std::size_t i = 0; i < 4; ++i) progress.table(i).started = true;

  const ProgressView view = ProgressObserver(progress).look(2);

  ASSERT_EQ(view.under_way.size(), 2);
  EXPECT_EQ(view.under_way[0].name, "t1");
  EXPECT_EQ(view.under_way[1].name, "t3");
  EXPECT_EQ(view.tables_under_way, 4);
}

TEST(ProgressView, ATableWhoseRowsAreInWaitsUnseenForItsKeys) {
  Progress progress;
  start(progress, {100});
  progress.table(0).started = true;
  progress.table(0).chunks_done = 1;
  EXPECT_EQ(ProgressObserver(progress).look(8).tables_under_way, 0);

  progress.table(0).keys_running = true;
  const ProgressView view = ProgressObserver(progress).look(8);

  ASSERT_EQ(view.under_way.size(), 1);
  EXPECT_TRUE(view.under_way[0].building_keys);
}

TEST(ProgressView, CountsLanes) {
  Progress progress;
  start(progress, {1});

  const ProgressView view = ProgressObserver(progress).look(8);

  unsigned readers = 0;
  for (const unsigned lanes : view.sides[0].lanes) readers += lanes;
  EXPECT_EQ(readers, 2);
}

TEST(ProgressView, ARetriedChunkTakesTheRateBackNotBelowNothing) {
  Progress progress;
  start(progress, {1000});
  ProgressObserver observer(progress);
  progress.table(0).rows_read = 500;
  observer.look(8);
  progress.table(0).rows_read = 100;

  const ProgressView view = observer.look(8);

  EXPECT_GE(view.rows_per_s, 0);
  EXPECT_EQ(view.rows, 100);
}

TEST(ProgressView, TellsEachFinishedTableOnce) {
  Progress progress;
  start(progress, {1, 1});
  ProgressObserver observer(progress);
  progress.table(1).done = true;

  EXPECT_EQ(observer.take_finished_tables(), std::vector<std::string>{"t1"});
  EXPECT_TRUE(observer.take_finished_tables().empty());
}

}  // namespace
}  // namespace millrace
