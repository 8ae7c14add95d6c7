#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "engine/check/check.h"
#include "engine/stop_request.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/credentials.h"
#include "tools/millrace/signals.h"
#include "tools/millrace/terminal_size.h"

namespace millrace {
namespace {

/// Ask for the passwords that the servers want; whatever else is wrong is for the check to tell.
void ask_for_passwords(Request& request, StopRequest& stop) {
  const auto ask = [&](Endpoint& endpoint, auto connect) {
    while (!stop.raised()) {
      try {
        connect();
        return;
      } catch (const Error& error) {
        if (!wants_password(error, request)) return;
      }
      prompt_password(endpoint);
    }
  };
  if (!can_prompt()) return;
  ask(request.job.source, [&] { const mysql::Connection source(request.job.source); });
  ask(request.job.target,
      [&] { const postgres::Connection target(request.job.target, "millrace check"); });
}

int exit_code_of(Verdict worst) noexcept {
  switch (worst) {
    case Verdict::ok: return 0;
    case Verdict::warn: return 1;
    case Verdict::fail: break;
  }
  return 2;
}

}  // namespace

int run_check(const CommandLine& line) {
  Request request = line.request;
  if (!request.scan_given) request.job.scan = ScanDepth::sample;
  StopRequest stop;
  const SignalWatch signals(stop);
  complete_credentials(request, process_environment);
  if (request.source_given) prompt_where_asked(request, request.job.source);
  if (request.target_given) prompt_where_asked(request, request.job.target);
  ask_for_passwords(request, stop);
  const CheckReport report = check(request.job, stop);
  constexpr unsigned widest = 120;
  const auto size = terminal_size(STDOUT_FILENO);
  const std::string text = request.json
                               ? check_json(report)
                               : check_text(report, size ? std::min(size->columns, widest) : 100,
                                            size && colors_wanted());
  std::fwrite(text.data(), 1, text.size(), stdout);
  return exit_code_of(worst_of(report.findings));
}

}  // namespace millrace
