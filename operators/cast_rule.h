#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/source_schema.h"

namespace millrace {

/// A condition on the number in a column's type: the length of varchar(n), the display width of
/// tinyint(n), the precision of decimal(p,s).
struct LengthGuard {
  enum class Is : std::uint8_t { equal, below, at_most, above, at_least };
  Is is = Is::equal;
  std::uint64_t length = 0;
  std::optional<std::uint32_t> scale = {};  // decimal(p,s): must be this too

  bool operator==(const LengthGuard&) const = default;
};

/// One conversion that the user asks for: which columns, and what they become.
///
/// As text (`--cast`):
///    rule     := selector "=>" result
///    selector := type guard* [ "in" columns ] | columns
///    type     := glob over the type's name [ "(" [ "<" | "<=" | ">" | ">=" ] n [ "," s ] ")" ]
///    guard    := "unsigned" | "signed" | "null" | "not null" | "auto_increment" | "default" value
///    columns  := database "." table "." column | table "." column      each a glob, or in
///    backticks result   := [ type ] [ "using" conversion ] [ "null if" values ] [ "true" values ]
///                [ "false" values ]
///    values   := value { "," value }       value := word | "'" text "'"
struct CastRule {
  std::string columns;  // empty: wherever the type is
  std::string type;     // glob over DATA_TYPE; empty: whatever the type is
  std::optional<LengthGuard> length;
  std::optional<bool> is_unsigned;
  std::optional<bool> nullable;
  std::optional<bool> auto_increment;
  std::optional<std::string> default_text;

  std::string to;          // PostgreSQL's type; empty: the one that the column has anyway
  std::string conversion;  // its name; empty: the one that the two types have by themselves
  std::vector<std::string> null_if;
  std::vector<std::string> true_words;
  std::vector<std::string> false_words;
  bool optional = false;  // may select no column without anybody being told

  bool of_target = false;  // says what stands in the target: its keys are its own matter

  std::string origin;  // for messages: "--cast 'int => bigint'", "cast (job.toml, line 12)"
};

/// Read a rule as `--cast` takes it. Errors: Error{bad_request} naming `origin`.
CastRule parse_cast_rule(std::string_view text, std::string origin);

/// Read "tinyint(1) unsigned not null" into the rule's guards. Errors: Error{bad_request}.
void parse_type_selector(std::string_view text, CastRule& rule);

/// Errors: Error{bad_request} where `columns` has neither two nor three parts, or the rule says
/// nothing that it would do.
void check_cast_rule(const CastRule& rule);

/// End with Error{bad_request}: the rule cannot be used, and why.
[[noreturn]] void refuse_rule(const CastRule& rule, const std::string& why, std::string hint);

/// Whether the rule selects this column. Errors: Error{bad_request} where it selects it in a part
/// of a consolidated table, by its name or by its default: see means_table().
bool selects(const CastRule& rule, const SourceTable& table, const SourceColumn& column);

/// Whether it may: its default holds for the column, or for one of the tables that become one.
/// Errors: as of selects(), by its name.
bool may_select(const CastRule& rule, const SourceTable& table, const SourceColumn& column);

/// How closely a rule says which columns it means: 0 by type, 1 by a glob, 2 by name.
int closeness(const CastRule& rule) noexcept;

/// "database.table.column" in parts at its dots; what stands in backticks is one part whatever it
/// holds, and keeps its backticks.
std::vector<std::string> name_parts(std::string_view name);

/// Whether one part of a name, a glob or in backticks, means `name`.
bool matches_part(std::string_view part, std::string_view name);

}  // namespace millrace
