#pragma once

#include <string>
#include <vector>

namespace millrace {

/// The operator's steps, numbered, under a heading; empty where there are none.
std::string checklist_text(const std::vector<std::string>& steps);

}  // namespace millrace
