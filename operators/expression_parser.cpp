#include "operators/expression_parser.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace millrace::expression {

//    or         := xor (OR xor)*
//    xor        := and (XOR and)*
//    and        := not (AND not)*
//    not        := NOT not | predicate
//    predicate  := test (comparison test | IS [NOT] ..)*
//    test       := sum ([NOT] IN (..) | [NOT] BETWEEN sum AND sum | [NOT] LIKE sum
//                       | [NOT] REGEXP sum)*
//    sum        := product (('+' | '-') (product | interval))*
//    product    := unary (('*' | '/' | '%' | DIV | MOD) unary)*
//    unary      := '-' unary | '!' unary | '(' or ')' | literal | column | CASE .. END
//                  | CAST '(' or AS type ')' | name '(' (or (',' or)*)? ')'
//    interval   := INTERVAL ['-'] number unit

Result Parser::join(const Result& left, std::string_view word, const Result& right) {
  if (!left || !right) return std::nullopt;
  const auto a = as_condition(*left);
  const auto b = as_condition(*right);
  if (!a || !b) return std::nullopt;
  return inherit(make("(" + *a + " " + std::string(word) + " " + *b + ")", ValueFamily::boolean),
                 {*left, *right});
}

Result Parser::any() {
  Result left = exclusive();
  while (left && (skip_word("or") || skip_symbol("||"))) left = join(left, "OR", exclusive());
  // Some functions write an operand twice: forty of them in one another would fill the memory.
  constexpr std::size_t longest = std::size_t{1} << 20;
  if (left && left->sql.size() > longest) return std::nullopt;
  return left;
}

Result Parser::exclusive() {
  Result left = conjunction();
  while (left && skip_word("xor")) left = join(left, "<>", conjunction());
  return left;
}

Result Parser::negation() {
  const Deeper deeper(depth_);
  if (depth_ > most_depth) return std::nullopt;
  return skip_word("not") ? negated(negation()) : predicate();
}

// What compares binds less than what tests: MariaDB prints a = (b IN (0, 1)) without the brackets.
Result Parser::predicate() {
  Result left = tested();
  while (left) {
    constexpr std::array<std::string_view, 8> comparisons{
        "=", "<=>", "<>", "!=", "<", "<=", ">", ">="};
    const bool compares =
        token_.kind == TokenKind::symbol &&
        std::find(comparisons.begin(), comparisons.end(), token_.text) != comparisons.end();
    if (compares) {
      const std::string op = token_.text;
      advance();
      const Result right = tested();
      left = right ? compare(*left, op, *right) : std::nullopt;
    } else if (skip_word("is")) {
      left = is(*left);
    } else {
      break;
    }
  }
  return left;
}

Result Parser::tested() {
  Result left = sum();
  while (left && (at_word("not") || at_word("in") || at_word("between") || at_word("like") ||
                  at_word("regexp") || at_word("rlike"))) {
    const bool inverted = skip_word("not");
    left = test(*left);
    if (inverted) left = negated(left);
  }
  return left;
}

Result Parser::is(const Expression& left) {
  const std::string_view no = skip_word("not") ? "NOT " : "";
  const std::string word = token_.text;
  advance();
  const auto test = [&](const std::string& sql, std::string_view what) {
    return inherit(
        make("(" + sql + " IS " + std::string(no) + std::string(what) + ")", ValueFamily::boolean),
        {left});
  };
  if (word == "null") return test(left.sql, "NULL");
  const auto condition = as_condition(left);
  if (condition && word == "true") return test(*condition, "TRUE");
  if (condition && word == "false") return test(*condition, "FALSE");
  return std::nullopt;
}

Result Parser::test(const Expression& left) {
  if (skip_word("in")) {
    if (at_query()) {
      advance();
      const Result result = is_in_query(left);
      return skip_symbol(")") ? result : std::nullopt;
    }
    const auto items = arguments();
    return items ? is_in(left, *items) : std::nullopt;
  }
  if (skip_word("between")) {
    const Result low = sum();
    const Result high = low && skip_word("and") ? sum() : std::nullopt;
    if (!high) return std::nullopt;
    return join(compare(left, ">=", *low), "AND", compare(left, "<=", *high));
  }
  if (skip_word("like")) {
    const Result pattern = sum();
    return pattern ? is_like(left, *pattern) : std::nullopt;
  }
  if (skip_word("regexp") || skip_word("rlike")) {
    const Result pattern = sum();
    return pattern ? matches(left, *pattern) : std::nullopt;
  }
  return std::nullopt;
}

