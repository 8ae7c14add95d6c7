#include "engine/text_rules.h"

#include "engine/fault_policy.h"
#include "io/error.h"

namespace millrace {
namespace {

/// Call `choose(rule, column)` for each column of text that a rule may mean, until it is done with
/// all; it says whether the rule does mean it.
template <class Rule, class Choose>
void each_column(const std::vector<Rule>& rules, const SourceCatalog& catalog,
                 std::string_view what, Choose choose) {
  for (const Rule& rule : rules) {
    bool idle = true;
    for (const SourceTable& table : catalog.tables) {
      for (const SourceColumn& column : table.columns) {
        if (!holds_text(column) || !selects_column(rule.column, table, column)) continue;
        if (choose(rule, column, table.full_name() + "." + column.name)) idle = false;
      }
    }
    if (!idle) continue;
    throw Error(ErrorKind::bad_request,
                "cannot use " + rule.origin + ": no column of " + std::string(what) + " matches '" +
                    rule.column + "'",
                {.side = Side::source},
                "write \"database.table.column\", \"table.column\" or \"column\"; each may have "
                "* and ?");
  }
}

}  // namespace

std::map<std::string, TextHolds> text_holds(const std::vector<CharsetRule>& rules,
                                            const SourceCatalog& catalog) {
  std::map<std::string, TextHolds> holds;
  each_column(rules, catalog, "text",
              [&](const CharsetRule& rule, const SourceColumn&, const std::string& name) {
                holds[name] = rule.holds;
                return true;
              });
  return holds;
}

std::map<std::string, CaseChoice> case_choices(const std::vector<CaseRule>& rules,
                                               const SourceCatalog& catalog) {
  std::map<std::string, CaseChoice> choices;
  each_column(rules, catalog, "text that ignores case",
              [&](const CaseRule& rule, const SourceColumn& column, const std::string& name) {
                const bool by_name = rule.column.find_first_of("*?[") == std::string::npos;
                if (!by_name && !ignores_case(column.collation)) return false;
                choices[name] = rule.becomes;
                return true;
              });
  return choices;
}

}  // namespace millrace
