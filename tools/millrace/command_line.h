#pragma once

#include <string>
#include <vector>

#include "tools/millrace/command.h"
#include "tools/millrace/request.h"

namespace millrace {

/// What the program was called to do.
struct CommandLine {
  Command command = Command::print;
  std::string print;       // command print: help or version, for stdout
  std::string docs_topic;  // command docs: "types", "exit-codes", "help"
  Request request;         // every command but print and docs
  std::string text;        // the whole call, for the report: quoted for a shell, passwords masked
};

/// Understand the arguments after the program's name; reads the job file that they name.
/// Errors: Error{bad_request} in one line, with the nearest option where one is misspelt.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

/// `argument` with the password of a URL in it as ***; anything else as it is.
std::string mask_password(const std::string& argument);

/// Overwrite the passwords in the process's own arguments, which any user of the machine may read
/// (ps, /proc/<pid>/cmdline). Call it first, after copying the arguments.
void hide_passwords(int argument_count, char** arguments) noexcept;

}  // namespace millrace
