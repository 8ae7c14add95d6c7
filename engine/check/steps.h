#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/job.h"
#include "engine/work_plan.h"
#include "io/mysql/connection.h"
#include "io/postgres/connection.h"

namespace millrace {

/// What can be seen of a step.
enum class StepState : std::uint8_t {
  unseen,  // there is nothing to look at, or it could not be looked at
  open,
  done,
};

struct SeenStep {
  std::string text;
  StepState state = StepState::unseen;
};

/// What the steps' signs are looked for in; none of what could not be had.
struct StepEvidence {
  mysql::Connection* source = nullptr;
  postgres::Connection* target = nullptr;
  std::optional<bool> gates_pass;
  const WorkPlan* work = nullptr;
};

/// Look for each step's sign. A query that is refused shows nothing.
/// Errors: connection_lost, cancelled.
std::vector<SeenStep> look_at_steps(std::span<const Step> steps, const StepEvidence& evidence);

/// What the first value of a step's query says. None, for NULL, says nothing.
StepState state_of_answer(std::optional<std::string_view> answer) noexcept;

/// The step that comes next: the first that is not done. One that cannot be seen is passed over if
/// a later one is done. steps.size() when all are.
std::size_t current_step(std::span<const SeenStep> steps);

}  // namespace millrace
