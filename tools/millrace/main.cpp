#include <cstdio>
#include <string>
#include <vector>

#include "tools/millrace/command_line.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/error_printing.h"

namespace {

int run(const std::vector<std::string>& arguments) {
  const millrace::CommandLine line = millrace::parse_command_line(arguments);
  switch (line.command) {
    case millrace::Command::print: std::fputs(line.print.c_str(), stdout); return 0;
    case millrace::Command::migrate: return millrace::run_migrate(line);
    case millrace::Command::plan: return millrace::run_plan(line);
    case millrace::Command::docs: return millrace::run_docs(line);
  }
  return 0;
}

}  // namespace

int main(int argument_count, char** argument_values) {
  const std::vector<std::string> arguments(argument_values + 1, argument_values + argument_count);
  millrace::hide_passwords(argument_count, argument_values);
  return millrace::run_and_print_errors([&] { return run(arguments); });
}
