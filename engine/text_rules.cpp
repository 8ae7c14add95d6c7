#include "engine/text_rules.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/fault_policy.h"
#include "engine/name_list.h"
#include "io/error.h"

namespace millrace {
namespace {

/// Finds what rules of one kind say of the columns of a catalog, the last one that means a column.
template <class Rule, class Choice>
class RuleSearch {
 public:
  RuleSearch(const std::vector<Rule>& rules, Choice Rule::*choice)
      : rules_(rules), choice_(choice), idle_(rules.size(), true) {}

  /// `means(rule, column)`: whether a rule that names the column means it.
  template <class Means>
  std::map<std::string, Choice> run(const SourceCatalog& catalog, Means means) {
    std::map<std::string, Choice> choices;
    if (rules_.empty()) return choices;
    for (const SourceTable& table : catalog.tables) {
      for (const SourceColumn& column : table.columns) {
        if (!holds_text(column)) continue;
        const Rule* const rule = table.consolidated() ? of_members(table, column, means)
                                                      : last_of(table, table, column, means);
        if (rule != nullptr) choices[table.full_name() + "." + column.name] = rule->*choice_;
      }
    }
    return choices;
  }

  void refuse_idle(std::string_view what) const {
    const auto idle = std::ranges::find(idle_, true);
    if (idle == idle_.end()) return;
    const Rule& rule = rules_[static_cast<std::size_t>(idle - idle_.begin())];
    throw Error(ErrorKind::bad_request,
                "cannot use " + rule.origin + ": no column of " + std::string(what) + " matches '" +
                    rule.column + "'",
                {.side = Side::source},
                "write \"database.table.column\", \"table.column\" or \"column\"; each may have "
                "* and ?");
  }

 private:
  /// `from`: `table`, or one of those that it is made of.
  template <class From, class Means>
  const Rule* last_of(const From& from, const SourceTable& table, const SourceColumn& column,
                      Means means) {
    const Rule* last = nullptr;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const std::string& glob = rules_[i].column;
      const bool named = selects_column(glob, from.database, from.name, column.name) ||
                         selects_column(glob, table.database, table.name, column.name);
      if (!named || !means(rules_[i], column)) continue;
      last = &rules_[i];
      idle_[i] = false;
    }
    return last;
  }

  /// The rule for a column of a consolidated table: of one choice for all of its tables, or none.
  template <class Means>
  const Rule* of_members(const SourceTable& table, const SourceColumn& column, Means means) {
    std::vector<const Rule*> rules;
    for (const SourceMember& member : table.members) {
      const auto& columns = member.columns;
      const auto own = std::ranges::find(columns, column.name, &SourceColumn::name);
      if (own == columns.end()) return nullptr;  // the source column: no table's own
      rules.push_back(last_of(member, table, *own, means));
    }
    const Rule* const first = rules.front();
    const bool agree = std::ranges::all_of(rules, [&](const Rule* rule) {
      return rule == first ||
             (rule != nullptr && first != nullptr && rule->*choice_ == first->*choice_);
    });
    if (!agree) refuse_difference(table, column, rules);
    return first;
  }

  [[noreturn]] void refuse_difference(const SourceTable& table, const SourceColumn& column,
                                      const std::vector<const Rule*>& rules) const {
    std::vector<std::pair<const Rule*, std::vector<std::string>>> groups;  // in the tables' order
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const auto same = [&](const auto& group) { return group.first == rules[i]; };
      auto group = std::ranges::find_if(groups, same);
      if (group == groups.end()) group = groups.insert(group, {rules[i], {}});
      group->second.push_back(table.members[i].full_name());
    }
    std::string why;
    for (const auto& [rule, names] : groups) {
      why += (why.empty() ? "" : ", ") + (rule == nullptr ? "no rule" : rule->origin) + " means " +
             name_list(names);
    }
    throw Error(ErrorKind::bad_request,
                "cannot treat the tables of a consolidated one differently: " + why,
                {.side = Side::source, .table = table.full_name(), .column = column.name},
                "write one rule for " + table.full_name() + "." + column.name +
                    ", or a pattern that means all of its tables");
  }

  const std::vector<Rule>& rules_;
  Choice Rule::*choice_;
  std::vector<bool> idle_;
};

}  // namespace

std::map<std::string, TextHolds> text_holds(const std::vector<CharsetRule>& rules,
                                            const SourceCatalog& catalog) {
  RuleSearch search(rules, &CharsetRule::holds);
  auto holds = search.run(catalog, [](const CharsetRule&, const SourceColumn&) { return true; });
  search.refuse_idle("text");
  return holds;
}

std::map<std::string, CaseChoice> case_choices(const std::vector<CaseRule>& rules,
                                               const SourceCatalog& catalog) {
  RuleSearch search(rules, &CaseRule::becomes);
  auto choices = search.run(catalog, [](const CaseRule& rule, const SourceColumn& column) {
    const bool by_name = rule.column.find_first_of("*?[") == std::string::npos;
    return by_name || ignores_case(column.collation);
  });
  search.refuse_idle("text that ignores case");
  return choices;
}

}  // namespace millrace
