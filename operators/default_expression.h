#pragma once

#include <string>

#include "io/source_schema.h"

namespace millrace {

/// What a column's DEFAULT becomes.
struct TranslatedDefault {
  std::string sql;   // PostgreSQL SQL; empty: no default
  std::string note;  // why a default was left out or changed; empty: nothing to tell
};

/// Translate the DEFAULT of `column` for a target column of `target_type` (as in TargetColumn).
///
/// Ensures: the SQL is valid for that type, so that CREATE TABLE cannot fail over a default; what
///          cannot be said in PostgreSQL is left out, with a note that quotes it.
TranslatedDefault translate_default(const SourceColumn& column, const std::string& target_type);

}  // namespace millrace
