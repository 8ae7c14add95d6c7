#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "operators/byte_order.h"

namespace millrace {

/// Sixteen bytes on their way from source to target, looked at while they are in a register.
class TextChunk {
 public:
  static constexpr std::size_t bytes = 16;

#if defined(__SSE2__)
  static TextChunk load(const std::uint8_t* from) noexcept {
    return TextChunk(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  void store(std::uint8_t* to) const noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value_);
  }
  /// Bit i: byte i is NUL or not ASCII. The lowest bit set is exact, those above it may be wrong.
  std::uint32_t marks() const noexcept {
    const __m128i nul = _mm_cmpeq_epi8(value_, _mm_setzero_si128());
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(value_, nul)));
  }

 private:
  explicit TextChunk(__m128i value) noexcept : value_(value) {}

  __m128i value_;
#else
  static TextChunk load(const std::uint8_t* from) noexcept {
    return TextChunk(load_little<std::uint64_t>(from), load_little<std::uint64_t>(from + 8));
  }
  void store(std::uint8_t* to) const noexcept {
    std::memcpy(to, &low_, sizeof low_);
    std::memcpy(to + sizeof low_, &high_, sizeof high_);
  }
  std::uint32_t marks() const noexcept { return marks_of(low_) | marks_of(high_) << 8; }

 private:
  TextChunk(std::uint64_t low, std::uint64_t high) noexcept : low_(low), high_(high) {}
  // A zero byte borrows, so its top bit is set after the subtraction. The product gathers the top
  // bits of all bytes in its highest byte.
  static std::uint32_t marks_of(std::uint64_t word) noexcept {
    const std::uint64_t tops = (word | (word - 0x0101010101010101U)) & 0x8080808080808080U;
    return static_cast<std::uint32_t>((tops >> 7) * 0x0102040810204080U >> 56);
  }

  std::uint64_t low_;
  std::uint64_t high_;
#endif
};

/// Copy up to 32 bytes of text and not read a byte more; not 0 if one of them is NUL or not ASCII.
inline std::uint64_t copy_last_text(const std::uint8_t* from, std::size_t bytes,
                                    std::uint8_t* to) noexcept {
  // The second word or chunk overlaps the first as far as it must.
  if (bytes >= TextChunk::bytes) {
    const std::size_t second_at = bytes - TextChunk::bytes;
    const TextChunk first = TextChunk::load(from);
    const TextChunk second = TextChunk::load(from + second_at);
    first.store(to);
    second.store(to + second_at);
    return first.marks() | second.marks();
  }
  const auto marks_of = [](std::uint64_t word) noexcept {
    return (word | (word - 0x0101010101010101U)) & 0x8080808080808080U;
  };
  if (bytes >= 8) {
    const auto first = load_little<std::uint64_t>(from);
    const auto second = load_little<std::uint64_t>(from + bytes - 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + bytes - 8, &second, 8);
    return marks_of(first) | marks_of(second);
  }
  if (bytes >= 4) {
    const auto first = load_little<std::uint32_t>(from);
    const auto second = load_little<std::uint32_t>(from + bytes - 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + bytes - 4, &second, 4);
    return marks_of(first | std::uint64_t{second} << 32);
  }
  std::uint64_t marks = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    to[i] = from[i];
    marks |= static_cast<std::uint64_t>(from[i] == 0 || from[i] >= 0x80);
  }
  return marks;
}

/// What copy_text and copy_bytes may write behind the end of what they copy.
constexpr std::size_t copy_slack_bytes = 2 * TextChunk::bytes;

/// Copy `bytes` bytes of text; true if all of them are ASCII and none is NUL.
///
/// Requires: `to` has room for copy_slack_bytes more; `readable_end` >= from + bytes.
/// Ensures:  reads nothing at or past `readable_end`; what lies behind to + bytes is undefined.
inline bool copy_text(const std::uint8_t* from, std::size_t bytes, const std::uint8_t* readable_end,
                      std::uint8_t* to) noexcept {
  constexpr std::size_t pair_bytes = 2 * TextChunk::bytes;
  std::uint32_t marks = 0;
  for (; bytes > pair_bytes; bytes -= TextChunk::bytes) {
    const TextChunk chunk = TextChunk::load(from);
    chunk.store(to);
    marks |= chunk.marks();
    from += TextChunk::bytes;
    to += TextChunk::bytes;
  }
  if (static_cast<std::size_t>(readable_end - from) < pair_bytes) {
    return (marks | copy_last_text(from, bytes, to)) == 0;
  }
  // Two chunks whatever the length: most strings are short, and a loop would be mispredicted.
  const TextChunk first = TextChunk::load(from);
  const TextChunk second = TextChunk::load(from + TextChunk::bytes);
  first.store(to);
  second.store(to + TextChunk::bytes);
  const std::uint64_t all = first.marks() | std::uint64_t{second.marks()} << TextChunk::bytes;
  return (marks | (all & ((std::uint64_t{1} << bytes) - 1))) == 0;
}

/// Copy `bytes` bytes of any kind. Requires and ensures: as copy_text.
inline void copy_bytes(const std::uint8_t* from, std::size_t bytes,
                       const std::uint8_t* readable_end, std::uint8_t* to) noexcept {
  if (bytes <= TextChunk::bytes &&
      static_cast<std::size_t>(readable_end - from) >= TextChunk::bytes) {
    TextChunk::load(from).store(to);
    return;
  }
  std::memcpy(to, from, bytes);
}

}  // namespace millrace
