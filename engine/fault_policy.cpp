#include "engine/fault_policy.h"

#include <algorithm>

#include "io/error.h"
#include "operators/glob.h"
#include "operators/meant_table.h"

namespace millrace {

namespace {

bool selects(const FaultRule& rule, const SourceTable& table, const SourceColumn& column) {
  return means_table(table, rule.origin, [&](const std::string& database, const std::string& name) {
    return selects_column(rule.column, database, name, column.name);
  });
}

bool selects_any(const FaultRule& rule, const SourceTable& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const SourceColumn& column) { return selects(rule, table, column); });
}

}  // namespace

bool selects_column(const std::string& glob, const std::string& database, const std::string& table,
                    const std::string& column) {
  switch (std::count(glob.begin(), glob.end(), '.')) {
    case 0: return matches_glob(glob, column);
    case 1: return matches_glob(glob, table + "." + column);
    default: return matches_glob(glob, database + "." + table + "." + column);
  }
}

std::vector<FaultPolicy> fault_policies(const std::vector<FaultRule>& rules, FaultPolicy otherwise,
                                        const SourceTable& source,
                                        const TranslatedTable& translated) {
  std::vector<FaultPolicy> policies;
  for (const TranslatedColumn& column : translated.columns) {
    FaultPolicy policy = otherwise;
    for (const FaultRule& rule : rules) {
      if (selects(rule, source, source.columns[column.source])) policy = rule.on_fault;
    }
    policies.push_back(policy);
  }
  return policies;
}

void refuse_idle_fault_rules(const std::vector<FaultRule>& rules, const SourceCatalog& catalog) {
  for (const FaultRule& rule : rules) {
    if (std::any_of(catalog.tables.begin(), catalog.tables.end(),
                    [&](const SourceTable& table) { return selects_any(rule, table); })) {
      continue;
    }
    throw Error(ErrorKind::bad_request,
                "cannot use " + rule.origin + ": no column matches '" + rule.column + "'",
                {.side = Side::source},
                "write \"database.table.column\", \"table.column\" or \"column\"; each may have "
                "* and ?");
  }
}

std::vector<NoteReport> notes_on_fault_rules(const std::vector<FaultRule>& rules,
                                             const SourceCatalog& catalog,
                                             const Translation& translation) {
  std::vector<NoteReport> notes;
  if (rules.empty()) return notes;
  for (const TranslatedTable& table : translation.tables) {
    const SourceTable& source = catalog.tables[table.source];
    // Without a policy for all: a rule that names the column asked for NULL in it.
    const auto policies = fault_policies(rules, FaultPolicy::stop, source, table);
    for (std::size_t i = 0; i < policies.size(); ++i) {
      const TranslatedColumn& column = table.columns[i];
      if (policies[i] != FaultPolicy::null || table.target.columns[column.target].nullable) {
        continue;
      }
      notes.push_back({"fault", source.full_name() + "." + source.columns[column.source].name,
                       "NOT NULL: a value that does not fit cannot become NULL, so it stops the "
                       "run; on_fault = \"reject\" sets the row aside"});
    }
  }
  return notes;
}

}  // namespace millrace
