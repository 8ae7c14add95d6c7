#pragma once

#include <string>

#include "io/source_schema.h"
#include "operators/column_encoding.h"
#include "operators/default_expression.h"

namespace millrace {

/// Translate the DEFAULT of a column that a cast rule converts: it becomes what the encoder would
/// make of that value, so that a row that is inserted tomorrow looks like one that was migrated.
///
/// Ensures: as translate_default; a default that the rule makes NULL is none, with a note.
TranslatedDefault translate_converted_default(const SourceColumn& column,
                                              const ColumnEncoding& encoding,
                                              const std::string& target_type);

}  // namespace millrace
