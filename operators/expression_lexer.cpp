#include "operators/expression_lexer.h"

#include <array>
#include <utility>

#include "io/ascii_case.h"

namespace millrace {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_name(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

/// Source: MySQL manual, "String Literals".
char unescaped(char c) noexcept {
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

}  // namespace

Token Lexer::next() {
  skip_blanks();
  const std::string_view before = rest_;
  Token token = read();
  token.raw = before.substr(0, before.size() - rest_.size());
  return token;
}

Token Lexer::read() {
  if (rest_.empty()) return {};
  const char c = rest_[0];
  if (c == '`') return quoted('`', TokenKind::quoted_name);
  if (c == '\'') return quoted('\'', TokenKind::text);
  if (c == '"') return quoted('"', TokenKind::text);
  if (rest_.starts_with("\\'")) return escaped_text();
  if (is_digit(c) || (c == '.' && rest_.size() > 1 && is_digit(rest_[1]))) return number();
  if (is_name(c) || (static_cast<unsigned char>(c) & 0x80U) != 0) return name();
  return symbol();
}

void Lexer::skip_blanks() noexcept {
  const std::size_t begin = rest_.find_first_not_of(" \t\r\n");
  rest_.remove_prefix(begin == std::string_view::npos ? rest_.size() : begin);
}

Token Lexer::symbol() {
  constexpr std::array<std::string_view, 10> longer{
      "<=>", "<=", ">=", "<>", "!=", "<<", ">>", "&&", "||", ":="};
  std::size_t n_bytes = 1;
  for (const std::string_view known : longer) {
    if (rest_.starts_with(known)) {
      n_bytes = known.size();
      break;
    }
  }
  Token token{.kind = TokenKind::symbol, .text = std::string(rest_.substr(0, n_bytes)), .raw = {}};
  rest_.remove_prefix(n_bytes);
  return token;
}

Token Lexer::quoted(char quote, TokenKind kind) {
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
      return {.kind = kind, .text = std::move(text), .raw = {}};
    }
  }
  return unreadable();
}

/// MySQL 8 prints the quotes of a literal within an expression with a backslash in front.
Token Lexer::escaped_text() {
  const std::size_t end = rest_.find("\\'", 2);
  if (end == std::string_view::npos) return unreadable();
  std::string text(rest_.substr(2, end - 2));
  if (text.find('\\') != std::string::npos) return unreadable();
  rest_.remove_prefix(end + 2);
  return {.kind = TokenKind::text, .text = std::move(text), .raw = {}};
}

Token Lexer::number() {
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
  Token token{.kind = TokenKind::number, .text = std::string(rest_.substr(0, end)), .raw = {}};
  rest_.remove_prefix(end);
  return token;
}

Token Lexer::name() {
  std::size_t end = 0;
  while (end < rest_.size() &&
         (is_name(rest_[end]) || (static_cast<unsigned char>(rest_[end]) & 0x80U) != 0)) {
    ++end;
  }
  Token token{.kind = TokenKind::name, .text = lower_case(rest_.substr(0, end)), .raw = {}};
  rest_.remove_prefix(end);
  return token;
}

Token Lexer::unreadable() noexcept {
  rest_ = {};
  return {.kind = TokenKind::unreadable, .text = {}, .raw = {}};
}

}  // namespace millrace
