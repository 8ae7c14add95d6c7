#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/sql_hooks.h"

namespace millrace {

/// The hooks of `--sql WHEN=SQL` and of a job file's [sql]: WHEN is a phase, with "source:" in
/// front for the source; SQL that begins with @ names a file that holds it. Errors: bad_request for
/// an unknown phase, and for a file that cannot be read.
std::vector<SqlHook> parse_hooks(const std::map<std::string, std::string>& given);

}  // namespace millrace
