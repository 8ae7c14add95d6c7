#pragma once

#include "tools/millrace/command_line.h"

namespace millrace {

/// Each runs one command and returns its exit code. Errors: Error, as the engine gives it.
int run_migrate(const CommandLine& line);  // also extract and load
int run_plan(const CommandLine& line);
int run_check(const CommandLine& line);
int run_status(const CommandLine& line);
int run_clean(const CommandLine& line);
int run_verify(const CommandLine& line);
int run_archive_verify(const CommandLine& line);
int run_docs(const CommandLine& line);
int run_load_rejects(const CommandLine& line);

}  // namespace millrace
