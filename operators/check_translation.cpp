#include <algorithm>
#include <utility>

#include "io/ascii_case.h"
#include "operators/schema_translator.h"

namespace millrace {

void Translator::translate_checks(std::size_t table) {
  const SourceTable& source = catalog_.tables[table];
  for (const SourceCheck& check : source.checks) {
    // MariaDB's JSON is text with this check; json and jsonb check by themselves.
    const bool swallowed =
        std::any_of(source.columns.begin(), source.columns.end(), [&](const SourceColumn& column) {
          return column.type == SourceType::json && choices_.types.json != JsonChoice::text &&
                 same_ignoring_case(check.clause, "json_valid(" + in_backticks(column.name) + ")");
        });
    if (!swallowed) translate_check(table, check);
  }
}

void Translator::translate_check(std::size_t table, const SourceCheck& check) {
  const SourceTable& source = catalog_.tables[table];
  const auto leave_out = [&](const std::string& reason) {
    note("check", source.full_name(),
         "constraint " + check.name + " is not made: " + reason + ": CHECK (" + check.clause + ")");
  };
  if (!check.enforced) return leave_out("the source does not enforce it");
  const auto expression = translate_expression(check.clause, columns_of(table));
  const auto condition = expression ? as_condition(*expression) : std::nullopt;
  if (!condition) return leave_out("no PostgreSQL condition is known for it");
  if (!expression->immutable) {
    return leave_out("in PostgreSQL its answer may change with the session");
  }
  const std::string name = constraints_[table].claim(folded(check.name));
  if (name != folded(check.name)) {
    note("renamed", source.full_name(), "constraint " + check.name + " becomes " + name);
  }
  if (!expression->caveat.empty()) {
    note("check", source.full_name(),
         "constraint " + name + " becomes CHECK (" + *condition + "): " + expression->caveat);
  }
  out_.tables[table].target.late_checks.push_back({name, *condition});
}

}  // namespace millrace
