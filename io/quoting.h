#pragma once

#include <string>
#include <string_view>

// PostgreSQL's quoting is a noun of both sides of the wall: io/postgres writes statements with it,
// and operators write the pieces that go into them.
namespace millrace::postgres {

/// An SQL identifier in double quotes. Requires: no NUL byte.
inline std::string quote_identifier(std::string_view name) {
  std::string quoted;
  quoted.reserve(name.size() + 2);
  quoted += '"';
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  quoted += '"';
  return quoted;
}

/// `"schema"."name"`.
inline std::string quote_qualified(std::string_view schema, std::string_view name) {
  return quote_identifier(schema) + '.' + quote_identifier(name);
}

/// An SQL string literal; written E'' when it holds a backslash, so that it reads the same under
/// either setting of standard_conforming_strings. Requires: valid UTF-8 without a NUL byte.
inline std::string quote_literal(std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + 3);
  const bool escaped = text.find('\\') != std::string_view::npos;
  quoted += escaped ? "E'" : "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += c;
    quoted += c;
  }
  quoted += '\'';
  return quoted;
}

}  // namespace millrace::postgres
