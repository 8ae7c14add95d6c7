#include "operators/text_reading.h"

#include <string_view>

#include "operators/text_comparison.h"
#include "operators/type_mapping.h"

namespace millrace {
namespace {

/// How many '?' a text holds. NULL where REPLACE() exceeds max_allowed_packet.
std::string question_marks(const std::string& text) {
  return "(CHAR_LENGTH(" + text + ") - CHAR_LENGTH(REPLACE(" + text + ", '?', '')))";
}

/// `converted` where the source could read all of `original`, else its bytes behind a 0xff.
/// `replaces`: it may also have written U+FFFD for what it cannot read.
std::string checked(const std::string& original, const std::string& converted, bool replaces) {
  const std::string no_replacement =
      replaces ? " AND LOCATE(x'EFBFBD', CAST(" + converted + " AS BINARY)) = 0" : "";
  return "IF(COALESCE(" + question_marks(original) + " = " + question_marks(converted) +
         no_replacement + ", TRUE), " + converted + ", CONCAT(x'FF', CAST(" + original +
         " AS BINARY)))";
}

/// Whether U+FFFD is a character of this set as any other.
bool has_replacement_character(std::string_view charset) noexcept {
  return charset.starts_with("utf") || charset == "ucs2" || charset == "gb18030";
}

}  // namespace

TextReading reading_of(const SourceColumn& column, const std::string& quoted, TextHolds holds) {
  const CharsetHandling handling = handling_of_charset(column.charset);
  if (holds_text(column)) {
    if (holds == TextHolds::utf8) return {.expression = quoted, .charset = "utf8mb4"};
    if (holds == TextHolds::utf8_twice) {
      // latin1 has every byte; what is no character of it was not stored in this way.
      return {.expression = checked(quoted, "CONVERT(" + quoted + " USING latin1)", false),
              .charset = "utf8mb4",
              .checked_charset = column.charset};
    }
    if (handling == CharsetHandling::convert) {
      return {.expression = checked(quoted, "CONVERT(" + quoted + " USING utf8mb4)",
                                    !has_replacement_character(column.charset)),
              .charset = "utf8mb4",
              .checked_charset = column.charset};
    }
  }
  return {.expression = quoted, .charset = column.charset};
}

}  // namespace millrace
