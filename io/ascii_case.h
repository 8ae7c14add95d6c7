#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace millrace {

/// Letters of ASCII in lower case; every other byte as it is, whatever the locale.
constexpr char lower_case(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) letter = lower_case(letter);
  return lower;
}

/// Whether two texts differ at the most in the case of letters of ASCII.
constexpr bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(
      a, b, {}, [](char letter) { return lower_case(letter); },
      [](char letter) { return lower_case(letter); });
}

}  // namespace millrace
