#include "operators/glob.h"

#include <algorithm>

namespace millrace {

namespace {

/// Match one `[...]` at the start of `pattern` with `c`; sets `length` to its length, 0 where the
/// bracket is never closed and stands for itself.
bool matches_set(std::string_view pattern, char c, std::size_t& length) noexcept {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  for (const std::size_t begin = at; at < pattern.size(); ++at) {
    if (pattern[at] == ']' && at > begin) {
      length = at + 1;
      return found != negated;
    }
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      found = found || (pattern[at] <= c && c <= pattern[at + 2]);
      at += 2;
    } else {
      found = found || pattern[at] == c;
    }
  }
  length = 0;
  return c == '[';
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view name) noexcept {
  // Where the last `*` stood, and how much of the name it has taken: only it ever has to give more.
  std::size_t star = std::string_view::npos, taken = 0, p = 0, n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
      continue;
    }
    if (p < pattern.size()) {
      std::size_t length = 1;
      bool same = pattern[p] == '?' || pattern[p] == name[n];
      if (pattern[p] == '[') {
        same = matches_set(pattern.substr(p), name[n], length);
        if (length == 0) length = 1;
      }
      if (same) {
        p += length;
        ++n;
        continue;
      }
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    n = ++taken;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool selects_table(const std::vector<std::string>& include, const std::vector<std::string>& exclude,
                   std::string_view database, std::string_view table) {
  const std::string full = std::string(database) + "." + std::string(table);
  const auto matches = [&](const std::string& pattern) {
    return matches_glob(pattern, pattern.find('.') == std::string::npos ? table : full);
  };
  return (include.empty() || std::any_of(include.begin(), include.end(), matches)) &&
         std::none_of(exclude.begin(), exclude.end(), matches);
}

}  // namespace millrace
