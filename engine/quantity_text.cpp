#include "engine/quantity_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace millrace {
namespace {

/// Three digits that mean something: 1.18, 11.8, 118.
std::string three_digits(double number) {
  if (number >= 99.95) return fixed_text(number, 0);
  return fixed_text(number, number >= 9.995 ? 1 : 2);
}

std::string two_digits(std::uint64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

std::string fixed_text(double number, int decimals) {
  if (!std::isfinite(number)) return "-";
  std::array<char, 400> text{};
  const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), number,
                                          std::chars_format::fixed, decimals);
  return fault == std::errc{} ? std::string(text.data(), end) : "-";
}

std::string count_text(std::uint64_t count, std::string_view separator) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += separator;
    text += digits[i];
  }
  return text;
}

std::string short_count_text(double count) {
  constexpr std::array<std::string_view, 5> units = {"", "k", "M", "G", "T"};
  if (!std::isfinite(count) || count < 0) return "-";
  if (count < 999.5) return fixed_text(count, 0);
  std::size_t unit = 0;
  while (count >= 999.5 && unit + 1 < units.size()) {
    count /= 1000;
    ++unit;
  }
  return three_digits(count) + std::string(units[unit]);
}

std::string data_text(double bytes) {
  constexpr std::array<std::string_view, 6> units = {"B", "kB", "MB", "GB", "TB", "PB"};
  if (!std::isfinite(bytes) || bytes < 0) return "-";
  if (bytes < 999.5) return fixed_text(bytes, 0) + " B";
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < units.size()) {
    bytes /= 1000;
    ++unit;
  }
  return three_digits(bytes) + ' ' + std::string(units[unit]);
}

std::string memory_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < units.size()) {
    amount /= 1024;
    ++unit;
  }
  const bool whole = amount == std::floor(amount);
  return (whole ? fixed_text(amount, 0) : three_digits(amount)) + ' ' + std::string(units[unit]);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  if (seconds == 0) return "0 s";
  if (seconds < 0.0995) {
    const double ms = seconds * 1000;
    return fixed_text(ms, ms >= 9.95 ? 0 : ms >= 0.95 ? 1 : 2) + " ms";
  }
  if (seconds < 59.95) return fixed_text(seconds, seconds >= 9.995 ? 1 : 2) + " s";
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return std::to_string(whole / 60) + " min " + two_digits(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + two_digits(whole % 3600 / 60) + " min";
}

}  // namespace millrace
