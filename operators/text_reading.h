#pragma once

#include <cstdint>
#include <string>

#include "io/source_schema.h"

namespace millrace {

/// What the bytes of a text column really are, where its charset does not say so.
enum class TextHolds : std::uint8_t {
  what_it_says,
  utf8,        // UTF-8 that was stored as if it were the column's charset: no conversion
  utf8_twice,  // UTF-8 that was taken for latin1 and made UTF-8 once more: "Ã¼" for "ü"
};

/// How a text column is selected, and what then arrives.
struct TextReading {
  std::string expression;  // MySQL SQL
  std::string charset;     // of the bytes that arrive
  /// Not empty: the source converts from this charset, which turns what it cannot read into '?'.
  /// Such a value arrives unconverted behind a byte 0xff, so that it is invalid UTF-8.
  std::string checked_charset{};
};

/// `quoted`: the column as MySQL quotes it. For columns of text; others are selected as they are.
TextReading reading_of(const SourceColumn& column, const std::string& quoted, TextHolds holds);

}  // namespace millrace
