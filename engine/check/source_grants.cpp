#include "engine/check/source_grants.h"

#include <algorithm>
#include <cctype>

namespace millrace {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// The end of what is quoted at the beginning of `text`, behind the closing quote.
std::size_t end_of_quoted(std::string_view text) noexcept {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != quote) continue;
    if (i + 1 < text.size() && text[i + 1] == quote) {
      ++i;
    } else {
      return i + 1;
    }
  }
  return text.size();
}

bool is_quote(char c) noexcept { return c == '`' || c == '\'' || c == '"'; }

/// Where `word` stands outside quotes and parentheses, or npos.
std::size_t find_outside(std::string_view text, std::string_view word) noexcept {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_quote(text[i])) {
      i += end_of_quoted(text.substr(i)) - 1;
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')') {
      --depth;
    } else if (depth == 0 && text.substr(i).starts_with(word)) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || !is_quote(text.front())) return std::string(text);
  std::string name;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == text.front()) ++i;  // doubled
  }
  return name;
}

std::string account_in(std::string_view text) {
  // 'user'@'host' or `user`@`host`, then IDENTIFIED BY, WITH, REQUIRE ...
  text = trimmed(text);
  if (text.empty() || !is_quote(text.front())) return std::string(text.substr(0, text.find(' ')));
  const std::size_t user = end_of_quoted(text);
  if (user >= text.size() || text[user] != '@') return std::string(text.substr(0, user));
  const std::string_view host = text.substr(user + 1);
  const std::size_t host_bytes = host.empty()             ? 0
                                 : is_quote(host.front()) ? end_of_quoted(host)
                                                          : std::min(host.find(' '), host.size());
  std::string account(text.substr(0, user + 1 + host_bytes));
  std::replace(account.begin(), account.end(), '`', '\'');
  return account;
}

}  // namespace

bool matches_like(std::string_view pattern, std::string_view name) noexcept {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '%') {
    for (std::size_t skipped = 0; skipped <= name.size(); ++skipped) {
      if (matches_like(pattern.substr(1), name.substr(skipped))) return true;
    }
    return false;
  }
  if (name.empty()) return false;
  if (pattern.front() == '\\' && pattern.size() > 1) {
    return pattern[1] == name.front() && matches_like(pattern.substr(2), name.substr(1));
  }
  if (pattern.front() != '_' && pattern.front() != name.front()) return false;
  return matches_like(pattern.substr(1), name.substr(1));
}

SourceGrants::SourceGrants(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) read(line);
}

void SourceGrants::read(std::string_view line) {
  constexpr std::string_view grant = "GRANT ";
  if (!line.starts_with(grant)) return;
  line.remove_prefix(grant.size());
  const std::size_t on = find_outside(line, " ON ");
  if (on == std::string_view::npos) return;  // GRANT role TO account
  const std::string_view behind = line.substr(on + 4);
  const std::size_t to = find_outside(behind, " TO ");
  if (to == std::string_view::npos) return;
  if (account_.empty()) account_ = account_in(behind.substr(to + 4));

  const std::string_view object = trimmed(behind.substr(0, to));
  const std::size_t dot = find_outside(object, ".");
  if (dot == std::string_view::npos) return;
  if (find_outside(object, " ") != std::string_view::npos) return;  // FUNCTION `shop`.`f`
  Scope scope{.database = unquoted(object.substr(0, dot)), .table = {}, .privileges = {}};
  if (object.substr(dot + 1) != "*") scope.table = unquoted(object.substr(dot + 1));
  std::string_view rest = line.substr(0, on);
  while (!rest.empty()) {
    const std::size_t comma = find_outside(rest, ",");
    std::string privilege(trimmed(rest.substr(0, comma)));
    std::transform(privilege.begin(), privilege.end(), privilege.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    // Columns in parentheses: that is not the whole table.
    if (privilege.find('(') == std::string::npos) scope.privileges.insert(std::move(privilege));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  scopes_.push_back(std::move(scope));
}

bool SourceGrants::Scope::holds(std::string_view privilege) const {
  return privileges.contains(privilege) || privileges.contains("ALL PRIVILEGES") ||
         privileges.contains("ALL");
}

bool SourceGrants::everywhere(std::string_view privilege) const {
  return std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
    return scope.database == "*" && scope.holds(privilege);
  });
}

bool SourceGrants::on_database(std::string_view privilege, std::string_view database) const {
  return everywhere(privilege) ||
         std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
           return !scope.table && matches_like(scope.database, database) && scope.holds(privilege);
         });
}

bool SourceGrants::on_table(std::string_view privilege, std::string_view database,
                            std::string_view table) const {
  return on_database(privilege, database) ||
         std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
           return scope.table == table && scope.database == database && scope.holds(privilege);
         });
}

}  // namespace millrace
