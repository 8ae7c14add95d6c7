#pragma once

#include <string>
#include <vector>

namespace millrace {

/// The first few names, and how many more there are: "a, b, c and 12 more".
std::string name_list(const std::vector<std::string>& names, std::size_t shown = 5);

}  // namespace millrace
