#include "tools/farmgen/load_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace millrace {
namespace {

constexpr std::string_view escaped_characters("\t\n\\\0", 4);

template <typename Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_two_digits(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

void append_date(std::string& out, std::int64_t days_since_1970) {
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days_since_1970}}};
  const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
  append_two_digits(out, year / 100);
  append_two_digits(out, year % 100);
  out += '-';
  append_two_digits(out, static_cast<unsigned>(day.month()));
  out += '-';
  append_two_digits(out, static_cast<unsigned>(day.day()));
}

}  // namespace

void LoadText::separate() {
  if (!at_row_start_) bytes_ += '\t';
  at_row_start_ = false;
}

LoadText& LoadText::raw(std::string_view value) {
  separate();
  bytes_ += value;
  return *this;
}

LoadText& LoadText::integer(std::int64_t value) {
  separate();
  append_number(bytes_, value);
  return *this;
}

LoadText& LoadText::natural(std::uint64_t value) {
  separate();
  append_number(bytes_, value);
  return *this;
}

LoadText& LoadText::decimal(std::int64_t units, unsigned scale) {
  separate();
  std::uint64_t magnitude = static_cast<std::uint64_t>(units);
  if (units < 0) {
    bytes_ += '-';
    magnitude = 0 - magnitude;
  }
  std::uint64_t one = 1;
  for (unsigned i = 0; i < scale; ++i) one *= 10;
  append_number(bytes_, magnitude / one);
  if (scale == 0) return *this;
  const std::size_t point = bytes_.size();
  append_number(bytes_, one + magnitude % one);  // a leading 1 keeps the zeros
  bytes_[point] = '.';
  return *this;
}

LoadText& LoadText::real(double value) {
  separate();
  append_number(bytes_, value);
  return *this;
}

LoadText& LoadText::real(float value) {
  separate();
  append_number(bytes_, value);
  return *this;
}

LoadText& LoadText::text(std::string_view value) {
  separate();
  while (true) {
    const std::size_t end = std::min(value.find_first_of(escaped_characters), value.size());
    bytes_ += value.substr(0, end);
    if (end == value.size()) return *this;
    bytes_ += '\\';
    bytes_ += value[end] == '\0' ? '0' : value[end];
    value.remove_prefix(end + 1);
  }
}

LoadText& LoadText::date(std::int64_t days_since_1970) {
  separate();
  append_date(bytes_, days_since_1970);
  return *this;
}

LoadText& LoadText::datetime(std::int64_t seconds_since_1970) {
  constexpr std::int64_t seconds_per_day = 86400;
  separate();
  const std::int64_t days = seconds_since_1970 / seconds_per_day;
  const auto second_of_day = static_cast<unsigned>(seconds_since_1970 % seconds_per_day);
  append_date(bytes_, days);
  bytes_ += ' ';
  append_two_digits(bytes_, second_of_day / 3600);
  bytes_ += ':';
  append_two_digits(bytes_, second_of_day / 60 % 60);
  bytes_ += ':';
  append_two_digits(bytes_, second_of_day % 60);
  return *this;
}

void LoadText::end_row() {
  bytes_ += '\n';
  at_row_start_ = true;
  ++rows_;
}

}  // namespace millrace
