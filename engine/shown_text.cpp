#include "engine/shown_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace millrace {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// The character at the start of a text; one byte and not valid where it is none.
struct Character {
  std::size_t bytes = 1;
  std::uint32_t code = 0;
  bool valid = false;
};

// Source: RFC 3629, section 4; XML 1.0, "Char". Control characters count as not valid.
Character first_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead, lead >= 0x20 && lead != 0x7F};
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
  if (overlong || outside) return {};
  return {bytes, code, true};
}

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Source: Unicode Standard Annex 11, "Wide" and "Fullwidth", by blocks.
constexpr std::array<CodeRange, 9> wide = {{{0x1100, 0x115F},
                                            {0x2E80, 0xA4CF},
                                            {0xAC00, 0xD7A3},
                                            {0xF900, 0xFAFF},
                                            {0xFE30, 0xFE6F},
                                            {0xFF00, 0xFF60},
                                            {0xFFE0, 0xFFE6},
                                            {0x1F300, 0x1FAFF},
                                            {0x20000, 0x3FFFD}}};

// Combining marks are drawn over the character before them.
constexpr std::array<CodeRange, 3> narrow = {
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}}};

template <class Ranges>
bool is_in(std::uint32_t code, const Ranges& ranges) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [&](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

std::size_t columns_of(const Character& character) noexcept {
  if (!character.valid || character.code < 0x300) return 1;
  if (is_in(character.code, narrow)) return 0;
  return is_in(character.code, wide) ? 2 : 1;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    const bool space = text[0] == '\t' || text[0] == '\n' || text[0] == '\r';
    if (!character.valid && !space) {
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

std::size_t columns_of(std::string_view text) noexcept {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += columns_of(character);
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns, std::string_view ellipsis) {
  struct Piece {
    std::string_view bytes;
    std::size_t columns;
  };
  std::vector<Piece> pieces;
  std::size_t total = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::string_view bytes = character.valid ? text.substr(0, character.bytes) : "?";
    pieces.push_back({bytes, columns_of(character)});
    total += pieces.back().columns;
    text.remove_prefix(character.bytes);
  }
  std::size_t head_end = pieces.size();
  std::size_t tail_begin = pieces.size();
  const bool cut = total > columns;
  if (cut) {
    const std::size_t room = columns > 0 ? columns - 1 : 0;  // the ellipsis takes one
    const std::size_t tail_room = room * 2 / 5;
    std::size_t tail = 0;
    while (tail_begin > 0 && tail + pieces[tail_begin - 1].columns <= tail_room) {
      tail += pieces[--tail_begin].columns;
    }
    std::size_t head = 0;
    head_end = 0;
    while (head_end < tail_begin && head + pieces[head_end].columns <= room - tail) {
      head += pieces[head_end++].columns;
    }
  }
  std::string result;
  for (std::size_t i = 0; i < head_end; ++i) result += pieces[i].bytes;
  if (cut && columns > 0) result += ellipsis;
  for (std::size_t i = tail_begin; i < pieces.size(); ++i) result += pieces[i].bytes;
  return result;
}

std::string padded(std::string_view text, std::size_t columns, std::string_view ellipsis) {
  std::string result = fitted(text, columns, ellipsis);
  const std::size_t used = columns_of(result);
  if (used < columns) result.append(columns - used, ' ');
  return result;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  const std::size_t room = width > indent + 24 ? width - indent : 24;
  std::string result;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    const std::size_t columns = columns_of(word);
    if (column != 0 && column + 1 + columns > room) {
      result += '\n' + std::string(indent, ' ');
      column = 0;
    }
    if (column != 0) {
      result += ' ';
      ++column;
    }
    result += word;
    column += columns;
  }
  return result + '\n';
}

}  // namespace millrace
