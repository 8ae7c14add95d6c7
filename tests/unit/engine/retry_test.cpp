#include "engine/retry.h"

#include <future>

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Retry, HelpsAgainstLostConnectionsConflictsTooManyClientsAndTooFewLocks) {
  EXPECT_TRUE(may_go_well_again(Error(ErrorKind::connection_lost, "")));
  EXPECT_TRUE(may_go_well_again(Error(ErrorKind::conflict, "")));
  EXPECT_TRUE(may_go_well_again(Error(ErrorKind::exhausted, "", {.code = "53300"})));
  EXPECT_TRUE(may_go_well_again(Error(ErrorKind::exhausted, "", {.code = "53200"})));
  EXPECT_TRUE(may_go_well_again(Error(ErrorKind::exhausted, "", {.code = "1040"})));
}

TEST(Retry, DoesNotHelpAgainstWhatStaysAsItIs) {
  EXPECT_FALSE(may_go_well_again(Error(ErrorKind::exhausted, "", {.code = "53100"})));  // disk full
  EXPECT_FALSE(
      may_go_well_again(Error(ErrorKind::conflict, "", {.code = std::string(run_taken_over)})));
  EXPECT_FALSE(may_go_well_again(Error(ErrorKind::bad_data, "")));
  EXPECT_FALSE(may_go_well_again(Error(ErrorKind::bad_request, "")));
  EXPECT_FALSE(may_go_well_again(Error(ErrorKind::commit_in_doubt, "")));
  EXPECT_FALSE(may_go_well_again(Error(ErrorKind::cancelled, "")));
}

TEST(Retry, PausesEndAtOnceWhenTheRunStops) {
  RetryPauses pauses({.retries = 1, .longest_pause = std::chrono::hours(1)});
  pauses.stop();

  EXPECT_THROW(pauses.pause(40), Error);
}

TEST(Retry, OpensUntilItGoesWell) {
  RetryPauses pauses({.retries = 5, .longest_pause = std::chrono::milliseconds(0)});
  int calls = 0;

  const int opened = open_again(pauses, [&] {
    if (++calls < 4) throw Error(ErrorKind::connection_lost, "not yet");
    return 17;
  });

  EXPECT_EQ(opened, 17);
  EXPECT_EQ(calls, 4);
}

TEST(Retry, GivesUpWithTheLastErrorAfterAsManyAttemptsAsItWasTold) {
  RetryPauses pauses({.retries = 3, .longest_pause = std::chrono::milliseconds(0)});
  int calls = 0;
  const auto fail = [&]() -> int {
    throw Error(ErrorKind::connection_lost, std::to_string(++calls));
  };

  try {
    open_again(pauses, fail);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "3");
  }
}

TEST(Retry, WaitsForAServerThatHasNoConnectionLeftAtFirst) {
  for (const char* code : {"53300", "1040", "1203", "1226"}) {
    RetryPauses pauses({.retries = 2, .longest_pause = std::chrono::milliseconds(0)});
    int calls = 0, told = 0;

    const int opened = open_patiently(
        pauses, 3,
        [&] {
          if (++calls < 3) throw Error(ErrorKind::exhausted, "too many", {.code = code});
          return 17;
        },
        [&](unsigned lane, const Error& error, unsigned attempt) {
          told += lane == 3 && attempt == 1 && error.where().code == code ? 1 : 0;
        });

    EXPECT_EQ(opened, 17) << code;
    EXPECT_EQ(told, 1) << code;
  }
}

TEST(Retry, WaitsForNothingElseWhereOnlyConnectionsMayLack) {
  RetryPauses pauses({.retries = 2, .longest_pause = std::chrono::milliseconds(0)});
  const auto open = [&]() -> int { throw Error(ErrorKind::connection_lost, "nobody is there"); };
  const RetriedLane told = [](unsigned, const Error&, unsigned) { FAIL(); };

  EXPECT_THROW(open_patiently(pauses, 0, open, told, lacks_connections), Error);
}

TEST(Retry, WaitsForNothingWhereNothingIsTriedAnew) {
  RetryPauses pauses({.retries = 0});
  const auto open = [&]() -> int {
    throw Error(ErrorKind::exhausted, "too many", {.code = "1040"});
  };

  EXPECT_THROW(open_patiently(pauses, 0, open, [](unsigned, const Error&, unsigned) { FAIL(); }),
               Error);
}

}  // namespace
}  // namespace millrace
