#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "operators/expression_lexer.h"
#include "operators/expression_parts.h"

namespace millrace::expression {

/// Reads an expression by recursive descent; what a name stands for is a derived parser's to say.
///
/// Each rule leaves `token_` behind what it has read, and gives none for what is not surely the
/// same in PostgreSQL.
class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { advance(); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  virtual ~Parser() = default;

  Result whole() {
    Result result = any();
    return token_.kind == TokenKind::end ? result : std::nullopt;
  }

 protected:
  /// What the name at `token_`, with or without dots, stands for.
  virtual Result column() = 0;
  /// What only a query holds: an aggregate, EXISTS. At '(' behind its name in lower case.
  virtual Result call(const std::string& name);
  /// A SELECT behind its '(' as a value. At SELECT.
  virtual Result scalar_query() { return std::nullopt; }
  /// `left IN (SELECT ..)`. At SELECT, behind '('.
  virtual Result is_in_query(const Expression&) { return std::nullopt; }

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

  /// Whether a SELECT in parentheses begins here.
  bool at_query() const {
    Lexer ahead = lexer_;
    const Token next = ahead.next();
    return at_symbol("(") && next.kind == TokenKind::name && next.text == "select";
  }

  /// Both sides as conditions, joined by `word`.
  static Result join(const Result& left, std::string_view word, const Result& right);
  static Result negated(const Result& operand) {
    const auto condition = operand ? as_condition(*operand) : std::nullopt;
    if (!condition) return std::nullopt;
    return inherit(make("(NOT " + *condition + ")", ValueFamily::boolean), {*operand});
  }

  Result any();
  Result exclusive();
  Result conjunction() {
    Result left = negation();
    while (left && (skip_word("and") || skip_symbol("&&"))) left = join(left, "AND", negation());
    return left;
  }

  Result negation();
  Result predicate();
  Result tested();
  Result is(const Expression& left);
  /// What follows a left side in words: IN, BETWEEN, LIKE, REGEXP.
  Result test(const Expression& left);
  Result sum();
  Result product();
  Result add_interval(const Expression& left, const std::string& sign);
  Result unary();
  Result number();
  Result text(const std::string& value) {
    if (value.find('\0') != std::string::npos) return std::nullopt;
    Expression result = literal_of(value);
    advance();
    return result;
  }

  Result named();
  /// '(' expression, ... ')'
  std::optional<Arguments> arguments();
  /// CASE [operand] WHEN .. THEN .. [ELSE ..] END, behind its first word.
  Result cases();
  /// CAST(.. AS type), behind its first word.
  Result cast();
  static Result word(const std::string& name);

  Lexer lexer_;
  Token token_;

 private:
  /// How deep brackets and signs may lie in one another: the call stack is not endless.
  static constexpr int most_depth = 200;
  class Deeper {
   public:
    explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
    ~Deeper() { --depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    int& depth_;
  };
  int depth_ = 0;
};

}  // namespace millrace::expression
