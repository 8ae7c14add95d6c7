#include "engine/html_text.h"

#include <cstdint>

namespace millrace {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// The character at the start of `text`; length 1 and valid == false where it is none.
struct Character {
  std::size_t bytes = 1;
  bool valid = false;
};

// Source: RFC 3629, section 4; XML 1.0, "Char": no control characters but tab and line ends.
Character first_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return {1, lead >= 0x20 ? lead != 0x7F : lead == '\t' || lead == '\n' || lead == '\r'};
  }
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool outside = code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) || code == 0xFFFE ||
                       code == 0xFFFF || code < 0xA0;
  return overlong || outside ? Character{} : Character{bytes, true};
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.valid) {
      escaped += replacement;
    } else {
      switch (text[0]) {
        case '&': escaped += "&amp;"; break;
        case '<': escaped += "&lt;"; break;
        case '>': escaped += "&gt;"; break;
        case '"': escaped += "&quot;"; break;
        case '\'': escaped += "&#39;"; break;
        default: escaped += text.substr(0, character.bytes);
      }
    }
    text.remove_prefix(character.bytes);
  }
  return escaped;
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::size_t end = 0;
  std::size_t cut = 0;  // where the last character that may stay before … ends
  for (std::size_t count = 0; end < text.size(); ++count) {
    if (count + 1 == characters) cut = end;
    if (count == characters) return std::string(text.substr(0, cut)) + "…";
    end += first_character(text.substr(end)).bytes;
  }
  return std::string(text);
}

}  // namespace millrace
