#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "engine/migrate.h"
#include "engine/stop_request.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/credentials.h"
#include "tools/millrace/signals.h"
#include "tools/millrace/step_table.h"
#include "tools/millrace/terminal_size.h"

namespace millrace {
namespace {

Plan plan_asking_for_passwords(Request& request, StopRequest& stop) {
  while (true) {
    Endpoint* endpoint = nullptr;
    try {
      return plan(request.job, stop);
    } catch (const Error& error) {
      if (stop.raised() || !can_prompt() || !wants_password(error, request)) throw;
      endpoint = error.where().side == Side::source ? &request.job.source : &request.job.target;
    }
    prompt_password(*endpoint);
  }
}

std::string script_of(const Plan& plan) {
  std::string script;
  for (const std::string& statement : plan.ddl) {
    // A comment may have several lines; SQL of the user's own may have one in front.
    const std::size_t last_line = statement.rfind('\n') + 1;
    const bool comment = std::string_view(statement).substr(last_line).starts_with("--");
    script += statement + (comment ? "\n" : ";\n");
  }
  return script;
}

}  // namespace

int run_plan(const CommandLine& line) {
  Request request = line.request;
  StopRequest stop;
  const SignalWatch signals(stop);
  complete_credentials(request, process_environment);
  if (request.source_given) prompt_where_asked(request, request.job.source);
  if (request.target_given) prompt_where_asked(request, request.job.target);
  const Plan made = plan_asking_for_passwords(request, stop);
  std::string text;
  if (request.json) {
    text = plan_json(made);
  } else if (request.ddl) {
    text = script_of(made);
  } else {
    constexpr unsigned widest = 160;
    const auto size = terminal_size(STDOUT_FILENO);
    text = plan_text(made, size ? std::min(size->columns, widest) : 100);
    text += steps_text(request.job.steps);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace millrace
