#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/source_schema.h"

namespace millrace {

/// What becomes of text that the source compares without regard to case.
enum class CaseChoice : std::uint8_t {
  keep,    // plain text, which tells 'A' from 'a'
  citext,  // PostgreSQL's citext: case is ignored; accents, trailing blanks and lengths count
  icu,     // a nondeterministic ICU collation, which ignores what the source's ignores, but blanks
};

/// Whether a collation takes 'a' and 'A' for one. By its name; false for an empty one.
bool ignores_case(std::string_view collation) noexcept;

/// Whether a column holds text: char, varchar or text in a character set.
bool holds_text(const SourceColumn& column) noexcept;

/// Whether a target type is citext, with its schema or without.
bool is_citext(std::string_view type) noexcept;

/// The ICU locale that compares most like a collation of MySQL's or MariaDB's that ignores case:
/// "sv-u-ks-level1" for latin1_swedish_ci, "und-u-ks-level2" for utf8mb4_0900_as_ci.
///
/// Source: the servers' manuals, "Unicode Character Sets" (language-specific collations); UTS #35,
///         "Collation Settings": strength level1 ignores case and accents, level2 only case.
std::string icu_locale_of(std::string_view collation);

/// Whether a collation is one of the Unicode collation algorithm's, which ICU has as well.
bool is_unicode_collation(std::string_view collation) noexcept;

}  // namespace millrace
