#include "operators/expression_translation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "io/quoting.h"

namespace millrace {

namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

using Expression = TranslatedExpression;
using Result = std::optional<Expression>;
using Arguments = std::vector<Expression>;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_name(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return result;
}

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

Expression make(std::string sql, ValueFamily family, bool immutable = true) {
  return {.sql = std::move(sql), .family = family, .immutable = immutable, .text = {}};
}

Expression literal_of(const std::string& text) {
  Expression result = make(quote_literal(text), ValueFamily::text);
  result.text = text;
  return result;
}

// ---- tokens

enum class TokenKind : std::uint8_t { end, name, quoted_name, text, number, symbol, unreadable };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  // without quotes; a name in lower case
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) noexcept : rest_(text) {}

  Token next() {
    skip_blanks();
    if (rest_.empty()) return {};
    const char c = rest_[0];
    if (c == '`') return quoted('`', TokenKind::quoted_name);
    if (c == '\'') return quoted('\'', TokenKind::text);
    if (rest_.starts_with("\\'")) return escaped_text();
    if (is_digit(c) || (c == '.' && rest_.size() > 1 && is_digit(rest_[1]))) return number();
    if (is_name(c)) return name();
    rest_.remove_prefix(1);
    return {.kind = TokenKind::symbol, .text = std::string(1, c)};
  }

 private:
  void skip_blanks() noexcept {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\n')) {
      rest_.remove_prefix(1);
    }
  }

  /// A literal with doubled quotes and, in text, backslashes.
  Token quoted(char quote, TokenKind kind) {
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\' && kind == TokenKind::text && i + 1 < rest_.size()) {
        text += unescaped(rest_[++i]);
      } else if (rest_[i] != quote) {
        text += rest_[i];
      } else if (i + 1 < rest_.size() && rest_[i + 1] == quote) {
        text += rest_[++i];
      } else {
        rest_.remove_prefix(i + 1);
        return {.kind = kind, .text = std::move(text)};
      }
    }
    return unreadable();
  }

  /// MySQL 8 prints the quotes of a literal within an expression with a backslash in front.
  Token escaped_text() {
    const std::size_t end = rest_.find("\\'", 2);
    if (end == std::string_view::npos) return unreadable();
    std::string text(rest_.substr(2, end - 2));
    if (text.find('\\') != std::string::npos) return unreadable();
    rest_.remove_prefix(end + 2);
    return {.kind = TokenKind::text, .text = std::move(text)};
  }

  /// Source: MySQL manual, "String Literals".
  static char unescaped(char c) noexcept {
    switch (c) {
      case '0': return '\0';
      case 'b': return '\b';
      case 'n': return '\n';
      case 'r': return '\r';
      case 't': return '\t';
      case 'Z': return '\x1a';
      default: return c;
    }
  }

  Token number() {
    std::size_t end = 0;
    const auto digits = [&] {
      while (end < rest_.size() && is_digit(rest_[end])) ++end;
    };
    digits();
    if (end < rest_.size() && rest_[end] == '.') {
      ++end;
      digits();
    }
    if (end + 1 < rest_.size() && (rest_[end] == 'e' || rest_[end] == 'E')) {
      const std::size_t sign = rest_[end + 1] == '-' || rest_[end + 1] == '+' ? 2 : 1;
      if (end + sign < rest_.size() && is_digit(rest_[end + sign])) {
        end += sign;
        digits();
      }
    }
    if (end < rest_.size() && is_name(rest_[end])) return unreadable();  // 0x.., 0b.., 1a
    Token token{.kind = TokenKind::number, .text = std::string(rest_.substr(0, end))};
    rest_.remove_prefix(end);
    return token;
  }

  Token name() {
    std::size_t end = 0;
    while (end < rest_.size() && is_name(rest_[end])) ++end;
    Token token{.kind = TokenKind::name, .text = lower(rest_.substr(0, end))};
    rest_.remove_prefix(end);
    return token;
  }

  Token unreadable() noexcept {
    rest_ = {};
    return {.kind = TokenKind::unreadable, .text = {}};
  }

  std::string_view rest_;
};

// ---- functions

/// `e` as text; none where MySQL would write it differently.
std::optional<std::string> as_text(const Expression& e) {
  if (e.family == ValueFamily::text) return e.sql;
  if (e.family == ValueFamily::uuid) return e.sql + "::text";
  return std::nullopt;
}

