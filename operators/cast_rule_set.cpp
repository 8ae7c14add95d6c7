#include "operators/cast_rule_set.h"

#include <string_view>

#include "io/error.h"
#include "io/nearest_word.h"

namespace millrace {

const CastRule* CastRuleSet::find(const SourceTable& table, const SourceColumn& column) {
  std::size_t best = rules_.size();
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (!may_select(rules_[i], table, column)) continue;
    ++selected_[i];
    if (best == rules_.size() || closeness(rules_[i]) >= closeness(rules_[best])) best = i;
  }
  if (best == rules_.size() || !selects(rules_[best], table, column)) return nullptr;
  ++won_[best];
  return &rules_[best];
}

void CastRuleSet::refuse_unknown(const CastRule& rule) const {
  // What comes nearest, column by column, in as many parts as the rule has.
  const std::size_t n_parts = name_parts(rule.columns).size();
  std::vector<std::string> names;
  for (const SourceTable& table : catalog_.tables) {
    for (const SourceColumn& column : table.columns) {
      names.push_back((n_parts == 3 ? table.database + "." : "") + table.name + "." + column.name);
    }
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string_view meant = nearest_word(rule.columns, known);
  throw Error(ErrorKind::bad_request,
              "cannot use " + rule.origin + ": no column is called " + rule.columns +
                  (rule.type.empty() ? "" : " and of this type"),
              {.side = Side::source},
              meant.empty() ? "columns are written table.column or database.table.column, and "
                              "tables that are left out have none"
                            : "did you mean " + std::string(meant) + "?");
}

std::vector<CastRuleSet::Remark> CastRuleSet::remarks() const {
  std::vector<Remark> remarks;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (won_[i] != 0 || rules_[i].optional) continue;
    if (selected_[i] != 0) {
      remarks.push_back({&rules_[i],
                         "never applies: closer or later rules decide over all of its "
                         "columns"});
    } else if (rules_[i].columns.empty()) {
      remarks.push_back({&rules_[i], "selects no column"});
    } else {
      refuse_unknown(rules_[i]);
    }
  }
  return remarks;
}

}  // namespace millrace
