#pragma once

#include <string_view>
#include <vector>

#include "tools/millrace/settings.h"

namespace millrace {

/// The options that `command` takes, in the order in which they are shown: each begins with "--".
std::vector<const Setting*> options_of(Command command);

/// What stands in a call without an option, in order: "SOURCE", "TARGET", "DIR".
std::vector<std::string_view> positionals_of(Command command);

/// The commands that take `option`; empty where there is none such.
std::vector<Command> takers_of(std::string_view option);

}  // namespace millrace
