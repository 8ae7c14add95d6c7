#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

enum class TokenKind : std::uint8_t { end, name, quoted_name, text, number, symbol, unreadable };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;      // without quotes; a name in lower case
  std::string_view raw;  // as it stands in the source, a view of the lexer's text
};

/// Cuts an expression of MySQL's or MariaDB's dialect, as their catalogs print it, into tokens.
///
/// Symbols are of one character, but for <=> <= >= <> != << >> && || and :=.
/// Requires: the text outlives the lexer and its tokens.
class Lexer {
 public:
  explicit Lexer(std::string_view text) noexcept : rest_(text) {}

  /// The next token; `end` for ever after the last one.
  Token next();

 private:
  void skip_blanks() noexcept;
  Token read();
  Token quoted(char quote, TokenKind kind);
  Token escaped_text();
  Token number();
  Token name();
  Token symbol();
  Token unreadable() noexcept;

  std::string_view rest_;
};

}  // namespace millrace
