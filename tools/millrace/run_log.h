#pragma once

#include <string>

namespace millrace {

/// Send log lines to stderr (`to_stderr`), to the end of `file` (unless empty), to both or nowhere.
/// Errors: Error{bad_request} if the file cannot be opened.
void open_run_log(bool to_stderr, const std::string& file);

}  // namespace millrace
