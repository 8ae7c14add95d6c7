#pragma once

#include <cstddef>

namespace millrace::archive {

/// Numbers of an archive's files: little-endian, on any machine.
template <class Number>
void store_little(std::byte* at, Number number) noexcept {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    at[i] = static_cast<std::byte>((number >> (8 * i)) & 0xff);
  }
}

template <class Number>
Number load_little(const std::byte* at) noexcept {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    number = static_cast<Number>(number | static_cast<Number>(std::to_integer<Number>(at[i]))
                                              << (8 * i));
  }
  return number;
}

}  // namespace millrace::archive
