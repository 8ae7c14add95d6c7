#include "engine/check/target_privileges.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "engine/name_list.h"
#include "engine/standing_guards.h"
#include "io/error.h"
#include "io/postgres/ddl.h"
#include "io/postgres/table_guards.h"

namespace millrace {
namespace {

constexpr std::string_view family = "privileges";

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Findings check_target_privileges(const Job& job, const Preparation& preparation,
                                 const std::vector<postgres::TablePrivileges>& standing) {
  std::vector<std::string> not_owned, not_emptied, not_filled, not_read, not_proven, sequences;
  std::set<std::string> schemas;
  for (const postgres::TablePrivileges& table : standing) {
    const std::string name = postgres::quote_qualified(table.schema, table.table);
    const auto& tables = preparation.translation.tables;
    const TargetTable* filled = nullptr;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const TargetTable& target = tables[i].target;
      if (preparation.exists[i] && target.schema == table.schema && target.name == table.table) {
        filled = &target;
      }
    }
    if (holds(preparation.to_drop, name) && !table.owned) not_owned.push_back(name);
    if (holds(preparation.to_truncate, name) && !table.may_truncate) not_emptied.push_back(name);
    if (filled == nullptr) continue;
    if (!table.may_use_schema) schemas.insert(postgres::quote_identifier(table.schema));
    if (!table.may_insert) not_filled.push_back(name);
    // The column's next value is told from its rows, and set.
    if (filled->next_identity) {
      if (!table.may_select) not_read.push_back(name);
      std::ranges::copy(table.closed_sequences, std::back_inserter(sequences));
    } else if (!table.may_select && job.verify != ProofDepth::none) {
      not_proven.push_back(name);
    }
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
  const std::vector<std::string> closed(schemas.begin(), schemas.end());
  refuse("use schemas of tables to be filled", closed,
         "GRANT USAGE ON SCHEMA " + name_list(closed, 50) + " TO " + role);
  refuse("read tables whose next number depends on their rows", not_read,
         "GRANT SELECT ON TABLE " + name_list(not_read, 50) + " TO " + role);
  refuse("set sequences that go on behind the rows", sequences,
         "GRANT UPDATE ON SEQUENCE " + name_list(sequences, 50) + " TO " + role);
  if (!not_proven.empty()) {
    findings.push_back(
        {Verdict::warn, family, "target tables",
         "the role may not read what it is to fill, so that nothing would be proven of it: " +
             name_list(not_proven),
         "GRANT SELECT ON TABLE " + name_list(not_proven, 50) + " TO " + role +
             "; or --verify none"});
  }
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

Findings check_guards(postgres::Connection& target, const Preparation& preparation) {
  const auto guards = guards_of(target, preparation.work);
  if (guards.empty()) return {};
  if (postgres::act_as_replica(target)) {
    target.execute("RESET session_replication_role");
    return {{Verdict::ok,
             family,
             "triggers and keys",
             "the role may let the triggers and foreign keys of the tables that stand sleep "
             "(session_replication_role)",
             {}}};
  }
  try {
    refuse_guards(guards, preparation.work, preparation.target.user);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_request) throw;
    return {{Verdict::fail, family, "triggers and keys", error.message(), error.hint()}};
  }
  return {{Verdict::ok,
           family,
           "triggers and keys",
           "the foreign keys of the tables that stand look at each row, and refer to none that "
           "is loaded",
           {}}};
}

}  // namespace millrace
