#include "engine/charset_rule.h"

#include "engine/fault_policy.h"
#include "io/error.h"

namespace millrace {

std::map<std::string, TextHolds> text_holds(const std::vector<CharsetRule>& rules,
                                            const SourceCatalog& catalog) {
  std::map<std::string, TextHolds> holds;
  for (const CharsetRule& rule : rules) {
    bool idle = true;
    for (const SourceTable& table : catalog.tables) {
      for (const SourceColumn& column : table.columns) {
        const bool text = column.type == SourceType::character ||
                          column.type == SourceType::varchar || column.type == SourceType::text;
        if (!text || !selects_column(rule.column, table, column)) continue;
        holds[table.full_name() + "." + column.name] = rule.holds;
        idle = false;
      }
    }
    if (idle) {
      throw Error(ErrorKind::bad_request,
                  "cannot use " + rule.origin + ": no column of text matches '" + rule.column + "'",
                  {.side = Side::source},
                  "write \"database.table.column\", \"table.column\" or \"column\"; each may have "
                  "* and ?");
    }
  }
  return holds;
}

}  // namespace millrace
