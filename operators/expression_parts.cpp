#include "operators/expression_parts.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "io/quoting.h"
#include "operators/text_comparison.h"

namespace millrace::expression {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_numeric(const Expression& e) noexcept {
  return e.family == ValueFamily::integer || e.family == ValueFamily::number;
}

bool is_moment(const Expression& e) noexcept {
  return e.family == ValueFamily::timestamp || e.family == ValueFamily::timestamptz;
}

bool is_count(const Expression& e) noexcept {
  return !e.sql.empty() && std::all_of(e.sql.begin(), e.sql.end(), is_digit);
}

bool has_one_order(const Expression& e) noexcept {
  switch (e.family) {
    case ValueFamily::text:
    case ValueFamily::uuid:
    case ValueFamily::json: return false;
    case ValueFamily::other: return e.labels_of != nullptr;
    default: return true;
  }
}

bool has_one_equality(const Expression& e) noexcept {
  if (e.family == ValueFamily::json) return false;
  return !e.folds_case && (e.family != ValueFamily::other || e.labels_of != nullptr);
}

Expression make(std::string sql, ValueFamily family, bool immutable) {
  Expression result;
  result.sql = std::move(sql);
  result.family = family;
  result.immutable = immutable;
  return result;
}

Expression with_scale(Expression number, std::optional<std::uint32_t> scale) {
  number.scale = scale;
  return number;
}

Expression literal_of(const std::string& text) {
  Expression result = make(postgres::quote_literal(text), ValueFamily::text);
  result.text = text;
  return result;
}

std::optional<std::uint32_t> to_scale(std::string_view digits) noexcept {
  std::uint32_t scale = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), scale);
  return fault == std::errc() ? std::optional(scale) : std::nullopt;
}

Result column_expression(const ColumnReference& found) {
  if (found.target == nullptr) return std::nullopt;
  const std::string& type = found.target->type;
  Expression result = make(postgres::quote_identifier(found.target->name), family_of(type));
  if (found.spelled_out && found.target->computed()) {
    if (result.family == ValueFamily::other) return std::nullopt;
    result.sql = "(" + found.target->generated_sql + ")::" + type;
  }
  // Plain text in here, whatever the column is: what is asked of it is spelled out.
  if (result.family == ValueFamily::text) {
    // LIKE and regular expressions see the padding of character(n), which is no part of the value.
    if (is_citext(type) || type.starts_with("character(")) result.sql += "::text";
    if (!found.target->collation.empty()) {
      result.sql = "(" + result.sql + " COLLATE pg_catalog.\"default\")";
    }
  }
  result.floating = type == "real" || type == "double precision";
  if (type.starts_with("numeric(")) {
    const std::size_t comma = type.find(',');
    result.scale =
        comma == std::string::npos ? 0 : to_scale(std::string_view(type).substr(comma + 1));
  }
  if (found.source != nullptr) {
    const SourceColumn& source = *found.source;
    result.folds_case = result.family == ValueFamily::text && ignores_case(source.collation);
    result.text_differs = source.column_type.find("zerofill") != std::string::npos;
    if (source.type == SourceType::enumeration && result.family == ValueFamily::other) {
      result.labels_of = found.source;
    }
    result.ordered_by_number =
        result.family == ValueFamily::text &&
        (source.type == SourceType::enumeration || source.type == SourceType::set);
  }
  return result;
}

Result inherit(Result result, const Arguments& operands) {
  if (!result) return result;
  for (const Expression& operand : operands) {
    result->immutable = result->immutable && operand.immutable;
    if (result->caveat.empty()) result->caveat = operand.caveat;
    if (result->family == ValueFamily::text) {
      result->folds_case = result->folds_case || operand.folds_case;
    }
    if (result->family == ValueFamily::number) {
      result->floating = result->floating || operand.floating;
      result->ragged = result->ragged || operand.ragged;
    }
    if (is_numeric(*result)) result->text_differs = result->text_differs || operand.text_differs;
  }
  return result;
}

std::optional<std::string> as_text(const Expression& e) {
  if (e.family == ValueFamily::text) return e.sql;
  if (e.text_differs) return std::nullopt;
  if (e.family == ValueFamily::uuid || e.family == ValueFamily::integer) return e.sql + "::text";
  // How many digits an expression keeps differs; a column's are the same.
  const bool column = e.family == ValueFamily::number && !e.floating && e.sql.starts_with('"');
  if (column) return e.sql + "::text";
  if (e.family == ValueFamily::boolean) return e.sql + "::integer::text";
  return std::nullopt;
}

std::optional<Expression> as_number(const Expression& e) {
  if (is_numeric(e)) return e;
  if (e.family != ValueFamily::boolean) return std::nullopt;
  return inherit(make(e.sql + "::integer", ValueFamily::integer), {e});
}

std::optional<Arguments> unified(Arguments arguments) {
  const auto all = [&](auto holds) {
    return std::all_of(arguments.begin(), arguments.end(), [&](const Expression& e) {
      return e.family == ValueFamily::null || holds(e);
    });
  };
  const auto is_bit = [](const Expression& e) { return e.sql == "0" || e.sql == "1"; };
  if (all([&](const Expression& e) { return e.family == ValueFamily::boolean || is_bit(e); })) {
    for (Expression& e : arguments) {
      if (is_bit(e)) e = make(e.sql == "1" ? "true" : "false", ValueFamily::boolean);
    }
    return arguments;
  }
  if (all([](const Expression& e) { return is_numeric(e) || e.family == ValueFamily::boolean; })) {
    for (Expression& e : arguments) {
      if (e.family != ValueFamily::null) e = *as_number(e);
    }
    return arguments;
  }
  const auto first = std::find_if(arguments.begin(), arguments.end(), [](const Expression& e) {
    return e.family != ValueFamily::null;
  });
  const ValueFamily family = first->family;
  if (family == ValueFamily::other || !all([&](const Expression& e) { return e.family == family; }))
    return std::nullopt;
  return arguments;
}

std::optional<std::uint32_t> scale_of(const Expression& e) noexcept {
  if (e.family == ValueFamily::integer || e.family == ValueFamily::boolean) return 0;
  if (e.family != ValueFamily::number || e.floating) return std::nullopt;
  return e.scale;
}

Result one_of(Result result, const Arguments& operands) {
  if (!result || result->family != ValueFamily::number) return result;
  std::uint32_t least = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t most = 0;
  for (const Expression& operand : operands) {
    if (operand.family == ValueFamily::null) continue;
    const std::optional<std::uint32_t> scale = scale_of(operand);
    if (!scale) return result;
    least = std::min(least, *scale);
    most = std::max(most, *scale);
  }
  result->scale = most;
  result->ragged = least < most;
  return result;
}

}  // namespace millrace::expression
