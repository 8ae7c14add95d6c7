#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/source_schema.h"
#include "operators/text_comparison.h"
#include "operators/text_reading.h"

namespace millrace {

/// "This latin1 column really holds UTF-8". `column` is a glob as in FaultRule.
struct CharsetRule {
  std::string column;
  TextHolds holds = TextHolds::what_it_says;
  std::string origin;  // for messages: "[[charset]] (job.toml, line 7)"
};

/// "This column shall be citext". `column` is a glob as in FaultRule.
struct CaseRule {
  std::string column;
  CaseChoice becomes = CaseChoice::keep;
  std::string origin;  // for messages: "--case-insensitive shop.*.*=icu"
};

/// What the rules say of the catalog's columns, by "database.table.column".
///
/// A consolidated table's rules name it, or the tables that it is made of; of all of these they
/// must say the same, since its column is read and compared in one way.
///
/// Ensures: only columns of text. A CaseRule with * or ? means those whose collation ignores case;
///          one without means its column whatever its collation.
/// Errors:  Error{bad_request} for a rule that means no column, and where the rules say different
///          things of the tables that become one, naming these.
std::map<std::string, TextHolds> text_holds(const std::vector<CharsetRule>& rules,
                                            const SourceCatalog& catalog);
std::map<std::string, CaseChoice> case_choices(const std::vector<CaseRule>& rules,
                                               const SourceCatalog& catalog);

}  // namespace millrace
