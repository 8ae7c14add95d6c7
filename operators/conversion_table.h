#pragma once

#include <string>

namespace millrace {

/// docs/conversions.md: how cast rules are written, and every conversion of named_conversions().
std::string conversions_markdown();

}  // namespace millrace
