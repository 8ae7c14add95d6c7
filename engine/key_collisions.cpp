#include "engine/key_collisions.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/quantity_text.h"
#include "io/quoting.h"

namespace millrace {
namespace {

constexpr int most_shown = 3;

/// The indexed expressions without their direction.
std::vector<std::string> keys_of(const TargetIndex& index) {
  constexpr std::string_view direction = " DESC";
  std::vector<std::string> keys = index.parts;
  for (std::string& key : keys) {
    if (key.ends_with(direction)) key.resize(key.size() - direction.size());
  }
  return keys;
}

}  // namespace

bool is_collision(const Error& error) noexcept {
  return error.where().code == "23505";  // unique_violation
}

std::string collision_hint() {
  return "make them differ at the source, or --skip-keys; where only the target takes them for "
         "one, --case-insensitive keep; millrace check --scan full counts them beforehand";
}

Error with_collisions(const Error& error, postgres::Connection& session, const TargetTable& table,
                      const TargetIndex& index) {
  if (!index.unique || !is_collision(error)) return error;
  const std::vector<std::string> keys = keys_of(index);
  std::string given;
  for (const std::string& key : keys) {
    given += (given.empty() ? "" : " AND ") + ("(" + key + ") IS NOT NULL");
  }
  const std::string text =
      fmt::format("concat_ws(', ', {}) COLLATE pg_catalog.\"C\"", fmt::join(keys, ", "));
  const auto rows = session.query(
      fmt::format("SELECT count(*) OVER (), min({0}), max({0}) FROM {1} WHERE {2} GROUP BY {3} "
                  "HAVING count(*) > 1 ORDER BY 2 LIMIT {4}",
                  text, postgres::quote_qualified(table.schema, table.name), given,
                  fmt::join(keys, ", "), most_shown));
  if (rows.empty()) return error;
  std::string shown;
  for (const postgres::Row& row : rows) {
    const bool alike = row.at(1).text == row.at(2).text;
    shown += (shown.empty() ? "" : ", ") + ("'" + row.at(1).text + "'") +
             (alike ? "" : " = '" + row.at(2).text + "'");
  }
  Where where = error.where();
  return {error.kind(),
          fmt::format("{}; keys that several rows hold: {} ({})", error.message(),
                      count_text(std::stoull(rows.front().at(0).text)), shown),
          std::move(where), collision_hint()};
}

}  // namespace millrace
