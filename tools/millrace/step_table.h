#pragma once

#include <string>
#include <vector>

#include "engine/job.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// One [[step]] of a job file: the key text, and one of source or target (a query whose first value
/// is true once the step is done) or done ("gates", "moved"), or none of these.
/// Errors: Error{bad_request} with the place in the file.
Step read_step_table(const SettingTable& table);

/// The operator's steps, numbered, under a heading; empty where there are none.
std::string steps_text(const std::vector<Step>& steps);

}  // namespace millrace
