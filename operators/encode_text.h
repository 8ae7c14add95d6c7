#pragma once

#include <cstddef>
#include <cstdint>

#include "operators/byte_order.h"
#include "operators/text_scan.h"
#include "operators/value_fault.h"
#include "operators/wire_field.h"

// Text as COPY binary fields: int32(n) byte{n}, in UTF-8. character(n) is padded with blanks to n
// characters, as the server keeps and sends it. text[] is
//    int32(n) int32(dimensions) int32(0) int32(25) dimension? element*
//    dimension := int32(elements) int32(1)          element := int32(n) byte{n}
// with no dimension for an empty array.
// Source: PostgreSQL, src/backend/utils/adt/{varlena,varchar,arrayfuncs}.c.
//
// All of these need copy_slack_bytes of room behind what they write; `to` moves only where none is
// returned.

namespace millrace {

// Source: PostgreSQL, MaxAllocSize less the header of a long value.
constexpr std::size_t longest_field_bytes = 0x3fffffff - 4;

/// Why text that is not plain ASCII cannot be stored, or none.
ValueFault check_utf8(const std::uint8_t* text, std::size_t bytes) noexcept;

/// Characters in valid UTF-8.
std::size_t count_characters(const std::uint8_t* text, std::size_t bytes) noexcept;

/// The bytes that latin1 text takes as UTF-8. Source: MySQL, strings/ctype-latin1.c: cp1252, with
/// the five unassigned bytes (81, 8d, 8f, 90, 9d) standing for U+0081 and so on.
std::size_t latin1_bytes_as_utf8(const std::uint8_t* text, std::size_t bytes) noexcept;

/// Write latin1 text as UTF-8; returns the end. Writes up to 3 bytes behind it.
std::uint8_t* write_latin1_as_utf8(const std::uint8_t* text, std::size_t bytes,
                                   std::uint8_t* to) noexcept;

/// text and varchar(n). `most_characters` 0: no limit.
inline ValueFault encode_utf8(std::uint8_t*& to, FieldView text, const std::uint8_t* readable_end,
                              std::uint32_t most_characters) noexcept {
  std::size_t characters = text.bytes;
  if (!copy_text(text.data, text.bytes, readable_end, to + 4)) [[unlikely]] {
    if (const auto fault = check_utf8(text.data, text.bytes); fault != ValueFault::none) {
      return fault;
    }
    if (most_characters != 0 && characters > most_characters) {
      characters = count_characters(text.data, text.bytes);
    }
  }
  if (most_characters != 0 && characters > most_characters) return ValueFault::too_long;
  store_big(to, static_cast<std::uint32_t>(text.bytes));
  to += 4 + text.bytes;
  return ValueFault::none;
}

inline ValueFault encode_latin1(std::uint8_t*& to, FieldView text, const std::uint8_t* readable_end,
                                std::uint32_t most_characters) noexcept {
  if (most_characters != 0 && text.bytes > most_characters) return ValueFault::too_long;
  std::uint8_t* end = to + 4 + text.bytes;
  if (!copy_text(text.data, text.bytes, readable_end, to + 4)) [[unlikely]] {
    if (std::memchr(text.data, 0, text.bytes) != nullptr) return ValueFault::nul_in_text;
    end = write_latin1_as_utf8(text.data, text.bytes, to + 4);
  }
  store_big(to, static_cast<std::uint32_t>(end - to - 4));
  to = end;
  return ValueFault::none;
}

/// Blanks from `to` until `end`; writes up to 15 bytes behind it.
inline void pad_with_blanks(std::uint8_t* to, const std::uint8_t* end) noexcept {
  if (end - to <= 16) {
    std::memset(to, ' ', 16);
  } else {
    std::memset(to, ' ', static_cast<std::size_t>(end - to));
  }
}

/// character(n). Requires: room for text.bytes + most_characters bytes.
inline ValueFault encode_utf8_padded(std::uint8_t*& to, FieldView text,
                                     const std::uint8_t* readable_end,
                                     std::uint32_t most_characters) noexcept {
  std::size_t characters = text.bytes;
  if (!copy_text(text.data, text.bytes, readable_end, to + 4)) [[unlikely]] {
    if (const auto fault = check_utf8(text.data, text.bytes); fault != ValueFault::none) {
      return fault;
    }
    characters = count_characters(text.data, text.bytes);
  }
  if (characters > most_characters) return ValueFault::too_long;
  const std::size_t bytes = text.bytes + (most_characters - characters);
  store_big(to, static_cast<std::uint32_t>(bytes));
  pad_with_blanks(to + 4 + text.bytes, to + 4 + bytes);
  to += 4 + bytes;
  return ValueFault::none;
}

/// character(n). Requires: room for 3 * text.bytes + most_characters bytes.
inline ValueFault encode_latin1_padded(std::uint8_t*& to, FieldView text,
                                       const std::uint8_t* readable_end,
                                       std::uint32_t most_characters) noexcept {
  if (text.bytes > most_characters) return ValueFault::too_long;
  std::uint8_t* written = to;
  const auto fault = encode_latin1(written, text, readable_end, 0);
  if (fault != ValueFault::none) return fault;
  std::uint8_t* const end = written + (most_characters - text.bytes);
  pad_with_blanks(written, end);
  store_big(to, static_cast<std::uint32_t>(end - to - 4));
  to = end;
  return ValueFault::none;
}

enum class TextCharset : std::uint8_t { utf8, latin1 };

/// The most bytes that a SET of `bytes` bytes takes as text[], length word left out.
constexpr std::size_t array_bytes_at_most(std::size_t bytes) noexcept {
  return 20 + 4 * (bytes + 1) + 3 * bytes;
}

/// text[] from a SET's comma-separated labels. Requires: room for array_bytes_at_most(bytes).
ValueFault encode_text_array(std::uint8_t*& to, FieldView text, TextCharset charset) noexcept;

}  // namespace millrace
