#include "operators/expression_translation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "io/quoting.h"
#include "operators/expression_lexer.h"
#include "operators/expression_parts.h"
#include "operators/text_comparison.h"

namespace millrace {

namespace {

using namespace expression;
using postgres::quote_identifier;

//    or         := and (OR and | XOR and)*
//    and        := not (AND not)*
//    not        := NOT not | predicate
//    predicate  := sum (comparison sum | IS [NOT] .. | [NOT] IN (..) | [NOT] BETWEEN sum AND sum
//                       | [NOT] LIKE sum | [NOT] REGEXP sum)*
//    sum        := product (('+' | '-') (product | interval))*
//    product    := unary (('*' | '/' | '%' | DIV | MOD) unary)*
//    unary      := '-' unary | '!' unary | '(' or ')' | literal | column | CASE .. END
//                  | CAST '(' or AS type ')' | name '(' (or (',' or)*)? ')'
//    interval   := INTERVAL ['-'] number unit

class Parser {
 public:
  Parser(std::string_view text, const ColumnLookup& columns) : lexer_(text), columns_(columns) {
    advance();
  }

  Result whole() {
    Result result = any();
    return token_.kind == TokenKind::end ? result : std::nullopt;
  }

 private:
  void advance() { token_ = lexer_.next(); }
  bool at_symbol(std::string_view symbol) const {
    return token_.kind == TokenKind::symbol && token_.text == symbol;
  }
  bool at_word(std::string_view word) const {
    return token_.kind == TokenKind::name && token_.text == word;
  }
  bool skip_symbol(std::string_view symbol) {
    if (!at_symbol(symbol)) return false;
    advance();
    return true;
  }
  bool skip_word(std::string_view word) {
    if (!at_word(word)) return false;
    advance();
    return true;
  }

  /// Both sides as conditions, joined by `word`.
  static Result join(const Result& left, std::string_view word, const Result& right) {
    if (!left || !right) return std::nullopt;
    const auto a = as_condition(*left);
    const auto b = as_condition(*right);
    if (!a || !b) return std::nullopt;
    return inherit(make("(" + *a + " " + std::string(word) + " " + *b + ")", ValueFamily::boolean),
                   {*left, *right});
  }

  static Result negated(const Result& operand) {
    const auto condition = operand ? as_condition(*operand) : std::nullopt;
    if (!condition) return std::nullopt;
    return inherit(make("(NOT " + *condition + ")", ValueFamily::boolean), {*operand});
  }

  Result any() {
    Result left = conjunction();
    while (left) {
      if (skip_word("or") || skip_symbol("||")) {
        left = join(left, "OR", conjunction());
      } else if (skip_word("xor")) {
        left = join(left, "<>", conjunction());
      } else {
        break;
      }
    }
    return left;
  }

  Result conjunction() {
    Result left = negation();
    while (left && (skip_word("and") || skip_symbol("&&"))) left = join(left, "AND", negation());
    return left;
  }

  Result negation() { return skip_word("not") ? negated(negation()) : predicate(); }

  Result predicate() {
    Result left = sum();
    while (left) {
      constexpr std::array<std::string_view, 8> comparisons{
          "=", "<=>", "<>", "!=", "<", "<=", ">", ">="};
      const bool compares =
          token_.kind == TokenKind::symbol &&
          std::find(comparisons.begin(), comparisons.end(), token_.text) != comparisons.end();
      if (compares) {
        const std::string op = token_.text;
        advance();
        const Result right = sum();
        left = right ? compare(*left, op, *right) : std::nullopt;
      } else if (skip_word("is")) {
        left = is(*left);
      } else if (at_word("not") || at_word("in") || at_word("between") || at_word("like") ||
                 at_word("regexp") || at_word("rlike")) {
        const bool inverted = skip_word("not");
        left = test(*left);
        if (inverted) left = negated(left);
      } else {
        break;
      }
    }
    return left;
  }

  Result is(const Expression& left) {
    const std::string_view no = skip_word("not") ? "NOT " : "";
    const std::string word = token_.text;
    advance();
    const auto test = [&](const std::string& sql, std::string_view what) {
      return inherit(make("(" + sql + " IS " + std::string(no) + std::string(what) + ")",
                          ValueFamily::boolean),
                     {left});
    };
    if (word == "null") return test(left.sql, "NULL");
    const auto condition = as_condition(left);
    if (condition && word == "true") return test(*condition, "TRUE");
    if (condition && word == "false") return test(*condition, "FALSE");
    return std::nullopt;
  }

