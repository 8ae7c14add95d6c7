#include "tools/millrace/command_settings.h"

namespace millrace {

std::vector<const Setting*> options_of(Command command) {
  std::vector<const Setting*> options;
  for (const Setting& setting : all_settings()) {
    if (setting.commands.has(command) && setting.option.starts_with("--")) {
      options.push_back(&setting);
    }
  }
  return options;
}

std::vector<std::string_view> positionals_of(Command command) {
  std::vector<std::string_view> names;
  for (const Setting& setting : all_settings()) {
    if (setting.commands.has(command) && !setting.option.starts_with("--")) {
      names.push_back(setting.option);
    }
  }
  return names;
}

std::vector<Command> takers_of(std::string_view option) {
  std::vector<Command> takers;
  for (const Setting& setting : all_settings()) {
    if (setting.option != option) continue;
    for (const Command command : all_commands) {
      if (setting.commands.has(command)) takers.push_back(command);
    }
  }
  return takers;
}

}  // namespace millrace
