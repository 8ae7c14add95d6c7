#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "io/source_schema.h"
#include "io/target_schema.h"

namespace millrace {

/// What kind of value a PostgreSQL expression or column has, as far as translation must know.
enum class ValueFamily : std::uint8_t {
  null,
  boolean,
  integer,
  number,  // numeric, real, double precision
  text,
  bytes,
  date,
  time,
  interval,
  timestamp,
  timestamptz,
  uuid,
  json,
  other,
};

/// The family of a target column's type, for example of "numeric(10,2)".
ValueFamily family_of(std::string_view type) noexcept;

struct TranslatedExpression {
  std::string sql;  // may stand as an operand anywhere
  ValueFamily family = ValueFamily::other;
  bool immutable = true;      // the same answer for the same row for ever: may stand in an index
  bool floating = false;      // a number of type real or double precision
  bool wide = false;          // an integer that has 64 bits here already
  bool folds_case = false;    // text that the source compares without regard to case
  bool text_differs = false;  // the source would print another text, say of a zerofill number
  bool ordered_by_number = false;      // text here, a numbered label in the source: ENUM and SET
  std::optional<std::string> text;     // the value of a string literal
  std::optional<std::uint32_t> scale;  // digits behind the point of an exact number; none: unknown
  bool ragged = false;                 // ... of which some values may lack here
  const SourceColumn* labels_of = nullptr;  // the ENUM column that this is
  std::string caveat;  // how its value may differ from the source's; empty: it never does
};

/// What a name within an expression stands for.
struct ColumnReference {
  const TargetColumn* target = nullptr;  // null: there is no such column
  const SourceColumn* source = nullptr;  // may be null where only the target matters
  /// Write what a computed column is computed by: PostgreSQL's may not refer to one another.
  bool spelled_out = false;
};

/// The column that a source column of this name became.
using ColumnLookup = std::function<ColumnReference(std::string_view)>;

/// Translate an expression of MySQL's or MariaDB's dialect, as their catalogs print it.
///
/// Ensures: the SQL means the same in PostgreSQL but for what `caveat` says; whatever is not surely
///          so gives none. Without `columns` an expression that names a column gives none.
std::optional<TranslatedExpression> translate_expression(std::string_view mysql,
                                                         const ColumnLookup& columns = {});

/// `expression` as a condition, as a CHECK needs one; none where it is no truth value.
std::optional<std::string> as_condition(const TranslatedExpression& expression);

/// `expression` as a DEFAULT of a column of this type; none where no cast is sure to do it.
std::optional<std::string> assign_to(const TranslatedExpression& expression, std::string_view type);

}  // namespace millrace
