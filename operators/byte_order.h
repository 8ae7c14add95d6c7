#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace millrace {

static_assert(std::endian::native == std::endian::little, "the loads and stores assume it");

// Loads and stores for unaligned bytes: MySQL speaks little-endian, PostgreSQL big-endian.

template <typename T>
requires std::integral<T> || std::floating_point<T>
inline T load_little(const std::uint8_t* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline std::uint16_t swap_bytes(std::uint16_t value) noexcept { return __builtin_bswap16(value); }
inline std::uint32_t swap_bytes(std::uint32_t value) noexcept { return __builtin_bswap32(value); }
inline std::uint64_t swap_bytes(std::uint64_t value) noexcept { return __builtin_bswap64(value); }

template <std::unsigned_integral T>
inline void store_big(std::uint8_t* to, T value) noexcept {
  const T swapped = swap_bytes(value);
  std::memcpy(to, &swapped, sizeof swapped);
}

template <std::unsigned_integral T>
inline T load_big(const std::uint8_t* from) noexcept {
  return swap_bytes(load_little<T>(from));
}

}  // namespace millrace
