#pragma once

#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// Settings of a job by name, as Job::settings has them.
using JobSettings = std::vector<std::pair<std::string, std::string>>;

/// How a job differs from the one that began a run, one clause for each setting:
/// "--exclude was 'a' and is 'b'".
std::vector<std::string> differences(const JobSettings& then, const JobSettings& now);

/// The clauses as one text; only so many of them that it can be read.
std::string listed(std::vector<std::string> clauses);

}  // namespace millrace
