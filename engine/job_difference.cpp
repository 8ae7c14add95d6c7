#include "engine/job_difference.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace millrace {

namespace {

constexpr std::size_t most_listed = 20;

const std::string* find(const JobSettings& settings, const std::string& name) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const auto& setting) { return setting.first == name; });
  return found == settings.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<std::string> differences(const JobSettings& then, const JobSettings& now) {
  std::vector<std::string> clauses;
  for (const auto& [name, value] : then) {
    const std::string* const given = find(now, name);
    if (given == nullptr) {
      clauses.push_back(fmt::format("{} was '{}' and is not given", name, value));
    } else if (*given != value) {
      clauses.push_back(fmt::format("{} was '{}' and is '{}'", name, value, *given));
    }
  }
  for (const auto& [name, value] : now) {
    if (find(then, name) == nullptr) {
      clauses.push_back(fmt::format("{} was not given and is '{}'", name, value));
    }
  }
  return clauses;
}

std::string listed(std::vector<std::string> clauses) {
  const std::size_t all = clauses.size();
  if (all > most_listed) clauses.resize(most_listed);
  std::string text = fmt::format("{}", fmt::join(clauses, "; "));
  if (all > most_listed) text += fmt::format("; and {} more", all - most_listed);
  return text;
}

}  // namespace millrace
