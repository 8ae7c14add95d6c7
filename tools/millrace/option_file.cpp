#include "tools/millrace/option_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

#include "io/error.h"

namespace millrace {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> groups = {"client", "client-server", "client-mariadb",
                                                    "millrace"};
constexpr int deepest_include = 10;  // Source: MySQL manual, the limit of its own clients

[[noreturn]] void refuse(const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot read the option file " + why, {}, std::move(hint));
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// A '#' begins a comment in the middle of a line, unless quotes hold it.
std::string_view without_comment(std::string_view text) noexcept {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quote != '\0') {
      ++i;
    } else if (quote != '\0') {
      if (text[i] == quote) quote = '\0';
    } else if (text[i] == '\'' || text[i] == '"') {
      quote = text[i];
    } else if (text[i] == '#') {
      return text.substr(0, i);
    }
  }
  return text;
}

std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'b': plain += '\b'; break;
      case 't': plain += '\t'; break;
      case 'n': plain += '\n'; break;
      case 'r': plain += '\r'; break;
      case 's': plain += ' '; break;
      case '\\': plain += '\\'; break;
      case '"': plain += '"'; break;
      case '\'': plain += '\''; break;
      default: plain += '\\'; plain += text[i];
    }
  }
  return plain;
}

std::string value_of(std::string_view text) {
  const std::string_view clean = trimmed(without_comment(text));
  const bool quoted = clean.size() >= 2 && (clean.front() == '"' || clean.front() == '\'') &&
                      clean.back() == clean.front();
  return unescaped(quoted ? clean.substr(1, clean.size() - 2) : clean);
}

std::string name_of_option(std::string_view text) {
  std::string name(trimmed(text));
  std::replace(name.begin(), name.end(), '_', '-');
  constexpr std::string_view loose = "loose-";
  return name.starts_with(loose) ? name.substr(loose.size()) : name;
}

void read_into(const fs::path& path, OptionFileValues& values, int depth);

void read_include(std::string_view directive, const fs::path& from, OptionFileValues& values,
                  int depth) {
  const std::size_t space = directive.find_first_of(" \t");
  if (space == std::string_view::npos) return;
  const std::string_view word = directive.substr(0, space);
  fs::path path(trimmed(directive.substr(space)));
  if (path.is_relative()) path = from.parent_path() / path;
  std::error_code fault;
  if (word == "!include" && fs::exists(path, fault)) {
    read_into(path, values, depth + 1);
  } else if (word == "!includedir") {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path, fault)) {
      if (entry.path().extension() == ".cnf") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) read_into(file, values, depth + 1);
  }
}

void read_into(const fs::path& path, OptionFileValues& values, int depth) {
  if (depth > deepest_include) refuse(path.string() + ": it includes itself", "drop the !include");
  std::ifstream file(path);
  if (!file) refuse(path.string() + ": it cannot be opened", "check the path and its permissions");
  bool ours = false;
  std::size_t number = 0;
  for (std::string whole; std::getline(file, whole);) {
    ++number;
    const std::string_view line = trimmed(whole);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '!') {
      read_include(line, path, values, depth);
      continue;
    }
    if (line.front() == '[') {
      const std::size_t end = line.find(']');
      if (end == std::string_view::npos) {
        refuse(path.string() + ": line " + std::to_string(number) + ": the [ is not closed",
               "write [client]");
      }
      const std::string_view group = line.substr(1, end - 1);
      ours = std::find(groups.begin(), groups.end(), group) != groups.end();
      continue;
    }
    if (!ours) continue;
    const std::size_t equals = line.find('=');
    const std::string name = name_of_option(without_comment(line.substr(0, equals)));
    values[name] = equals == std::string_view::npos ? "" : value_of(line.substr(equals + 1));
  }
}

/// As MySQL's clients: anybody could have put a server of his own into such a file.
bool is_world_writable(const fs::path& path) noexcept {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && (facts.st_mode & S_IWOTH) != 0;
}

}  // namespace

void read_option_file(const fs::path& path, OptionFileValues& values) {
  read_into(path, values, 0);
}

std::vector<fs::path> usual_option_files() {
  std::vector<fs::path> candidates = {"/etc/my.cnf", "/etc/mysql/my.cnf"};
  if (const char* home = std::getenv("MYSQL_HOME")) candidates.push_back(fs::path(home) / "my.cnf");
  if (const char* home = std::getenv("HOME")) candidates.push_back(fs::path(home) / ".my.cnf");
  std::vector<fs::path> files;
  for (const fs::path& candidate : candidates) {
    std::error_code fault;
    const bool readable = std::ifstream(candidate).is_open();
    if (fs::is_regular_file(candidate, fault) && readable && !is_world_writable(candidate)) {
      files.push_back(candidate);
    }
  }
  return files;
}

}  // namespace millrace
