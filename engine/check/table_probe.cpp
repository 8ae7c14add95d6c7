#include "engine/check/table_probe.h"

#include <set>

#include <fmt/format.h>

#include "engine/name_list.h"
#include "engine/quantity_text.h"
#include "io/error.h"

namespace millrace {
namespace {

/// Errors that tell of a damaged MyISAM or Aria table: its files are not there, of a wrong format,
/// crashed, or were repaired in vain. Source: MariaDB manual, "MariaDB Error Codes"; below 1000
/// my_base.h.
const std::set<std::string> damaged_codes = {"126",  "127",  "130",  "134",  "144",  "145", "1016",
                                             "1017", "1033", "1034", "1035", "1194", "1195"};
const std::set<std::string> denied_codes = {"1044", "1142", "1143", "1370"};

}  // namespace

Findings probe_tables(mysql::Connection& source, const WorkPlan& work, const SourceGrants& grants,
                      Probe which) {
  const std::string account = grants.account().empty() ? "<account>" : grants.account();
  std::vector<std::string> denied;
  std::set<std::string> missing;
  std::vector<std::string> damaged;
  std::string repairs;
  Findings findings;
  const auto probe = [&](const std::string& database, const std::string& table, bool transactional,
                         const std::string& select) {
    // Only engines without transactions leave tables damaged behind.
    const bool doubtful = !transactional || !grants.on_database("SELECT", database);
    if (which == Probe::doubtful_tables && !doubtful) return;
    const std::string quoted =
        mysql::quote_identifier(database) + "." + mysql::quote_identifier(table);
    try {
      source.execute(select + " LIMIT 0");
      // InnoDB opens a table whose file is gone, and tells only who wants a row.
      if (transactional) source.execute("SELECT 1 FROM " + quoted + " LIMIT 1");
    } catch (const Error& error) {
      const std::string name = database + "." + table;
      const std::string& code = error.where().code;
      if (denied_codes.contains(code)) {
        denied.push_back(name);
        missing.insert("GRANT SELECT ON " + mysql::quote_identifier(database) + ".* TO " + account);
      } else if (damaged_codes.contains(code)) {
        damaged.push_back(name);
        repairs += (repairs.empty() ? "REPAIR TABLE " : ", ") + quoted;
      } else if (error.kind() == ErrorKind::connection_lost) {
        throw;
      } else {
        findings.push_back({Verdict::fail, "source", "tables",
                            fmt::format("{} cannot be read: {}", name, error.message()),
                            error.hint()});
      }
    }
  };
  for (const TableWork& work_table : work.tables) {
    const SourceTable& table = *work_table.source;
    for (std::size_t i = 0; i < table.members.size(); ++i) {
      const SourceMember& member = table.members[i];
      probe(member.database, member.name, member.transactional,
            work_table.select_of(i) + work_table.filter);
    }
    if (!table.consolidated()) {
      probe(table.database, table.name, table.transactional, work_table.select + work_table.filter);
    }
  }
  if (!denied.empty()) {
    std::string sql;
    for (const std::string& grant : missing) sql += (sql.empty() ? "" : "; ") + grant;
    findings.push_back(
        {Verdict::fail, "privileges", "select",
         fmt::format("the account may not read {} of {} tables: {}", count_text(denied.size()),
                     count_text(work.tables.size()), name_list(denied)),
         sql});
  } else {
    findings.push_back(
        {Verdict::ok,
         "privileges",
         "select",
         fmt::format("SELECT is refused on none of {} tables", count_text(work.tables.size())),
         {}});
  }
  if (!damaged.empty()) {
    findings.push_back({Verdict::fail, "source", "damaged tables",
                        "crashed, and not to be read: " + name_list(damaged),
                        repairs + " (mysqlcheck repairs many in one go)"});
  }
  return findings;
}

}  // namespace millrace
