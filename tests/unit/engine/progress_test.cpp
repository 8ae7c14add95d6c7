#include "engine/progress.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace millrace {
namespace {

double total_seconds(const LaneMeter& meter) {
  double total = 0;
  for (std::size_t state = 0; state < stall_kinds; ++state) {
    total += meter.seconds(static_cast<Stall>(state));
  }
  return total;
}

/// A Progress with one lane of each kind and tables of the given estimates, in one chunk each.
Progress& started(Progress& progress, const std::vector<std::uint64_t>& estimates) {
  std::vector<Progress::TableSpec> tables;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    tables.push_back({.name = "t" + std::to_string(i), .rows_estimate = estimates[i], .chunks = 1});
  }
  progress.start(std::move(tables), 1, 1, 1);
  return progress;
}

// ---- lanes

TEST(LaneMeter, BooksNothingBeforeItIsEntered) {
  const LaneMeter meter;

  EXPECT_EQ(total_seconds(meter), 0);
}

TEST(LaneMeter, CountsTheStateUnderWay) {
  LaneMeter meter;
  meter.enter(Stall::working);

  const double first = meter.seconds(Stall::working);
  const double second = meter.seconds(Stall::working);

  EXPECT_GE(second, first);
  EXPECT_EQ(meter.seconds(Stall::target), 0);
}

TEST(LaneMeter, KeepsWhatWasBookedWhenItMovesOn) {
  LaneMeter meter;
  meter.enter(Stall::working);
  meter.enter(Stall::target);

  const double booked = meter.seconds(Stall::working);

  EXPECT_GT(booked, 0);
  EXPECT_EQ(meter.seconds(Stall::working), booked) << "only the state under way grows";
}

TEST(LaneMeter, BooksEachNanosecondToOneState) {
  LaneMeter meter;
  const auto begin = LaneMeter::Clock::now();
  meter.enter(Stall::working);
  for (int i = 0; i < 1000; ++i) meter.enter(i % 2 == 0 ? Stall::source : Stall::working);

  const double booked = total_seconds(meter);

  const double passed = std::chrono::duration<double>(LaneMeter::Clock::now() - begin).count();
  EXPECT_LE(booked, passed);
}

TEST(LaneMeter, StallScopeGoesBackToTheStateBefore) {
  LaneMeter meter;
  meter.enter(Stall::working);
  {
    const StallScope waiting(meter, Stall::buffer);
    EXPECT_EQ(meter.state(), Stall::buffer);
  }

  EXPECT_EQ(meter.state(), Stall::working);
}

