#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "engine/extract.h"
#include "engine/migrate.h"
#include "engine/stop_request.h"
#include "engine/verify/verify.h"
#include "io/error.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/credentials.h"
#include "tools/millrace/error_printing.h"
#include "tools/millrace/exit_codes.h"
#include "tools/millrace/run_log.h"
#include "tools/millrace/signals.h"
#include "tools/millrace/terminal_progress.h"
#include "tools/millrace/terminal_size.h"

namespace millrace {
namespace {

/// What run_once() came to: the report is filled in either case.
struct Outcome {
  RunReport report;
  std::exception_ptr failure;
};

/// migrate(), extract(), load() or verify().
using Engine = void (*)(const Job&, Progress&, StopRequest&, RunReport&);

Outcome run_once(Engine engine, const CommandLine& line, const Request& request,
                 StopRequest& stop) {
  Outcome outcome;
  outcome.report.version = MILLRACE_VERSION;
  outcome.report.command = line.text;
  Progress progress;
  const TerminalProgress shown(progress, stop, request.progress);
  // Held, not handled: the reports are written whatever happened, then it goes on its way.
  try {
    engine(request.job, progress, stop, outcome.report);
  } catch (...) {
    outcome.failure = std::current_exception();
  }
  return outcome;
}

/// The side that refused us for want of a password, where somebody can be asked for it.
Endpoint* refused_endpoint(const std::exception_ptr& failure, Request& request,
                           const StopRequest& stop) {
  if (!failure || stop.raised() || !can_prompt()) return nullptr;
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    if (!wants_password(error, request)) return nullptr;
    return error.where().side == Side::source ? &request.job.source : &request.job.target;
  } catch (...) {
    return nullptr;
  }
}

void log_end(const RunReport& report) {
  if (report.error.empty()) {
    spdlog::info("{}: {} rows in {:.1f} s", report.outcome, report.rows, report.wall_s);
  } else {
    spdlog::error("{}: {}", report.outcome, report.error);
  }
}

void print_end(const RunReport& report, const Request& request) {
  if (request.progress == ProgressStyle::json) {
    const nlohmann::ordered_json end = {{"event", "end"},
                                        {"outcome", report.outcome},
                                        {"error", report.error},
                                        {"hint", report.hint},
                                        {"rows", report.rows},
                                        {"copy_bytes", report.copy_bytes},
                                        {"rows_rejected", report.rows_rejected},
                                        {"values_nulled", report.values_nulled},
                                        {"wall_s", report.wall_s},
                                        {"left_in_target", report.left_in_target}};
    const std::string text =
        end.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
    std::fputs(text.c_str(), stderr);
  }
  const bool nothing_happened =
      !reached_end(report) && report.tables.empty() && report.left_in_target.empty();
  if (nothing_happened) return;
  constexpr unsigned widest = 120;
  const auto size = terminal_size(STDOUT_FILENO);
  std::fputs(report_summary(report, size ? std::min(size->columns, widest) : 100).c_str(), stdout);
}

/// Found out before the run, not after hours of it.
void refuse_unwritable_reports(const Request& request) {
  for (const std::string& path : request.reports) {
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    const std::string folder = parent.empty() ? "." : parent.string();
    std::error_code fault;
    if (std::filesystem::is_directory(path, fault)) {
      errno = EISDIR;
    } else if (::access(folder.c_str(), W_OK | X_OK) == 0) {
      continue;
    }
    throw Error(ErrorKind::bad_request,
                "cannot use --report " + path + ": " + std::generic_category().message(errno), {},
                "name a file in a folder that exists and may be written");
  }
}

void write_reports(const RunReport& report, const Request& request) {
  for (const std::string& path : request.reports) {
    write_report(report, path);
    std::printf("report: %s\n", path.c_str());
  }
}

int run_with(Engine engine, const CommandLine& line) {
  Request request = line.request;
  refuse_unwritable_reports(request);
  open_run_log(request.verbose, request.log_file);
  StopRequest stop;
  const SignalWatch signals(stop);
  // A job file may name a side that the command does not have.
  const bool has_source = line.command != Command::load;
  const bool has_target = line.command != Command::extract;
  if (has_source) complete_source_credentials(request, process_environment);
  if (has_target) complete_target_credentials(request, process_environment);
  if (has_source) prompt_where_asked(request, request.job.source);
  if (has_target) prompt_where_asked(request, request.job.target);
  spdlog::info("{}", line.text);

  Outcome outcome = run_once(engine, line, request, stop);
  while (Endpoint* endpoint = refused_endpoint(outcome.failure, request, stop)) {
    prompt_password(*endpoint);
    outcome = run_once(engine, line, request, stop);
  }
  log_end(outcome.report);
  print_end(outcome.report, request);
  if (outcome.failure) {
    // The run's own error decides the exit code; a report that cannot be written is told besides.
    run_and_print_errors([&] {
      write_reports(outcome.report, request);
      return 0;
    });
    std::fflush(stdout);
    std::rethrow_exception(outcome.failure);
  }
  write_reports(outcome.report, request);
  return outcome.report.rows_rejected == 0 ? 0 : exit_complete_with_rejects;
}

}  // namespace

int run_migrate(const CommandLine& line) {
  switch (line.command) {
    case Command::extract: return run_with(extract, line);
    case Command::load: return run_with(load, line);
    default: return run_with(migrate, line);
  }
}

int run_verify(const CommandLine& line) { return run_with(verify, line); }

}  // namespace millrace