bool all_immutable(const Arguments& arguments) {
  return std::all_of(arguments.begin(), arguments.end(),
                     [](const Expression& e) { return e.immutable; });
}

/// A whole number, zero or more, written as such.
bool is_count(const Expression& e) noexcept {
  return !e.sql.empty() && std::all_of(e.sql.begin(), e.sql.end(), is_digit);
}

/// name(text, ...), the first `n_texts` arguments as text.
Result call(std::string_view name, const Arguments& arguments, std::size_t n_texts,
            ValueFamily family) {
  std::string sql(name);
  sql += '(';
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) sql += ", ";
    const auto text = i < n_texts ? as_text(arguments[i]) : arguments[i].sql;
    if (!text) return std::nullopt;
    sql += *text;
  }
  return make(sql + ')', family, all_immutable(arguments));
}

/// The clock: these are not written with an empty pair of parentheses in PostgreSQL.
Result clock(std::string_view name, const Arguments& arguments) {
  if (arguments.size() > 1 || (arguments.size() == 1 && !is_count(arguments[0]))) {
    return std::nullopt;
  }
  const std::string digits = arguments.empty() ? "" : "(" + arguments[0].sql + ")";
  const auto is_one_of = [&](auto... names) { return ((name == names) || ...); };
  if (is_one_of("now", "current_timestamp", "localtime", "localtimestamp")) {
    return make("CURRENT_TIMESTAMP" + digits, ValueFamily::timestamptz, false);
  }
  if (name == "sysdate") return make("clock_timestamp()", ValueFamily::timestamptz, false);
  if (is_one_of("curtime", "current_time")) {
    return make("LOCALTIME" + digits, ValueFamily::time, false);
  }
  const std::string utc = "(CURRENT_TIMESTAMP" + digits + " AT TIME ZONE 'UTC')";
  if (name == "utc_timestamp") return make(utc, ValueFamily::timestamp, false);
  if (name == "utc_time") return make(utc + "::time", ValueFamily::time, false);
  if (!arguments.empty()) return std::nullopt;
  if (is_one_of("curdate", "current_date")) return make("CURRENT_DATE", ValueFamily::date, false);
  if (name == "utc_date") return make(utc + "::date", ValueFamily::date, false);
  if (name == "unix_timestamp") {
    return make("floor(extract(epoch FROM CURRENT_TIMESTAMP))::bigint", ValueFamily::integer,
                false);
  }
  return std::nullopt;
}

/// Functions without arguments that are no clock.
Result constant(std::string_view name) {
  if (name == "uuid") return make("gen_random_uuid()", ValueFamily::uuid, false);
  if (name == "sys_guid") {
    return make("upper(replace(gen_random_uuid()::text, '-', ''))", ValueFamily::text, false);
  }
  if (name == "rand") return make("random()", ValueFamily::number, false);
  if (name == "json_object") return make("'{}'::jsonb", ValueFamily::json);
  if (name == "json_array") return make("'[]'::jsonb", ValueFamily::json);
  return std::nullopt;
}

Result concatenate(const Arguments& arguments) {
  std::string sql;
  for (const Expression& e : arguments) {
    const auto text = as_text(e);
    if (!text) return std::nullopt;
    if (!sql.empty()) sql += " || ";
    sql += *text;
  }
  return make("(" + sql + ")", ValueFamily::text, all_immutable(arguments));
}

Result text_function(std::string_view name, const Arguments& arguments) {
  const std::size_t n = arguments.size();
  const auto is_one_of = [&](auto... names) { return ((name == names) || ...); };
  if (name == "concat") return concatenate(arguments);
  if (n == 1 && is_one_of("lower", "lcase")) return call("lower", arguments, 1, ValueFamily::text);
  if (n == 1 && is_one_of("upper", "ucase")) return call("upper", arguments, 1, ValueFamily::text);
  if (n == 1 && is_one_of("trim", "ltrim", "rtrim")) {
    return call(name == "trim" ? "btrim" : name, arguments, 1, ValueFamily::text);
  }
  if (n == 1 && is_one_of("char_length", "character_length")) {
    return call("char_length", arguments, 1, ValueFamily::integer);
  }
  if (n == 2 && is_one_of("left", "right") && is_count(arguments[1])) {
    return call(name, arguments, 1, ValueFamily::text);
  }
  if ((n == 2 || n == 3) && is_one_of("substr", "substring", "mid")) {
    // From 0 MySQL takes nothing, and PostgreSQL takes one character less.
    const bool counted =
        is_count(arguments[1]) && arguments[1].sql != "0" && (n == 2 || is_count(arguments[2]));
    return counted ? call("substr", arguments, 1, ValueFamily::text) : std::nullopt;
  }
  if (n == 3 && name == "replace") return call("replace", arguments, 3, ValueFamily::text);
  return std::nullopt;
}

