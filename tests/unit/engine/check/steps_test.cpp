#include "engine/check/steps.h"

#include <optional>

#include <gtest/gtest.h>

namespace millrace {
namespace {

constexpr StepState unseen = StepState::unseen;
constexpr StepState open = StepState::open;
constexpr StepState done = StepState::done;

std::size_t current(std::initializer_list<StepState> states) {
  std::vector<SeenStep> steps;
  for (const StepState state : states) steps.push_back({"", state});
  return current_step(steps);
}

TEST(Steps, TheFirstThatIsNotDoneComesNext) {
  EXPECT_EQ(current({open, open}), 0U);
  EXPECT_EQ(current({done, open, open}), 1U);
  EXPECT_EQ(current({done, done}), 2U);
  EXPECT_EQ(current({}), 0U);
}

TEST(Steps, OneThatCannotBeSeenIsDoneWhenALaterOneIs) {
  EXPECT_EQ(current({done, unseen, open}), 1U);
  EXPECT_EQ(current({done, unseen, done, open}), 3U);
  EXPECT_EQ(current({unseen, done, unseen}), 2U);
}

TEST(Steps, OneThatIsSeenToBeOpenIsNeverPassedOver) {
  EXPECT_EQ(current({open, done, done}), 0U) << "the farm runs again";
  EXPECT_EQ(current({done, unseen, open, done}), 2U) << "moved before the upgrade";
}

TEST(Steps, OneWhoseSignIsNullAgainStaysBehindTheMove) {
  // Slurm's accounting: stop, look, move, start. NULL where something was written lately.
  const StepState stop = state_of_answer(std::nullopt);
  EXPECT_EQ(current({stop, unseen, open, unseen}), 0U) << "slurmdbd runs";
  EXPECT_EQ(current({done, unseen, open, unseen}), 1U) << "it was stopped";
  EXPECT_EQ(current({stop, unseen, done, unseen}), 3U) << "it writes on after the move";
}

TEST(Steps, AnAnswerThatIsNullTellsNothing) {
  EXPECT_EQ(state_of_answer(std::nullopt), unseen) << "no table has an update time";
  EXPECT_EQ(state_of_answer("1"), done);
  EXPECT_EQ(state_of_answer("t"), done);
  EXPECT_EQ(state_of_answer("0"), open);
  EXPECT_EQ(state_of_answer("f"), open);
  EXPECT_EQ(state_of_answer(""), open);
}

TEST(Steps, WithoutEvidenceNothingIsSeen) {
  const std::vector<Step> steps = {{.text = "stop", .seen_by = StepSign::source_query, .sql = "?"},
                                   {.text = "check", .seen_by = StepSign::gates, .sql = ""},
                                   {.text = "move", .seen_by = StepSign::moved, .sql = ""},
                                   {.text = "enable", .seen_by = StepSign::none, .sql = ""}};
  for (const SeenStep& step : look_at_steps(steps, {})) EXPECT_EQ(step.state, unseen) << step.text;
  EXPECT_EQ(look_at_steps(steps, {.gates_pass = true})[1].state, done);
  EXPECT_EQ(look_at_steps(steps, {.gates_pass = false})[1].state, open);
}

}  // namespace
}  // namespace millrace
