#include "operators/expression_translation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "operators/expression_parser.h"
#include "operators/text_comparison.h"

namespace millrace {

namespace {

using namespace expression;

/// An expression over one table: a name is a column of it.
class TableExpression : public Parser {
 public:
  TableExpression(std::string_view text, const ColumnLookup& columns)
      : Parser(text), columns_(columns) {}

 private:
  Result column() override {
    const std::string name = token_.text;
    advance();
    const ColumnReference found = columns_ ? columns_(name) : ColumnReference{};
    return column_expression(found);
  }

  const ColumnLookup& columns_;
};

}  // namespace

ValueFamily family_of(std::string_view type) noexcept {
  constexpr std::array<std::pair<std::string_view, ValueFamily>, 19> families{{
      {"boolean", ValueFamily::boolean},
      {"smallint", ValueFamily::integer},
      {"integer", ValueFamily::integer},
      {"bigint", ValueFamily::integer},
      {"numeric", ValueFamily::number},
      {"real", ValueFamily::number},
      {"double precision", ValueFamily::number},
      {"varchar", ValueFamily::text},
      {"character", ValueFamily::text},
      {"text", ValueFamily::text},
      {"bytea", ValueFamily::bytes},
      {"date", ValueFamily::date},
      {"time", ValueFamily::time},
      {"interval", ValueFamily::interval},
      {"timestamp", ValueFamily::timestamp},
      {"timestamptz", ValueFamily::timestamptz},
      {"uuid", ValueFamily::uuid},
      {"json", ValueFamily::json},
      {"jsonb", ValueFamily::json},
  }};
  if (is_citext(type)) return ValueFamily::text;
  const std::string_view base = type.substr(0, type.find('('));
  for (const auto& [name, family] : families) {
    if (base == name) return family;
  }
  return ValueFamily::other;
}

std::optional<TranslatedExpression> translate_expression(std::string_view mysql,
                                                         const ColumnLookup& columns) {
  return TableExpression(mysql, columns).whole();
}

std::optional<std::string> as_condition(const TranslatedExpression& expression) {
  if (expression.family == ValueFamily::boolean) return expression.sql;
  if (is_numeric(expression)) return "(" + expression.sql + " <> 0)";
  return std::nullopt;
}

std::optional<std::string> assign_to(const TranslatedExpression& expression,
                                     std::string_view type) {
  const ValueFamily from = expression.family;
  const ValueFamily to = family_of(type);
  switch (to) {
    case ValueFamily::integer:
      if (from == ValueFamily::boolean) return expression.sql + "::integer";
      // Both round halves away from zero, but not those of doubles.
      if (from == ValueFamily::number && expression.floating) return std::nullopt;
      if (is_numeric(expression)) return expression.sql;
      return std::nullopt;
    case ValueFamily::number:
      if (from == ValueFamily::boolean) return expression.sql + "::integer";
      if (expression.floating && type.starts_with("numeric")) return std::nullopt;
      if (is_numeric(expression)) return expression.sql;
      return std::nullopt;
    case ValueFamily::text: return as_text(expression);
    case ValueFamily::date:
    case ValueFamily::timestamp:
    case ValueFamily::timestamptz:
      if (from == ValueFamily::date || is_moment(expression)) return expression.sql;
      return std::nullopt;
    case ValueFamily::time:
    case ValueFamily::interval:
      if (from == ValueFamily::time) return expression.sql;
      if (is_moment(expression)) return expression.sql + "::time";
      return std::nullopt;
    case ValueFamily::json:
      if (from != ValueFamily::json) return std::nullopt;
      return type == "json" ? expression.sql + "::json" : expression.sql;
    case ValueFamily::boolean:
    case ValueFamily::bytes:
    case ValueFamily::uuid: return from == to ? std::optional(expression.sql) : std::nullopt;
    case ValueFamily::null:
    case ValueFamily::other: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace millrace