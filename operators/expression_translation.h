#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

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
  bool immutable = true;  // the same answer for the same row for ever: may stand in an index
  std::optional<std::string> text;  // the value of a string literal
};

/// The target column that a source column of this name became; null: none.
using ColumnLookup = std::function<const TargetColumn*(std::string_view)>;

/// Translate an expression of MySQL's or MariaDB's dialect, as their catalogs print it.
///
/// Ensures: the SQL means the same in PostgreSQL; whatever is not surely so gives none. Without
///          `columns` an expression that names a column gives none.
std::optional<TranslatedExpression> translate_expression(std::string_view mysql,
                                                         const ColumnLookup& columns = {});

/// `expression` as a DEFAULT of a column of this type; none where no cast is sure to do it.
std::optional<std::string> assign_to(const TranslatedExpression& expression, std::string_view type);

}  // namespace millrace
