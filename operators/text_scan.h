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
  /// Whether one of the first `count` (1..16) bytes is NUL or not ASCII.
  bool needs_a_look(std::size_t count) const noexcept {
    return (marks() & (0xffffU >> (bytes - count))) != 0;
  }
  bool needs_a_look() const noexcept { return marks() != 0; }

 private:
  explicit TextChunk(__m128i value) noexcept : value_(value) {}
  unsigned marks() const noexcept {
    const __m128i nul = _mm_cmpeq_epi8(value_, _mm_setzero_si128());
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(value_, nul)));
  }

  __m128i value_;
#else
  static TextChunk load(const std::uint8_t* from) noexcept {
    return TextChunk(load_little<std::uint64_t>(from), load_little<std::uint64_t>(from + 8));
  }
  void store(std::uint8_t* to) const noexcept {
    std::memcpy(to, &low_, 8);
    std::memcpy(to + 8, &high_, 8);
  }
  bool needs_a_look(std::size_t count) const noexcept {
    if (count <= 8) return has_marks(blank_after(low_, count));
    return has_marks(low_) || has_marks(blank_after(high_, count - 8));
  }
  bool needs_a_look() const noexcept { return has_marks(low_) || has_marks(high_); }

 private:
  TextChunk(std::uint64_t low, std::uint64_t high) noexcept : low_(low), high_(high) {}
  static std::uint64_t blank_after(std::uint64_t word, std::size_t count) noexcept {
    const std::uint64_t keep = count == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * count) - 1;
    return (word & keep) | (0x2020202020202020U & ~keep);
  }
  // A zero byte borrows, so its top bit is set after the subtraction; the lowest one is exact.
  static bool has_marks(std::uint64_t word) noexcept {
    return ((word | (word - 0x0101010101010101U)) & 0x8080808080808080U) != 0;
  }

  std::uint64_t low_;
  std::uint64_t high_;
#endif
};

/// Copy `bytes` bytes of text; true if all of them are ASCII and none is NUL.
///
/// Requires: `to` has room for 16 bytes more than `bytes`; `readable_end` >= from + bytes.
/// Ensures:  reads nothing at or past `readable_end`; what lies behind to + bytes is undefined.
inline bool copy_text(const std::uint8_t* from, std::size_t bytes, const std::uint8_t* readable_end,
                      std::uint8_t* to) noexcept {
  std::size_t done = 0;
  bool look = false;
  for (; bytes - done > TextChunk::bytes; done += TextChunk::bytes) {
    const TextChunk chunk = TextChunk::load(from + done);
    chunk.store(to + done);
    look |= chunk.needs_a_look();
  }
  const std::size_t left = bytes - done;  // 0..16
  if (left == 0) return true;
  if (static_cast<std::size_t>(readable_end - (from + done)) >= TextChunk::bytes) [[likely]] {
    const TextChunk chunk = TextChunk::load(from + done);
    chunk.store(to + done);
    return !(look | chunk.needs_a_look(left));
  }
  // The last bytes that may be read at all: by way of a buffer of our own.
  std::uint8_t last[TextChunk::bytes] = {};
  std::memcpy(last, from + done, left);
  const TextChunk chunk = TextChunk::load(last);
  chunk.store(to + done);
  return !(look | chunk.needs_a_look(left));
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
