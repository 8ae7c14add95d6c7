#include "engine/check/target_privileges.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/check/name_list.h"
#include "io/postgres/ddl.h"

namespace millrace {
namespace {

constexpr std::string_view family = "privileges";

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Findings check_target_privileges(const Job& job, const Preparation& preparation,
                                 const std::vector<postgres::TablePrivileges>& standing) {
  std::vector<std::string> not_owned, not_emptied, not_filled;
  for (const postgres::TablePrivileges& table : standing) {
    const std::string name = postgres::quote_qualified(table.schema, table.table);
    const auto& tables = preparation.translation.tables;
    bool filled = false;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      filled = filled || (preparation.exists[i] && tables[i].target.schema == table.schema &&
                          tables[i].target.name == table.table);
    }
    if (holds(preparation.to_drop, name) && !table.owned) not_owned.push_back(name);
    if (holds(preparation.to_truncate, name) && !table.may_truncate) not_emptied.push_back(name);
    if (filled && !table.may_insert) not_filled.push_back(name);
  }
  const std::string role = postgres::quote_identifier(preparation.target.user);
  Findings findings;
  const auto refuse = [&](std::string_view what, const std::vector<std::string>& names,
                          const std::string& sql) {
    if (names.empty()) return;
    findings.push_back({Verdict::fail, family, "target tables",
                        fmt::format("the role may not {}: {}", what, name_list(names)),
                        fmt::format("{}", sql)});
  };
  refuse("drop tables that it does not own", not_owned,
         not_owned.empty() ? "" : "ALTER TABLE " + not_owned.front() + " OWNER TO " + role);
  refuse("empty", not_emptied,
         not_emptied.empty()
             ? ""
             : "GRANT TRUNCATE ON TABLE " + name_list(not_emptied, 50) + " TO " + role);
  refuse("insert into", not_filled,
         not_filled.empty() ? ""
                            : "GRANT INSERT ON TABLE " + name_list(not_filled, 50) + " TO " + role);
  if (findings.empty()) {
    findings.push_back({Verdict::ok,
                        family,
                        "target tables",
                        job.scope == Scope::data_only
                            ? "the role may load the tables"
                            : "the role may create, drop and load what the job asks for",
                        {}});
  }
  return findings;
}

}  // namespace millrace
