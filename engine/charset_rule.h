#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/source_schema.h"
#include "operators/text_reading.h"

namespace millrace {

/// "This latin1 column really holds UTF-8". `column` is a glob as in FaultRule.
struct CharsetRule {
  std::string column;
  TextHolds holds = TextHolds::what_it_says;
  std::string origin;  // for messages: "[[charset]] (job.toml, line 7)"
};

/// What the rules say of the catalog's columns, by "database.table.column".
/// Errors: Error{bad_request} for a rule that means no column of text.
std::map<std::string, TextHolds> text_holds(const std::vector<CharsetRule>& rules,
                                            const SourceCatalog& catalog);

}  // namespace millrace
