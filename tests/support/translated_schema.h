#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/error.h"
#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {

inline Translation translated(std::initializer_list<SourceTable> tables,
                              const TranslationChoices& choices = {}) {
  return translate(catalog(tables), choices);
}

inline const TargetTable& only_table(const Translation& translation) {
  return translation.tables.at(0).target;
}

inline const TargetColumn& first_column(const Translation& translation) {
  return only_table(translation).columns.at(0);
}

inline const TargetIndex& only_index(const Translation& translation) {
  EXPECT_EQ(only_table(translation).indexes.size(), 1U);
  return only_table(translation).indexes.at(0);
}

/// "topic at where: message" of every note.
inline std::vector<std::string> notes_of(const Translation& translation) {
  std::vector<std::string> lines;
  for (const TranslationNote& note : translation.notes) {
    lines.push_back(note.topic + " at " + note.where + ": " + note.message);
  }
  return lines;
}

using Lines = std::vector<std::string>;

inline Error error_of(std::initializer_list<SourceTable> tables,
                      const TranslationChoices& choices = {}) {
  try {
    translate(catalog(tables), choices);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "no error"};
}

inline TableBuilder host() {
  return table("farm", "host").with(column("id").integer().not_null()).primary({part("id")});
}

}  // namespace millrace
