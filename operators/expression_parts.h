#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operators/expression_translation.h"

namespace millrace::expression {

using Expression = TranslatedExpression;
using Result = std::optional<Expression>;
using Arguments = std::vector<Expression>;

// What the grammar, the functions and the comparisons build their answers with.

bool is_digit(char c) noexcept;
bool is_ascii(std::string_view text) noexcept;
bool is_numeric(const Expression& e) noexcept;
/// A timestamp, with a zone or without.
bool is_moment(const Expression& e) noexcept;
/// A whole number, zero or more, written as such.
bool is_count(const Expression& e) noexcept;
/// Whether both servers put values of this kind into the same order.
bool has_one_order(const Expression& e) noexcept;
/// Whether both servers take the same values for one.
bool has_one_equality(const Expression& e) noexcept;

Expression make(std::string sql, ValueFamily family, bool immutable = true);
/// The number that these digits are; none where they are none.
std::optional<std::uint32_t> to_scale(std::string_view digits) noexcept;
/// A number with this many digits behind the point, where that is known.
Expression with_scale(Expression number, std::optional<std::uint32_t> scale);
Expression literal_of(const std::string& text);
/// A column by its quoted name; none where there is no such column.
Result column_expression(const ColumnReference& column);
/// `result` with what its operands bring along: what varies, folds, floats or differs.
Result inherit(Result result, const Arguments& operands);

/// `e` as text; none where MySQL would write it differently.
std::optional<std::string> as_text(const Expression& e);
/// A number as it is, a truth value as 0 or 1.
std::optional<Expression> as_number(const Expression& e);
/// The operands brought to one family, so that they may stand in one CASE or coalesce().
std::optional<Arguments> unified(Arguments arguments);

/// Translate a call of a function by its name in lower case.
Result function(std::string_view name, const Arguments& arguments);

/// How many digits the source prints behind the point; none: not known, or it is no exact number.
std::optional<std::uint32_t> scale_of(const Expression& e) noexcept;
/// `result`, which is one of the operands: the source gives each the digits of the longest.
Result one_of(Result result, const Arguments& operands);

/// `left op right` of = <> != < <= > >= <=>.
Result compare(const Expression& left, std::string_view op, const Expression& right);
Result is_in(const Expression& left, const Arguments& items);
Result is_like(const Expression& left, const Expression& pattern);
Result matches(const Expression& left, const Expression& pattern);
/// `left op right` of + - * / % div mod.
Result arithmetic(const Expression& left, std::string_view op, const Expression& right);
/// CASE WHEN conditions[0] THEN values[0] ... ELSE values.back() END.
Result choose(const std::vector<std::string>& conditions, const Arguments& values);

}  // namespace millrace::expression
