#pragma once

#include <functional>
#include <string>

#include "io/error.h"

namespace millrace {

/// Run `command` and return its exit code. This is the one place that prints an error: on stderr,
/// `millrace: what` and below it `  hint: what to type`; the exit code tells its kind.
int run_and_print_errors(const std::function<int()>& command);

/// The lines that run_and_print_errors() prints for `error`.
std::string error_text(const Error& error);

}  // namespace millrace