Result bytes_function(std::string_view name, const Arguments& arguments) {
  if (arguments.empty() || arguments.size() > 2) return std::nullopt;
  const Expression& e = arguments[0];
  if (name == "uuid_to_bin" && e.family == ValueFamily::uuid) {
    const bool in_order = arguments.size() == 1 || arguments[1].sql == "0";
    if (!in_order) return std::nullopt;
    return make("uuid_send(" + e.sql + ")", ValueFamily::bytes, e.immutable);
  }
  if (arguments.size() != 1) return std::nullopt;
  if (name == "unhex") {
    const auto text = as_text(e);
    if (!text) return std::nullopt;
    return make("decode(" + *text + ", 'hex')", ValueFamily::bytes, e.immutable);
  }
  if (e.family != ValueFamily::bytes) return std::nullopt;
  if (name == "hex") {
    return make("upper(encode(" + e.sql + ", 'hex'))", ValueFamily::text, e.immutable);
  }
  if (name == "length" || name == "octet_length") {
    return make("octet_length(" + e.sql + ")", ValueFamily::integer, e.immutable);
  }
  return std::nullopt;
}

Result number_function(std::string_view name, const Arguments& arguments) {
  if (arguments.size() != 1 || !is_numeric(arguments[0])) return std::nullopt;
  const Expression& e = arguments[0];
  if (name == "abs") return make("abs(" + e.sql + ")", e.family, e.immutable);
  if (name == "floor" || name == "ceil" || name == "ceiling") {
    const std::string function = name == "floor" ? "floor(" : "ceil(";
    return make(function + e.sql + ")", ValueFamily::number, e.immutable);
  }
  return std::nullopt;
}

Result date_function(std::string_view name, const Arguments& arguments) {
  if (arguments.size() != 1) return std::nullopt;
  const Expression& e = arguments[0];
  if (!is_moment(e) && e.family != ValueFamily::date) return std::nullopt;
  // What day an instant falls on hangs on the session's time zone.
  const bool immutable = e.immutable && e.family != ValueFamily::timestamptz;
  if (name == "date") return make(e.sql + "::date", ValueFamily::date, immutable);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> fields{{
      {"year", "year"},
      {"month", "month"},
      {"day", "day"},
      {"dayofmonth", "day"},
      {"quarter", "quarter"},
      {"hour", "hour"},
      {"minute", "minute"},
      {"dayofyear", "doy"},
  }};
  for (const auto& [mysql, field] : fields) {
    if (name != mysql) continue;
    const bool of_day = field == "hour" || field == "minute";
    if (of_day && e.family == ValueFamily::date) return std::nullopt;
    return make("extract(" + std::string(field) + " FROM " + e.sql + ")::integer",
                ValueFamily::integer, immutable);
  }
  return std::nullopt;
}

Result choice(std::string_view name, const Arguments& arguments) {
  const bool two = arguments.size() == 2 && (name == "ifnull" || name == "nullif");
  if (!two && (name != "coalesce" || arguments.empty())) return std::nullopt;
  for (const Expression& e : arguments) {
    if (e.family != arguments[0].family || e.family == ValueFamily::other) return std::nullopt;
  }
  return call(name == "nullif" ? "nullif" : "coalesce", arguments, 0, arguments[0].family);
}

Result function(std::string_view name, const Arguments& arguments) {
  if (Result result = clock(name, arguments)) return result;
  if (arguments.empty()) return constant(name);
  for (const auto translate :
       {text_function, bytes_function, number_function, date_function, choice}) {
    if (Result result = translate(name, arguments)) return result;
  }
  return std::nullopt;
}

