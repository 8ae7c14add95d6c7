#include "tools/millrace/hook_settings.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "io/nearest_word.h"

namespace millrace {

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) {
    throw Error(ErrorKind::bad_request, "cannot read the SQL file " + path, {},
                "check its name; a path is taken from where millrace runs");
  }
  return text.str();
}

}  // namespace

std::vector<SqlHook> parse_hooks(const std::map<std::string, std::string>& given) {
  constexpr std::string_view source = "source:";
  std::vector<SqlHook> hooks;
  for (const auto& [when, what] : given) {
    SqlHook hook;
    std::string_view phase = when;
    if (phase.starts_with(source)) {
      hook.side = Side::source;
      phase.remove_prefix(source.size());
    }
    const auto known = std::find(hook_phase_words.begin(), hook_phase_words.end(), phase);
    if (known == hook_phase_words.end()) {
      const std::string_view meant = nearest_word(phase, hook_phase_words);
      throw Error(ErrorKind::bad_request, "cannot use sql: no such moment: '" + when + "'", {},
                  meant.empty() ? "use before_schema, after_schema, before_data, after_data, "
                                  "after_keys or end"
                                : "did you mean " + std::string(meant) + "?");
    }
    hook.phase = static_cast<HookPhase>(known - hook_phase_words.begin());
    hook.sql = what.starts_with('@') ? read_file(what.substr(1)) : what;
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

}  // namespace millrace