Result Parser::sum() {
  Result left = product();
  while (left && (at_symbol("+") || at_symbol("-"))) {
    const std::string sign = token_.text;
    advance();
    if (at_word("interval")) {
      left = add_interval(*left, sign);
    } else {
      const Result right = product();
      left = right ? arithmetic(*left, sign, *right) : std::nullopt;
    }
  }
  return left;
}

Result Parser::product() {
  Result left = unary();
  while (left &&
         (at_symbol("*") || at_symbol("/") || at_symbol("%") || at_word("div") || at_word("mod"))) {
    const std::string op = token_.text;
    advance();
    const Result right = unary();
    left = right ? arithmetic(*left, op, *right) : std::nullopt;
  }
  return left;
}

Result Parser::add_interval(const Expression& left, const std::string& sign) {
  constexpr std::array<std::string_view, 8> units{"microsecond", "second", "minute", "hour",
                                                  "day",         "week",   "month",  "year"};
  advance();
  const bool negative = skip_symbol("-");
  const bool written = token_.kind == TokenKind::number || token_.kind == TokenKind::text;
  const std::string count = token_.text;
  if (!written || count.empty() || !std::all_of(count.begin(), count.end(), is_digit)) {
    return std::nullopt;
  }
  advance();
  const bool known = token_.kind == TokenKind::name &&
                     std::find(units.begin(), units.end(), token_.text) != units.end();
  if (!known || (!is_moment(left) && left.family != ValueFamily::date)) return std::nullopt;
  const std::string unit = token_.text;
  advance();
  const std::string sum = "(" + left.sql + " " + sign + " interval '" + (negative ? "-" : "") +
                          count + " " + unit + "')";
  // Whole days later it is still a DATE there, and a timestamp here.
  const bool days = unit == "day" || unit == "week" || unit == "month" || unit == "year";
  if (left.family == ValueFamily::date && days) {
    return make(sum + "::date", ValueFamily::date, left.immutable);
  }
  const bool instant = left.family == ValueFamily::timestamptz;
  return make(sum, instant ? ValueFamily::timestamptz : ValueFamily::timestamp,
              left.immutable && !instant);
}

Result Parser::unary() {
  const Deeper deeper(depth_);
  if (depth_ > most_depth) return std::nullopt;
  if (skip_symbol("-")) {
    const bool literal = token_.kind == TokenKind::number;
    const Result operand = unary();
    const auto value = operand ? as_number(*operand) : std::nullopt;
    if (!value) return std::nullopt;
    const std::string sql = literal ? value->sql : " " + value->sql;
    return inherit(with_scale(make("(-" + sql + ")", value->family), value->scale), {*value});
  }
  if (skip_symbol("!")) return negated(unary());
  if (skip_symbol("(")) {
    Result result = at_word("select") ? scalar_query() : any();
    return skip_symbol(")") ? result : std::nullopt;
  }
  switch (token_.kind) {
    case TokenKind::number: return number();
    case TokenKind::text: return text(token_.text);
    case TokenKind::quoted_name: return column();
    case TokenKind::name: return named();
    default: return std::nullopt;
  }
}

Result Parser::number() {
  const std::string digits = token_.text;
  advance();
  const bool whole = std::all_of(digits.begin(), digits.end(), is_digit);
  Expression result = make(digits, whole ? ValueFamily::integer : ValueFamily::number);
  // With an exponent it is a double there.
  result.floating = digits.find_first_of("eE") != std::string::npos;
  const std::size_t point = digits.find('.');
  if (!whole && point != std::string::npos) {
    result.scale = static_cast<std::uint32_t>(digits.size() - point - 1);
  }
  return result;
}

