#include "operators/encode_text.h"

#include <simdjson.h>

#include <array>

namespace millrace {
namespace {

// Source: MySQL, strings/ctype-latin1.c, cs_to_uni[0x80 .. 0x9f].
constexpr std::array<std::uint16_t, 32> cp1252 = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

// UTF-8 of one byte of latin1: the first byte lowest, the count of bytes on top.
constexpr std::uint32_t utf8_of(std::uint32_t byte) {
  const std::uint32_t c = byte >= 0x80 && byte < 0xa0 ? cp1252[byte - 0x80] : byte;
  if (c < 0x80) return c | 1U << 24;
  if (c < 0x800) return (0xc0 | c >> 6) | (0x80 | (c & 0x3f)) << 8 | 2U << 24;
  return (0xe0 | c >> 12) | (0x80 | (c >> 6 & 0x3f)) << 8 | (0x80 | (c & 0x3f)) << 16 | 3U << 24;
}

constexpr std::array<std::uint32_t, 256> latin1_to_utf8 = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) table[byte] = utf8_of(byte);
  return table;
}();

const char* characters_of(const std::uint8_t* text) noexcept {
  return reinterpret_cast<const char*>(text);
}

}  // namespace

ValueFault check_utf8(const std::uint8_t* text, std::size_t bytes) noexcept {
  if (std::memchr(text, 0, bytes) != nullptr) return ValueFault::nul_in_text;
  return simdjson::validate_utf8(characters_of(text), bytes) ? ValueFault::none
                                                             : ValueFault::invalid_utf8;
}

std::size_t count_characters(const std::uint8_t* text, std::size_t bytes) noexcept {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < bytes; ++i) characters += (text[i] & 0xc0) != 0x80;
  return characters;
}

std::size_t latin1_bytes_as_utf8(const std::uint8_t* text, std::size_t bytes) noexcept {
  std::size_t total = 0;
  for (std::size_t i = 0; i < bytes; ++i) total += latin1_to_utf8[text[i]] >> 24;
  return total;
}

std::uint8_t* write_latin1_as_utf8(const std::uint8_t* text, std::size_t bytes,
                                   std::uint8_t* to) noexcept {
  for (std::size_t i = 0; i < bytes; ++i) {
    const std::uint32_t utf8 = latin1_to_utf8[text[i]];
    std::memcpy(to, &utf8, sizeof utf8);
    to += utf8 >> 24;
  }
  return to;
}

ValueFault encode_text_array(std::uint8_t*& to, FieldView text, TextCharset charset) noexcept {
  constexpr std::uint32_t text_oid = 25;  // Source: PostgreSQL, pg_type.dat
  if (text.bytes == 0) {
    store_big(to, std::uint32_t{12});
    store_big(to + 4, std::uint64_t{0});
    store_big(to + 12, text_oid);
    to += 16;
    return ValueFault::none;
  }
  if (charset == TextCharset::utf8) {
    if (const auto fault = check_utf8(text.data, text.bytes); fault != ValueFault::none) {
      return fault;
    }
  } else if (std::memchr(text.data, 0, text.bytes) != nullptr) {
    return ValueFault::nul_in_text;
  }

  const std::uint8_t* const end = text.data + text.bytes;
  std::uint8_t* next = to + 24;
  std::uint32_t elements = 0;
  for (const std::uint8_t* label = text.data;; ++elements) {
    const auto left = static_cast<std::size_t>(end - label);
    const void* const comma = left == 0 ? nullptr : std::memchr(label, ',', left);
    const std::uint8_t* const label_end =
        comma == nullptr ? end : static_cast<const std::uint8_t*>(comma);
    const auto label_bytes = static_cast<std::size_t>(label_end - label);
    std::uint8_t* written = next + 4;
    if (charset == TextCharset::utf8) {
      std::memcpy(written, label, label_bytes);
      written += label_bytes;
    } else {
      written = write_latin1_as_utf8(label, label_bytes, written);
    }
    store_big(next, static_cast<std::uint32_t>(written - next - 4));
    next = written;
    if (label_end == end) break;
    label = label_end + 1;
  }
  store_big(to, static_cast<std::uint32_t>(next - to - 4));
  store_big(to + 4, std::uint64_t{1} << 32);  // one dimension, no NULLs
  store_big(to + 12, text_oid);
  store_big(to + 16, elements + 1);
  store_big(to + 20, std::uint32_t{1});
  to = next;
  return ValueFault::none;
}

}  // namespace millrace
