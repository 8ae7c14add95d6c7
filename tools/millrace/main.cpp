#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include "io/error.h"
#include "tools/millrace/command_line.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/error_printing.h"

namespace {

/// A script that a full disk cut short must not pass for a whole one. A reader who has seen enough
/// (`millrace plan | head`) is no fault.
void finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  if (errno == EPIPE) return;
  throw millrace::Error(millrace::ErrorKind::exhausted,
                        "cannot write the output: " + std::generic_category().message(errno), {},
                        "free some disk space, or write it elsewhere");
}

int run(const std::vector<std::string>& arguments) {
  const millrace::CommandLine line = millrace::parse_command_line(arguments);
  int code = 0;
  switch (line.command) {
    case millrace::Command::print: std::fputs(line.print.c_str(), stdout); break;
    case millrace::Command::extract:
    case millrace::Command::load:
    case millrace::Command::migrate: return millrace::run_migrate(line);
    case millrace::Command::verify: return millrace::run_verify(line);
    case millrace::Command::plan: millrace::run_plan(line); break;
    case millrace::Command::check: code = millrace::run_check(line); break;
    case millrace::Command::status: millrace::run_status(line); break;
    case millrace::Command::clean: millrace::run_clean(line); break;
    case millrace::Command::archive: millrace::run_archive_verify(line); break;
    case millrace::Command::load_rejects: millrace::run_load_rejects(line); break;
    case millrace::Command::docs: millrace::run_docs(line); break;
  }
  finish_output();
  return code;
}

}  // namespace

int main(int argument_count, char** argument_values) {
  const std::vector<std::string> arguments(argument_values + 1, argument_values + argument_count);
  millrace::hide_passwords(argument_count, argument_values);
  return millrace::run_and_print_errors([&] { return run(arguments); });
}
