#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// What an account of the source may do, as SHOW GRANTS tells it: on everything, on databases by
/// pattern, and on single tables.
class SourceGrants {
 public:
  /// `lines`: the answer to SHOW GRANTS, a statement each. What is not understood is passed over.
  explicit SourceGrants(const std::vector<std::string>& lines);

  /// The account as GRANT wants it: "'reader'@'%'"; empty where the server did not say.
  const std::string& account() const noexcept { return account_; }

  /// Whether `privilege` ("SELECT", "LOCK TABLES") is held everywhere.
  bool everywhere(std::string_view privilege) const;
  /// Whether it is held on all of `database`.
  bool on_database(std::string_view privilege, std::string_view database) const;
  /// Whether it is held on `table` of `database`.
  bool on_table(std::string_view privilege, std::string_view database,
                std::string_view table) const;

 private:
  struct Scope {
    std::string database;              // a LIKE pattern; "*": all
    std::optional<std::string> table;  // none: all of them
    std::set<std::string, std::less<>> privileges;

    bool holds(std::string_view privilege) const;
  };

  void read(std::string_view line);

  std::string account_;
  std::vector<Scope> scopes_;
};

/// Whether `name` matches a pattern of LIKE: '%' any text, '_' any character, '\' quotes.
bool matches_like(std::string_view pattern, std::string_view name) noexcept;

}  // namespace millrace
