#include <algorithm>
#include <array>
#include <utility>

#include "io/ascii_case.h"
#include "io/quoting.h"
#include "operators/expression_parts.h"

// Comparisons and arithmetic of two operands, where both servers agree on the answer.

namespace millrace::expression {

namespace {

constexpr std::string_view ignores_case =
    "the source compares this text without regard to case, accents and trailing blanks; here only "
    "case is left out of account";
constexpr std::string_view pads = "the source compares this text without its trailing blanks";

bool is_symmetric(std::string_view op) noexcept { return op == "=" || op == "<>" || op == "<=>"; }

std::string spelled(std::string_view op) {
  return op == "<=>" ? "IS NOT DISTINCT FROM" : op == "!=" ? "<>" : std::string(op);
}

/// yyyy-mm-dd[ hh:mm:ss[.ffffff]], of a day that every month has or that a calendar would find.
bool is_moment_literal(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd dd:dd:dd.";
  if (text.size() != 10 && text.size() < 19) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char wanted = i < shape.size() ? shape[i] : 'd';
    if (wanted == 'd' ? !is_digit(text[i]) : text[i] != wanted) return false;
  }
  if (text.size() == 20 || text.size() > 26) return false;
  const auto number = [&](std::size_t at, std::size_t n) {
    int value = 0;
    for (std::size_t i = at; i < at + n; ++i) value = 10 * value + (text[i] - '0');
    return value;
  };
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0)) return false;
  return text.size() == 10 || (number(11, 2) < 24 && number(14, 2) < 60 && number(17, 2) < 60);
}

struct Operands {
  std::string left, right;
  std::string caveat;
};

using Paired = std::optional<Operands>;

Paired numbers(const Expression& left, const Expression& right) {
  const bool truths = left.family == ValueFamily::boolean && right.family == ValueFamily::boolean;
  if (truths) return Operands{left.sql, right.sql, {}};
  const auto a = as_number(left);
  const auto b = as_number(right);
  if (!a || !b) return std::nullopt;
  return Operands{a->sql, b->sql, {}};
}

Paired texts(const Expression& left, const Expression& right, std::string_view op) {
  // In which order texts stand hangs on the collation.
  if (!is_symmetric(op)) return std::nullopt;
  if (!left.folds_case && !right.folds_case) {
    return Operands{left.sql, right.sql, std::string(pads)};
  }
  // Of a _bin and a _ci column the first decides, and which of a column and a function does is hard
  // to tell. A literal follows the other side.
  if (left.folds_case != right.folds_case && !left.text && !right.text) return std::nullopt;
  const auto folded = [](const Expression& e) {
    if (e.text && is_ascii(*e.text)) return postgres::quote_literal(lower_case(*e.text));
    return "lower(" + e.sql + ")";
  };
  return Operands{folded(left), folded(right), std::string(ignores_case)};
}

Paired moments(const Expression& left, const Expression& right) {
  const auto timed = [](const Expression& e) {
    return is_moment(e) || e.family == ValueFamily::date;
  };
  const auto typed = [](const Expression& literal, const Expression& other) -> Paired {
    // What instant a text without a zone is hangs on the session.
    if (other.family == ValueFamily::timestamptz || !is_moment_literal(*literal.text)) return {};
    const bool day = other.family == ValueFamily::date && literal.text->size() == 10;
    return Operands{{}, literal.sql + (day ? "::date" : "::timestamp"), {}};
  };
  if (timed(left) && timed(right)) {
    const bool zoned =
        left.family == ValueFamily::timestamptz || right.family == ValueFamily::timestamptz;
    if (zoned && left.family != right.family) return std::nullopt;
    return Operands{left.sql, right.sql, {}};
  }
  if (timed(left) && right.text) {
    const Paired literal = typed(right, left);
    return literal ? Paired(Operands{left.sql, literal->right, {}}) : std::nullopt;
  }
  if (timed(right) && left.text) {
    const Paired literal = typed(left, right);
    return literal ? Paired(Operands{literal->right, right.sql, {}}) : std::nullopt;
  }
  return std::nullopt;
}

Paired labels(const Expression& left, const Expression& right, std::string_view op) {
  const auto is_label = [](const Expression& column, const Expression& literal) {
    return column.labels_of != nullptr && literal.text &&
           std::find(column.labels_of->labels.begin(), column.labels_of->labels.end(),
                     *literal.text) != column.labels_of->labels.end();
  };
  if (!is_symmetric(op) || (!is_label(left, right) && !is_label(right, left))) return std::nullopt;
  return Operands{left.sql, right.sql, {}};
}

Paired pair(const Expression& left, std::string_view op, const Expression& right) {
  if (left.labels_of != nullptr || right.labels_of != nullptr) return labels(left, right, op);
  const auto countable = [](const Expression& e) {
    return is_numeric(e) || e.family == ValueFamily::boolean;
  };
  if (countable(left) && countable(right)) return numbers(left, right);
  if (left.family == ValueFamily::text && right.family == ValueFamily::text) {
    return texts(left, right, op);
  }
  if (Paired times = moments(left, right)) return times;
  const bool alike = left.family == right.family &&
                     (left.family == ValueFamily::uuid || left.family == ValueFamily::bytes);
  if (alike) return Operands{left.sql, right.sql, {}};
  const bool with_null = left.family == ValueFamily::null || right.family == ValueFamily::null;
  if (with_null && op == "<=>") return Operands{left.sql, right.sql, {}};
  return std::nullopt;
}