  /// What follows a left side in words: IN, BETWEEN, LIKE, REGEXP.
  Result test(const Expression& left) {
    if (skip_word("in")) {
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

  Result sum() {
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

  Result product() {
    Result left = unary();
    while (left && (at_symbol("*") || at_symbol("/") || at_symbol("%") || at_word("div") ||
                    at_word("mod"))) {
      const std::string op = token_.text;
      advance();
      const Result right = unary();
      left = right ? arithmetic(*left, op, *right) : std::nullopt;
    }
    return left;
  }

  Result add_interval(const Expression& left, const std::string& sign) {
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
    const bool instant = left.family == ValueFamily::timestamptz;
    return make("(" + left.sql + " " + sign + " interval '" + (negative ? "-" : "") + count + " " +
                    unit + "')",
                instant ? ValueFamily::timestamptz : ValueFamily::timestamp,
                left.immutable && !instant);
  }

  Result unary() {
    if (skip_symbol("-")) {
      const bool literal = token_.kind == TokenKind::number;
      const Result operand = unary();
      const auto value = operand ? as_number(*operand) : std::nullopt;
      if (!value) return std::nullopt;
      const std::string sql = literal ? value->sql : " " + value->sql;
      return inherit(make("(-" + sql + ")", value->family), {*value});
    }
    if (skip_symbol("!")) return negated(unary());
    if (skip_symbol("(")) {
      Result result = any();
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

  Result number() {
    const std::string digits = token_.text;
    advance();
    const bool whole = std::all_of(digits.begin(), digits.end(), is_digit);
    Expression result = make(digits, whole ? ValueFamily::integer : ValueFamily::number);
    // With an exponent it is a double there.
    result.floating = digits.find_first_of("eE") != std::string::npos;
    return result;
  }

  Result text(const std::string& value) {
    if (value.find('\0') != std::string::npos) return std::nullopt;
    Expression result = literal_of(value);
    advance();
    return result;
  }

  Result column() {
    const std::string name = token_.text;
    advance();
    const ColumnReference found = columns_ ? columns_(name) : ColumnReference{};
    if (found.target == nullptr) return std::nullopt;
    const std::string& type = found.target->type;
    Expression result = make(quote_identifier(found.target->name), family_of(type));
    if (found.spelled_out && found.target->computed()) {
      if (result.family == ValueFamily::other) return std::nullopt;
      result.sql = "(" + found.target->generated_sql + ")::" + type;
    }
    // Plain text in here, whatever the column is: what is asked of it is spelled out.
    if (result.family == ValueFamily::text) {
      if (is_citext(type)) result.sql += "::text";
      if (!found.target->collation.empty()) {
        result.sql = "(" + result.sql + " COLLATE pg_catalog.\"default\")";
      }
    }
    result.floating = type == "real" || type == "double precision";
    if (found.source != nullptr) {
      const SourceColumn& source = *found.source;
      result.folds_case = result.family == ValueFamily::text && ignores_case(source.collation);
      result.text_differs = source.column_type.find("zerofill") != std::string::npos;
      if (source.type == SourceType::enumeration) {
        if (result.family == ValueFamily::other) result.labels_of = found.source;
      }
    }
    return result;
  }

  Result named() {
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
    const auto given = arguments();
    return given ? function(name, *given) : std::nullopt;
  }

  /// '(' expression, ... ')'
  std::optional<Arguments> arguments() {
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

  /// CASE [operand] WHEN .. THEN .. [ELSE ..] END, behind its first word.
  Result cases() {
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

  /// CAST(.. AS type), behind its first word.
  Result cast() {
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
      return inherit(make(number->sql + "::bigint", ValueFamily::integer), {*operand});
    }
    if (type == "decimal" && number && !number->floating && sizes.size() == 2) {
      return inherit(
          make("round(" + number->sql + "::numeric, " + sizes[1] + ")", ValueFamily::number),
          {*operand});
    }
    if (type == "char" && sizes.empty()) {
      const auto sql = as_text(*operand);
      return sql ? inherit(make("(" + *sql + ")", ValueFamily::text), {*operand}) : std::nullopt;
    }
    if (type == "date") return function("date", {*operand});
    return std::nullopt;
  }

  static Result word(const std::string& name) {
    if (name == "null") return make("NULL", ValueFamily::null);
    if (name == "true") return make("true", ValueFamily::boolean);
    if (name == "false") return make("false", ValueFamily::boolean);
    constexpr std::array<std::string_view, 8> clocks{
        "current_timestamp", "localtime", "localtimestamp", "current_date",
        "current_time",      "utc_date",  "utc_time",       "utc_timestamp"};
    const bool known = std::find(clocks.begin(), clocks.end(), name) != clocks.end();
    return known ? function(name, {}) : std::nullopt;
  }

  Lexer lexer_;
  Token token_;
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
  return Parser(mysql, columns).whole();
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