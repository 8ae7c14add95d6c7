#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Whether `name` matches `pattern`: `*` any run, `?` one character, `[a-z]` one of a set,
/// `[!a-z]` one not of it; everything else is itself.
bool matches_glob(std::string_view pattern, std::string_view name) noexcept;

/// Whether a table is asked for: some `include` matches (or there is none) and no `exclude` does.
/// A pattern with a dot is held against "database.table", one without against the table's name.
bool selects_table(const std::vector<std::string>& include, const std::vector<std::string>& exclude,
                   std::string_view database, std::string_view table);

}  // namespace millrace
