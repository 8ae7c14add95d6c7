#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/millrace/settings.h"

namespace millrace {

/// docs/job-file.md: every key of a job file, from all_settings().
std::string job_file_markdown();

/// The sections that hold keys of a fixed name, in order: "source", "target", ...
std::vector<std::string_view> job_file_sections();

/// The example of a setting that has a key, as lines of a job file that is whole by itself.
std::string example_lines(const Setting& setting);

}  // namespace millrace