Result Parser::named() {
  const std::string name = token_.text;
  advance();
  if (name.starts_with('_') && token_.kind == TokenKind::text) {
    const bool utf8 = name == "_utf8mb4" || name == "_utf8mb3" || name == "_utf8";
    const bool readable =
        utf8 || ((name == "_latin1" || name == "_ascii") && is_ascii(token_.text));
    return readable ? text(token_.text) : std::nullopt;
  }
  if (name == "case") return cases();
  if (!at_symbol("(")) return word(name);
  if (name == "cast") return cast();
  return call(name);
}

Result Parser::call(const std::string& name) {
  const auto given = arguments();
  return given ? function(name, *given) : std::nullopt;
}

std::optional<Arguments> Parser::arguments() {
  Arguments found;
  if (!skip_symbol("(")) return std::nullopt;
  if (skip_symbol(")")) return found;
  do {
    const Result argument = any();
    if (!argument) return std::nullopt;
    found.push_back(*argument);
  } while (skip_symbol(","));
  return skip_symbol(")") ? std::optional(std::move(found)) : std::nullopt;
}

Result Parser::cases() {
  Result operand;
  if (!at_word("when")) {
    operand = any();
    if (!operand) return std::nullopt;
  }
  std::vector<std::string> conditions;
  Arguments values;
  Arguments asked;
  while (skip_word("when")) {
    Result condition = any();
    if (condition && operand) condition = compare(*operand, "=", *condition);
    const auto sql = condition ? as_condition(*condition) : std::nullopt;
    const Result value = sql && skip_word("then") ? any() : std::nullopt;
    if (!value) return std::nullopt;
    conditions.push_back(*sql);
    asked.push_back(*condition);
    values.push_back(*value);
  }
  Result otherwise = make("NULL", ValueFamily::null);
  if (skip_word("else")) otherwise = any();
  if (!otherwise || values.empty() || !skip_word("end")) return std::nullopt;
  values.push_back(*otherwise);
  return inherit(choose(conditions, values), asked);
}

Result Parser::cast() {
  if (!skip_symbol("(")) return std::nullopt;
  const Result operand = any();
  if (!operand || !skip_word("as")) return std::nullopt;
  const std::string type = token_.text;
  advance();
  std::vector<std::string> sizes;
  if (skip_symbol("(")) {
    do {
      sizes.push_back(token_.text);
      advance();
    } while (skip_symbol(","));
    if (!skip_symbol(")")) return std::nullopt;
  }
  while (token_.kind == TokenKind::name) advance();  // CHARSET utf8mb4, INTEGER
  if (!skip_symbol(")")) return std::nullopt;
  const auto number = as_number(*operand);
  if ((type == "signed" || type == "unsigned") && number &&
      number->family == ValueFamily::integer) {
    Result result = inherit(make(number->sql + "::bigint", ValueFamily::integer), {*operand});
    result->wide = true;
    if (type == "unsigned" && !is_count(*number) && result->caveat.empty()) {
      result->caveat = "a negative number is a very large one at the source once it is UNSIGNED";
    }
    return result;
  }
  if (type == "decimal" && number && !number->floating && sizes.size() == 2) {
    return inherit(with_scale(make("round(" + number->sql + "::numeric, " + sizes[1] + ")",
                                   ValueFamily::number),
                              to_scale(sizes[1])),
                   {*operand});
  }
  if (type == "char" && sizes.empty()) {
    const auto sql = as_text(*operand);
    return sql ? inherit(make("(" + *sql + ")", ValueFamily::text), {*operand}) : std::nullopt;
  }
  if (type == "date") return function("date", {*operand});
  return std::nullopt;
}

Result Parser::word(const std::string& name) {
  if (name == "null") return make("NULL", ValueFamily::null);
  if (name == "true") return make("true", ValueFamily::boolean);
  if (name == "false") return make("false", ValueFamily::boolean);
  constexpr std::array<std::string_view, 8> clocks{
      "current_timestamp", "localtime", "localtimestamp", "current_date",
      "current_time",      "utc_date",  "utc_time",       "utc_timestamp"};
  const bool known = std::find(clocks.begin(), clocks.end(), name) != clocks.end();
  return known ? function(name, {}) : std::nullopt;
}

}  // namespace millrace::expression
