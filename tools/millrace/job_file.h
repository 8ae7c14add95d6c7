#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/millrace/settings.h"

namespace millrace {

/// Read the text of a job file (TOML): `readers = 4`, `[source] url = "mysql://..."`, `[types]`.
/// Keys are those of all_settings(), with '_' or '-'. `path` is for messages only.
///
/// Errors: Error{bad_request}: line and column of what is no TOML; line, key and the nearest known
///         key of what we do not know; line and key of a value of the wrong kind.
std::vector<Assignment> parse_job_file(std::string_view text, const std::string& path);

/// As parse_job_file, for the file at `path`. Errors: also Error{bad_request} if it cannot be read.
std::vector<Assignment> read_job_file(const std::string& path);

}  // namespace millrace
