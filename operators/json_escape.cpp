#include "operators/json_escape.h"

#include <algorithm>

namespace millrace {

namespace {

std::uint32_t hex4(std::string_view digits) noexcept {
  std::uint32_t code = 0;
  for (const char c : digits.substr(0, 4)) {
    const auto value = (c >= '0' && c <= '9') ? c - '0' : (c | 0x20) - 'a' + 10;
    code = code << 4 | (static_cast<std::uint32_t>(value) & 0xf);
  }
  return code;
}

}  // namespace

void put_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

std::uint32_t take_escape(std::string_view& rest) noexcept {
  if (rest.empty()) return 0;
  const char c = rest.front();
  rest.remove_prefix(1);
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return static_cast<unsigned char>(c);
  }
  std::uint32_t code = hex4(rest);
  rest.remove_prefix(std::min<std::size_t>(rest.size(), 4));
  const bool pair = code >= 0xd800 && code < 0xdc00 && rest.starts_with("\\u");
  if (!pair) return code;
  rest.remove_prefix(2);
  code = 0x10000 + ((code - 0xd800) << 10) + ((hex4(rest) - 0xdc00) & 0x3ff);
  rest.remove_prefix(std::min<std::size_t>(rest.size(), 4));
  return code;
}

void append_unescaped(std::string_view raw, std::string& out) {
  for (;;) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    raw.remove_prefix(1);
    put_utf8(take_escape(raw), out);
  }
}

}  // namespace millrace
