#include "tools/millrace/command.h"

namespace millrace {

std::string_view name_of(Command command) noexcept {
  switch (command) {
    case Command::migrate: return "migrate";
    case Command::plan: return "plan";
    case Command::check: return "check";
    case Command::verify: return "verify";
    case Command::extract: return "extract";
    case Command::load: return "load";
    case Command::load_rejects: return "load --rejects";
    case Command::archive: return "archive verify";
    case Command::status: return "status";
    case Command::clean: return "clean";
    case Command::docs: return "docs";
    case Command::print: return "";
  }
  return "";
}

}  // namespace millrace
