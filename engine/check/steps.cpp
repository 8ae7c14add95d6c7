#include "engine/check/steps.h"

#include <algorithm>

#include "engine/check/moved_tables.h"
#include "engine/ledger_schema.h"
#include "io/error.h"
#include "io/mysql/catalog.h"

namespace millrace {

namespace {

template <class Session>
StepState ask(Session* session, const std::string& sql) {
  if (session == nullptr) return StepState::unseen;
  try {
    const auto rows = session->query(sql);
    if (rows.empty() || rows[0].empty()) return StepState::open;
    if (rows[0][0].null) return state_of_answer(std::nullopt);
    return state_of_answer(rows[0][0].text);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::connection_lost || error.kind() == ErrorKind::cancelled) throw;
    return StepState::unseen;
  }
}

StepState look_for_tables(postgres::Connection* target, const WorkPlan* work) {
  if (target == nullptr || work == nullptr) return StepState::unseen;
  const bool none = work->tables.empty() && look_for_ledger(*target) == LedgerState::ready;
  return none || find_moved_tables(*target, *work) ? StepState::done : StepState::open;
}

StepState look_at(const Step& step, const StepEvidence& evidence) {
  switch (step.seen_by) {
    case StepSign::none: break;
    case StepSign::source_query: return ask(evidence.source, step.sql);
    case StepSign::target_query: return ask(evidence.target, step.sql);
    case StepSign::gates:
      if (!evidence.gates_pass) break;
      return *evidence.gates_pass ? StepState::done : StepState::open;
    case StepSign::moved: return look_for_tables(evidence.target, evidence.work);
  }
  return StepState::unseen;
}

}  // namespace

std::vector<SeenStep> look_at_steps(std::span<const Step> steps, const StepEvidence& evidence) {
  if (evidence.source != nullptr && !steps.empty()) mysql::want_fresh_statistics(*evidence.source);
  std::vector<SeenStep> seen;
  for (const Step& step : steps) seen.push_back({step.text, look_at(step, evidence)});
  return seen;
}

StepState state_of_answer(std::optional<std::string_view> answer) noexcept {
  if (!answer) return StepState::unseen;
  return *answer == "t" || *answer == "1" ? StepState::done : StepState::open;
}

std::size_t current_step(std::span<const SeenStep> steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].state == StepState::done) continue;
    const bool passed = steps[i].state == StepState::unseen &&
                        std::ranges::any_of(steps.subspan(i + 1), [](const SeenStep& later) {
                          return later.state == StepState::done;
                        });
    if (!passed) return i;
  }
  return steps.size();
}

}  // namespace millrace
