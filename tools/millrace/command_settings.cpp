#include "tools/millrace/command_settings.h"

#include <algorithm>
#include <array>

namespace millrace {

namespace {

template <std::size_t count>
bool is_one_of(std::string_view option,
               const std::array<std::string_view, count>& options) noexcept {
  return std::find(options.begin(), options.end(), option) != options.end();
}

/// Options that say something of a target, beside its own section.
constexpr std::array of_target = std::to_array<std::string_view>(
    {"TARGET", "--if-exists", "--skip-keys", "--data-only", "--schema-only", "--builders",
     "--skip-analyze", "--spill", "--spill-limit", "--spill-level", "--no-ledger", "--scan",
     "--verify"});
/// Options that say something of a source, or of what its rows become, beside its own sections.
constexpr std::array of_source = std::to_array<std::string_view>(
    {"SOURCE", "--profile", "--snapshot", "--chunk-bytes", "--schema-only", "--cast", "--on-fault",
     "--reject-dir", "--skip-digest", "--spill", "--spill-limit", "--spill-level", "--scan",
     "--skip-check", "--resume-changed"});
constexpr std::array<std::string_view, 2> of_archive = {"DIR", "--compression"};

bool belongs_to_extract(const Setting& setting) noexcept {
  if (is_one_of(setting.option, of_archive)) return true;
  // In a job file the scope is a word; an archive always has rows.
  const bool scope = setting.option.empty() && setting.key == "scope";
  return setting.migrate && setting.section != "target" && !scope &&
         !is_one_of(setting.option, of_target);
}

bool belongs_to_load(const Setting& setting) noexcept {
  if (setting.option == "DIR") return true;
  // What rows and columns become was decided when they were extracted.
  return setting.migrate && setting.section != "source" && setting.section != "types" &&
         setting.section != "schema" && !is_one_of(setting.option, of_source);
}

}  // namespace

bool belongs_to(const Setting& setting, Command command) noexcept {
  switch (command) {
    case Command::migrate: return setting.migrate;
    case Command::plan: return setting.plan;
    case Command::check: return setting.belongs_to_check();
    case Command::verify: return setting.verify;
    case Command::extract: return belongs_to_extract(setting);
    case Command::load: return belongs_to_load(setting);
    case Command::archive: return setting.option == "DIR" || setting.option == "--json";
    case Command::status:
    case Command::clean:
      return setting.section == "target" || setting.option == "--password-prompt" ||
             (command == Command::status && setting.option == "--json");
    case Command::print:
    case Command::docs: return false;
  }
  return false;
}

std::vector<std::string_view> positionals_of(Command command) {
  switch (command) {
    case Command::extract: return {"SOURCE", "DIR"};
    case Command::load: return {"DIR", "TARGET"};
    case Command::archive: return {"DIR"};
    case Command::status:
    case Command::clean: return {"TARGET"};
    default: return {"SOURCE", "TARGET"};
  }
}

std::string_view name_of(Command command) noexcept {
  switch (command) {
    case Command::migrate: return "migrate";
    case Command::plan: return "plan";
    case Command::check: return "check";
    case Command::verify: return "verify";
    case Command::extract: return "extract";
    case Command::load: return "load";
    case Command::archive: return "archive verify";
    case Command::status: return "status";
    case Command::clean: return "clean";
    case Command::docs: return "docs";
    case Command::print: return "";
  }
  return "";
}

}  // namespace millrace
