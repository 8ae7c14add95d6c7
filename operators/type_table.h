#pragma once

#include <string>

namespace millrace {

/// docs/types.md: what every source type becomes, by asking map_column, and the switches.
std::string types_table_markdown();

}  // namespace millrace
