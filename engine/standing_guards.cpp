#include "engine/standing_guards.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/error.h"
#include "io/quoting.h"

namespace millrace {
namespace {

/// Tables of the plan that stood before it, by "schema.name".
std::set<std::string> standing_tables(const WorkPlan& plan) {
  std::set<std::string> names;
  for (const TableWork& table : plan.tables) {
    if (table.exists) names.insert(table.translated->target.full_name());
  }
  return names;
}

std::string parent_of(const postgres::TableGuard& key) {
  return key.referenced_schema + "." + key.referenced_table;
}

}  // namespace

std::vector<postgres::TableGuard> guards_of(postgres::Connection& target, const WorkPlan& plan) {
  const std::set<std::string> standing = standing_tables(plan);
  std::set<std::string> schemas;
  for (const TableWork& table : plan.tables) {
    if (table.exists) schemas.insert(table.translated->target.schema);
  }
  if (schemas.empty()) return {};
  std::vector<postgres::TableGuard> guards =
      postgres::read_table_guards(target, {schemas.begin(), schemas.end()});
  std::erase_if(guards, [&](const postgres::TableGuard& guard) {
    return !standing.contains(guard.schema + "." + guard.table);
  });
  return guards;
}

void refuse_guards(const std::vector<postgres::TableGuard>& guards, const WorkPlan& plan,
                   const std::string& user) {
  const std::set<std::string> standing = standing_tables(plan);
  std::vector<std::string> names;
  std::string advice;
  for (const postgres::TableGuard& guard : guards) {
    if (guard.foreign_key && !standing.contains(parent_of(guard))) continue;
    names.push_back((guard.foreign_key ? "foreign key " : "trigger ") + guard.full_name());
    if (!advice.empty() || guard.foreign_key) continue;
    advice = fmt::format(
        "; or disable them in a hook: --sql before_schema='ALTER TABLE {} DISABLE "
        "TRIGGER USER' and enable them in after_keys",
        postgres::quote_qualified(guard.schema, guard.table));
  }
  if (names.empty()) return;
  constexpr std::size_t shown = 10;
  std::string more;
  if (names.size() > shown) {
    more = fmt::format(" and {} more", names.size() - shown);
    names.resize(shown);
  }
  throw Error(ErrorKind::bad_request,
              fmt::format("cannot load into tables whose own triggers and foreign keys would see "
                          "each row, in an order of ours: {}{}",
                          fmt::join(names, ", "), more),
              {.side = Side::target},
              fmt::format("as a superuser: GRANT SET ON PARAMETER session_replication_role TO {} "
                          "(PostgreSQL 15 and later), or load as a superuser{}",
                          postgres::quote_identifier(user), advice));
}

std::vector<NoteReport> check_standing_keys(postgres::Connection& target,
                                            const std::vector<postgres::TableGuard>& guards,
                                            const std::set<std::string>& incomplete) {
  std::vector<NoteReport> notes;
  std::string broken;
  for (const postgres::TableGuard& key : guards) {
    if (!key.foreign_key) continue;
    const std::string count = target.query(key.orphans).at(0).at(0).text;
    if (count == "0") continue;
    const std::string told =
        fmt::format("{}: {} rows refer to no row of {}", key.full_name(), count, parent_of(key));
    if (incomplete.contains(parent_of(key))) {
      notes.push_back({"foreign key", key.full_name(),
                       fmt::format("{} rows refer to rows of {} that were rejected or lost a value",
                                   count, parent_of(key))});
    } else {
      broken += (broken.empty() ? "" : "; ") + told;
    }
  }
  if (!broken.empty()) {
    throw Error(ErrorKind::bad_data, "rows break foreign keys of the target: " + broken,
                {.side = Side::target},
                "all rows are in, and PostgreSQL takes the keys for valid: mend the rows on both "
                "sides, or drop the keys");
  }
  return notes;
}

}  // namespace millrace
