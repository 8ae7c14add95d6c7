#pragma once

#include <span>
#include <string>
#include <string_view>

#include "io/error.h"

namespace millrace {

/// The run got to its end, but rows wait in reject files.
inline constexpr int exit_complete_with_rejects = 8;

/// What an operator should know of one kind of error.
struct ErrorAdvice {
  ErrorKind kind;
  std::string_view meaning;   // one line
  std::string_view reaction;  // what millrace does by itself
  std::string_view remedy;    // what to type
};

/// One per ErrorKind, in the order of the exit codes.
std::span<const ErrorAdvice> error_advice();

/// "2  bad request: ...", a line per exit code, for --help.
std::string exit_codes_text();

/// The same with reactions and remedies as Markdown, for docs/operations.md.
std::string exit_codes_markdown();

}  // namespace millrace
