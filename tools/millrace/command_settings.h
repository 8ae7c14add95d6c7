#pragma once

#include <string_view>
#include <vector>

#include "tools/millrace/command_line.h"
#include "tools/millrace/settings.h"

namespace millrace {

/// May `setting` be given to `command`? Each command's options and help follow from this.
bool belongs_to(const Setting& setting, Command command) noexcept;

/// What stands in a call without an option, in order: "SOURCE", "TARGET", "DIR".
std::vector<std::string_view> positionals_of(Command command);

/// "migrate", as typed.
std::string_view name_of(Command command) noexcept;

}  // namespace millrace