// ---- the grammar
//    sum     := product (('+' | '-') (product | interval))*
//    product := unary ('*' unary)*
//    unary   := '-' number | '(' sum ')' | literal | column | name '(' (sum (',' sum)*)? ')'
//    interval := INTERVAL ['-'] number unit

class Parser {
 public:
  Parser(std::string_view text, const ColumnLookup& columns) : lexer_(text), columns_(columns) {
    advance();
  }

  Result whole() {
    Result result = sum();
    return token_.kind == TokenKind::end ? result : std::nullopt;
  }

 private:
  void advance() { token_ = lexer_.next(); }
  bool at_symbol(char c) const { return token_.kind == TokenKind::symbol && token_.text[0] == c; }
  bool at_word(std::string_view word) const {
    return token_.kind == TokenKind::name && token_.text == word;
  }
  bool skip_symbol(char c) {
    if (!at_symbol(c)) return false;
    advance();
    return true;
  }

  Result sum() {
    Result left = product();
    while (left && (at_symbol('+') || at_symbol('-'))) {
      const std::string sign = token_.text;
      advance();
      left = at_word("interval") ? add_interval(*left, sign) : arithmetic(*left, sign, product());
    }
    return left;
  }

  Result product() {
    Result left = unary();
    while (left && skip_symbol('*')) left = arithmetic(*left, "*", unary());
    return left;
  }

  static Result arithmetic(const Expression& left, const std::string& sign, const Result& right) {
    if (!right || !is_numeric(left) || !is_numeric(*right)) return std::nullopt;
    const bool whole = left.family == ValueFamily::integer && right->family == ValueFamily::integer;
    return make("(" + widened(left) + " " + sign + " " + widened(*right) + ")",
                whole ? ValueFamily::integer : ValueFamily::number,
                left.immutable && right->immutable);
  }

  /// MySQL counts in 64 bits whatever the columns' width.
  static std::string widened(const Expression& e) {
    const bool column = e.family == ValueFamily::integer && e.sql.starts_with('"');
    return column ? e.sql + "::bigint" : e.sql;
  }

  Result add_interval(const Expression& left, const std::string& sign) {
    constexpr std::array<std::string_view, 8> units{"microsecond", "second", "minute", "hour",
                                                    "day",         "week",   "month",  "year"};
    advance();
    const bool negative = skip_symbol('-');
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
    if (skip_symbol('-')) {
      if (token_.kind != TokenKind::number) return std::nullopt;
      Result result = number();
      result->sql = "(-" + result->sql + ")";
      return result;
    }
    if (skip_symbol('(')) {
      Result result = sum();
      return skip_symbol(')') ? result : std::nullopt;
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
    return make(digits, whole ? ValueFamily::integer : ValueFamily::number);
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
    const TargetColumn* found = columns_ ? columns_(name) : nullptr;
    if (found == nullptr) return std::nullopt;
    return make(quote_identifier(found->name), family_of(found->type));
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
    if (!at_symbol('(')) return word(name);
    advance();
    Arguments arguments;
    if (!at_symbol(')')) {
      do {
        const Result argument = sum();
        if (!argument) return std::nullopt;
        arguments.push_back(*argument);
      } while (skip_symbol(','));
    }
    return skip_symbol(')') ? function(name, arguments) : std::nullopt;
  }

  static Result word(const std::string& name) {
    if (name == "null") return make("NULL", ValueFamily::null);
    if (name == "true") return make("true", ValueFamily::boolean);
    if (name == "false") return make("false", ValueFamily::boolean);
    constexpr std::array<std::string_view, 8> clocks{
        "current_timestamp", "localtime", "localtimestamp", "current_date",
        "current_time",      "utc_date",  "utc_time",       "utc_timestamp"};
    const bool known = std::find(clocks.begin(), clocks.end(), name) != clocks.end();
    return known ? clock(name, {}) : std::nullopt;
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

std::optional<std::string> assign_to(const TranslatedExpression& expression,
                                     std::string_view type) {
  const ValueFamily from = expression.family;
  const ValueFamily to = family_of(type);
  switch (to) {
    case ValueFamily::integer:
    case ValueFamily::number:
      if (from == ValueFamily::boolean) return expression.sql + "::integer";
      if (from == ValueFamily::integer || from == to) return expression.sql;
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