TEST(LaneMeter, MovesBookedTimeToAnotherState) {
  LaneMeter meter;
  meter.enter(Stall::working);
  meter.enter(Stall::idle);

  meter.reassign(Stall::working, Stall::source, 2'000'000'000);

  EXPECT_DOUBLE_EQ(meter.seconds(Stall::source), 2.0);
  EXPECT_EQ(meter.seconds(Stall::working), 0) << "never below nothing";
}

TEST(LaneMeter, AReaderNeverSeesTimeTwice) {
  LaneMeter meter;
  const auto begin = LaneMeter::Clock::now();
  std::atomic<bool> done{false};
  std::thread lane([&] {
    meter.enter(Stall::working);
    for (int i = 0; i < 200'000; ++i) meter.enter(i % 2 == 0 ? Stall::target : Stall::working);
    done = true;
  });

  double worst = 0;
  while (!done) {
    const double seen = meter.seconds(Stall::working);
    const double passed = std::chrono::duration<double>(LaneMeter::Clock::now() - begin).count();
    worst = std::max(worst, seen - passed);
  }
  lane.join();

  EXPECT_LE(worst, 0) << "one state cannot have taken more time than passed";
}

// ---- phases

TEST(Progress, APhaseEndsWhereTheNextBegins) {
  Progress progress;
  progress.set_phase("connect");
  progress.set_phase("copy");

  const std::vector<PhaseReport> phases = progress.phases();

  ASSERT_EQ(phases.size(), 2);
  EXPECT_EQ(phases[0].name, "connect");
  EXPECT_EQ(phases[0].end_s, phases[1].begin_s);
  EXPECT_EQ(progress.phase(), "copy");
}

TEST(Progress, ThePhaseUnderWayEndsNow) {
  Progress progress;
  progress.set_phase("copy");

  const std::vector<PhaseReport> phases = progress.phases();

  EXPECT_GE(phases.back().end_s, phases.back().begin_s);
  EXPECT_LE(phases.back().end_s, progress.elapsed_s());
}

TEST(Progress, HasNoPhaseAtFirst) { EXPECT_EQ(Progress().phase(), ""); }

// ---- tables

TEST(Progress, StartFixesTablesAndLanes) {
  Progress progress;

  progress.start({{.name = "shop.a", .rows_estimate = 7, .chunks = 2}}, 3, 2, 1);

  EXPECT_TRUE(progress.started());
  EXPECT_EQ(progress.table_count(), 1);
  EXPECT_EQ(progress.table(0).name, "shop.a");
  EXPECT_EQ(progress.lanes(LaneKind::reader), 3);
  EXPECT_EQ(progress.lanes(LaneKind::writer), 2);
  EXPECT_EQ(progress.lanes(LaneKind::builder), 1);
  EXPECT_EQ(progress.lane(LaneKind::reader, 2).state(), Stall::idle);
}

TEST(Progress, AddsUpItsTables) {
  Progress progress;
  started(progress, {10, 20});
  progress.table(0).rows_read = 4;
  progress.table(1).rows_read = 5;
  progress.table(1).bytes_read = 500;
  progress.table(1).rows_committed = 3;

  EXPECT_EQ(progress.rows_read(), 9);
  EXPECT_EQ(progress.bytes_read(), 500);
  EXPECT_EQ(progress.rows_committed(), 3);
  EXPECT_EQ(progress.rows_estimate(), 30);
}

TEST(Progress, ReadingMoreThanWasGuessedCorrectsTheGuess) {
  Progress progress;
  started(progress, {10});
  progress.table(0).rows_read = 25;

  EXPECT_EQ(expected_rows(progress.table(0)), 25);
}

TEST(Progress, CommittedRowsReplaceTheGuessWhenAllChunksAreIn) {
  Progress progress;
  started(progress, {1000});
  progress.table(0).rows_committed = 800;
  progress.table(0).chunks_done = 1;

  EXPECT_EQ(expected_rows(progress.table(0)), 800);
}

// ---- samples and reports

TEST(Progress, SamplesCarryWhatWasRead) {
  Progress progress;
  started(progress, {10});
  progress.table(0).rows_read = 4;
  progress.table(0).bytes_read = 40;

  progress.sample();

  ASSERT_EQ(progress.samples().size(), 1);
  EXPECT_EQ(progress.samples()[0].rows, 4);
  EXPECT_EQ(progress.samples()[0].copy_bytes, 40);
}

TEST(Progress, SamplingBeforeTheStartIsNothingRead) {
  Progress progress;

  progress.sample();

  EXPECT_EQ(progress.samples()[0].rows, 0);
}

TEST(Progress, KeepsSamplesOfALongRunBoundedAndInOrder) {
  Progress progress;
  for (int i = 0; i < 20'000; ++i) progress.sample();

  const std::vector<SamplePoint> samples = progress.samples();

  EXPECT_LE(samples.size(), 4096);
  EXPECT_GE(samples.size(), 2);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    ASSERT_GE(samples[i].at_s, samples[i - 1].at_s);
  }
}

TEST(Progress, ReportsEachKindOfLane) {
  Progress progress;
  started(progress, {});
  progress.lane(LaneKind::writer, 0).enter(Stall::target);

  const std::vector<LaneReport> reports = progress.lane_reports();

  ASSERT_EQ(reports.size(), 3);
  EXPECT_EQ(reports[0].kind, "readers");
  EXPECT_EQ(reports[1].kind, "writers");
  EXPECT_EQ(reports[2].kind, "builders");
  EXPECT_GT(reports[1].waiting_for_target_s, 0);
  EXPECT_EQ(reports[1].waiting_for_source_s, 0);
}

TEST(Progress, ReportsNoLanesBeforeTheStart) { EXPECT_TRUE(Progress().lane_reports().empty()); }

}  // namespace
}  // namespace millrace