/// 1 or 0 as a truth value, where the other side is one.
Expression as_truth(const Expression& e, const Expression& other) {
  const bool digit = e.sql == "0" || e.sql == "1";
  if (other.family != ValueFamily::boolean || !digit) return e;
  return make(e.sql == "1" ? "true" : "false", ValueFamily::boolean);
}

Result condition(std::string sql, const Arguments& operands, const std::string& caveat) {
  Result result = inherit(make(std::move(sql), ValueFamily::boolean), operands);
  if (!caveat.empty()) result->caveat = caveat;
  return result;
}

}  // namespace

Result compare(const Expression& left, std::string_view op, const Expression& right) {
  const Expression a = is_symmetric(op) ? as_truth(left, right) : left;
  const Expression b = is_symmetric(op) ? as_truth(right, left) : right;
  const Paired operands = pair(a, op == "!=" ? "<>" : op, b);
  if (!operands) return std::nullopt;
  return condition("(" + operands->left + " " + spelled(op) + " " + operands->right + ")", {a, b},
                   operands->caveat);
}

Result is_in(const Expression& left, const Arguments& items) {
  std::string list;
  std::string first;
  std::string caveat;
  Arguments all{left};
  for (const Expression& item : items) {
    const Expression b = as_truth(item, left);
    const Paired operands = pair(left, "=", b);
    if (!operands || (!first.empty() && first != operands->left)) return std::nullopt;
    first = operands->left;
    list += (list.empty() ? "" : ", ") + operands->right;
    if (!operands->caveat.empty()) caveat = operands->caveat;
    all.push_back(b);
  }
  if (list.empty()) return std::nullopt;
  return condition("(" + first + " IN (" + list + "))", all, caveat);
}

Result is_like(const Expression& left, const Expression& pattern) {
  if (left.family != ValueFamily::text || !pattern.text) return std::nullopt;
  // One backslash at the end is an error here, and a backslash there.
  if (pattern.text->ends_with('\\')) return std::nullopt;
  return condition("(" + left.sql + (left.folds_case ? " ILIKE " : " LIKE ") + pattern.sql + ")",
                   {left, pattern}, left.folds_case ? std::string(ignores_case) : std::string());
}

Result matches(const Expression& left, const Expression& pattern) {
  if (left.family != ValueFamily::text || !pattern.text) return std::nullopt;
  return condition("(" + left.sql + (left.folds_case ? " ~* " : " ~ ") + pattern.sql + ")",
                   {left, pattern}, "the servers' regular expressions differ in rare operators");
}

Result arithmetic(const Expression& left, std::string_view op, const Expression& right) {
  const auto a = as_number(left);
  const auto b = as_number(right);
  if (!a || !b) return std::nullopt;
  const bool whole = a->family == ValueFamily::integer && b->family == ValueFamily::integer;
  const bool floating = a->floating || b->floating;
  // MySQL counts in 64 bits and in doubles, whatever the columns' width.
  const auto widened = [floating](const Expression& e) {
    if (floating) return e.sql + "::double precision";
    const bool narrow = e.family == ValueFamily::integer && !e.wide && !is_count(e);
    return narrow ? e.sql + "::bigint" : e.sql;
  };
  const bool literal_divisor = is_count(*b) && b->sql.find_first_not_of('0') != std::string::npos;
  // Dividing by zero gives NULL there and an error here.
  const std::string divisor = literal_divisor ? widened(*b) : "nullif(" + widened(*b) + ", 0)";
  const auto answer = [&](std::string sql) {
    Result result =
        inherit(make(std::move(sql), whole ? ValueFamily::integer : ValueFamily::number), {*a, *b});
    result->floating = floating;
    const auto left_scale = scale_of(*a);
    const auto right_scale = scale_of(*b);
    if (left_scale && right_scale) {
      result->scale = op == "*" ? *left_scale + *right_scale : std::max(*left_scale, *right_scale);
    }
    result->wide = whole && !(is_count(*a) && is_count(*b));
    return result;
  };
  if (op == "+" || op == "-" || op == "*") {
    return answer("(" + widened(*a) + " " + std::string(op) + " " + widened(*b) + ")");
  }
  // How many digits a quotient of decimals has is each server's own.
  if (op == "/") {
    return floating ? answer("(" + widened(*a) + " / " + divisor + ")") : std::nullopt;
  }
  if (op == "div") return whole ? answer("(" + widened(*a) + " / " + divisor + ")") : std::nullopt;
  if (op == "%" || op == "mod") {
    return floating ? std::nullopt : answer("mod(" + widened(*a) + ", " + divisor + ")");
  }
  return std::nullopt;
}

Result choose(const std::vector<std::string>& conditions, const Arguments& values) {
  const auto same = unified(values);
  if (!same) return std::nullopt;
  std::string sql = "CASE";
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    sql += " WHEN " + conditions[i] + " THEN " + (*same)[i].sql;
  }
  sql += " ELSE " + same->back().sql + " END";
  ValueFamily family = ValueFamily::null;
  for (const Expression& e : *same) {
    // A fraction among whole numbers makes all of them numbers.
    if (e.family != ValueFamily::null && family != ValueFamily::number) family = e.family;
  }
  return inherit(one_of(make("(" + sql + ")", family), *same), *same);
}

}  // namespace millrace::expression
