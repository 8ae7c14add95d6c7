#pragma once

#include <map>
#include <string>
#include <string_view>

#include "operators/schema_translation.h"

namespace millrace {

/// SQL that Millrace wrote, with schemas under other names: each quoted name that stands before a
/// dot and is a key of `renamed` becomes its value. Text in string literals stays as it is.
std::string rename_schemas_in(std::string_view sql,
                              const std::map<std::string, std::string>& renamed);

/// Put everything of a translation into schemas of other names, and what refers to it too.
///
/// Errors: Error{bad_request} where `renamed` has a schema that the translation has not, or makes
///         two schemas into one, naming it.
void rename_schemas(Translation& translation, const std::map<std::string, std::string>& renamed);

}  // namespace millrace
