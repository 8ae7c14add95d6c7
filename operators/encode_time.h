#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "operators/byte_order.h"
#include "operators/encode_number.h"
#include "operators/value_fault.h"
#include "operators/wire_field.h"

// Dates and times as COPY binary fields.
//    date      := int32(4) int32(days since 2000-01-01)
//    timestamp := int32(8) int64(microseconds since 2000-01-01 00:00:00)    timestamptz: in UTC
//    time      := int32(8) int64(microseconds since midnight)
//    interval  := int32(16) int64(microseconds) int32(days) int32(months)
// The calendar is the proleptic Gregorian one on both sides. MySQL's year 0 is PostgreSQL's year
// 1 BC: both are 366 days before 0001-01-01, so '0000-05-05' arrives as 0001-05-05 BC.
// Source: PostgreSQL, src/backend/utils/adt/{date,timestamp}.c, *_send().

namespace millrace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::int64_t microseconds_per_day = 86'400 * microseconds_per_second;

constexpr bool is_leap_year(std::uint32_t year) noexcept {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// Days from 2000-01-01 to a date. Requires: month 1..12, day 1..31.
constexpr std::int32_t days_since_2000(std::uint32_t year, std::uint32_t month,
                                       std::uint32_t day) noexcept {
  // Years begin in March, so that the leap day is the last of its year; the year is shifted by 400
  // to stay positive before March of year 0.
  // 730'425 = days from 0000-03-01 to 2000-01-01, 146'097 = days in 400 years.
  const std::uint32_t y = year + 400 - (month <= 2 ? 1 : 0);
  const std::uint32_t m = month + (month <= 2 ? 9 : static_cast<std::uint32_t>(-3));
  const std::uint32_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
  return static_cast<std::int32_t>(days) - 146'097 - 730'425;
}

/// A date as the wire has it: year (2 bytes), month, day.
inline ValueFault read_date(const std::uint8_t* data, std::int32_t& days) noexcept {
  constexpr std::array<std::uint8_t, 16> longest = {0,  31, 29, 31, 30, 31, 30, 31,
                                                    31, 30, 31, 30, 31, 0,  0,  0};
  const std::uint32_t year = load_little<std::uint16_t>(data);
  const std::uint32_t month = data[2];
  const std::uint32_t day = data[3];
  if (month == 0 || day == 0) return ValueFault::zero_date;
  if (month > 12 || day > longest[month]) return ValueFault::invalid_time;
  if (day == 29 && month == 2 && !is_leap_year(year)) return ValueFault::invalid_time;
  if (year > 9999) return ValueFault::invalid_time;
  days = days_since_2000(year, month, day);
  return ValueFault::none;
}

/// Hour, minute, second and, if `has_fraction`, microseconds (4 bytes).
inline ValueFault read_clock(const std::uint8_t* data, bool has_fraction,
                             std::int64_t& microseconds) noexcept {
  const std::uint32_t hour = data[0];
  const std::uint32_t minute = data[1];
  const std::uint32_t second = data[2];
  const std::uint32_t fraction = has_fraction ? load_little<std::uint32_t>(data + 3) : 0;
  if (hour > 23 || minute > 59 || second > 59 || fraction > 999'999) {
    return ValueFault::invalid_time;
  }
  microseconds = (hour * 3600 + minute * 60 + second) * microseconds_per_second + fraction;
  return ValueFault::none;
}

// The wire leaves out trailing zeros; these are the lengths it has. Any other breaks the stream.
constexpr bool is_datetime_length(std::size_t bytes) noexcept {
  return bytes == 0 || bytes == 4 || bytes == 7 || bytes == 11;
}
constexpr bool is_time_length(std::size_t bytes) noexcept {
  return bytes == 0 || bytes == 8 || bytes == 12;
}

/// Requires: is_datetime_length(field.bytes).
inline ValueFault read_datetime(FieldView field, std::int32_t& days,
                                std::int64_t& microseconds) noexcept {
  microseconds = 0;
  if (field.bytes == 0) return ValueFault::zero_date;
  const ValueFault fault = read_date(field.data, days);
  if (fault != ValueFault::none || field.bytes == 4) return fault;
  return read_clock(field.data + 4, field.bytes == 11, microseconds);
}

inline ValueFault encode_date(std::uint8_t*& to, FieldView field) noexcept {
  std::int32_t days = 0;
  std::int64_t microseconds = 0;
  const ValueFault fault = read_datetime(field, days, microseconds);
  if (fault != ValueFault::none) return fault;
  if (microseconds != 0) return ValueFault::invalid_time;  // a DATE has none
  encode_int4(to, static_cast<std::uint32_t>(days));
  return ValueFault::none;
}

inline ValueFault encode_timestamp(std::uint8_t*& to, FieldView field) noexcept {
  std::int32_t days = 0;
  std::int64_t microseconds = 0;
  const ValueFault fault = read_datetime(field, days, microseconds);
  if (fault != ValueFault::none) return fault;
  encode_int8(to, static_cast<std::uint64_t>(days * microseconds_per_day + microseconds));
  return ValueFault::none;
}

// MySQL ends at 838:59:59, which is 34 days; what is far above is no time at all.
constexpr std::uint32_t most_time_days = 10'000;

/// A TIME as the wire has it: sign, days (4 bytes), then the clock.
/// Requires: is_time_length(field.bytes).
inline ValueFault read_time(FieldView field, std::int64_t& microseconds) noexcept {
  microseconds = 0;
  if (field.bytes == 0) return ValueFault::none;
  const auto days = load_little<std::uint32_t>(field.data + 1);
  if (days > most_time_days) return ValueFault::invalid_time;
  const ValueFault fault = read_clock(field.data + 5, field.bytes == 12, microseconds);
  microseconds += days * microseconds_per_day;
  if (field.data[0] != 0) microseconds = -microseconds;
  return fault;
}

/// The canonical interval: microseconds alone, so that 25 hours stay 25 hours.
inline ValueFault encode_interval(std::uint8_t*& to, FieldView field) noexcept {
  std::int64_t microseconds = 0;
  const ValueFault fault = read_time(field, microseconds);
  if (fault != ValueFault::none) return fault;
  store_big(to, std::uint32_t{16});
  store_big(to + 4, static_cast<std::uint64_t>(microseconds));
  store_big(to + 12, std::uint64_t{0});
  to += 20;
  return ValueFault::none;
}

/// PostgreSQL's time goes from 00:00:00 to 24:00:00.
inline ValueFault encode_time_of_day(std::uint8_t*& to, FieldView field) noexcept {
  std::int64_t microseconds = 0;
  const ValueFault fault = read_time(field, microseconds);
  if (fault != ValueFault::none) return fault;
  if (microseconds < 0 || microseconds > microseconds_per_day) return ValueFault::out_of_range;
  encode_int8(to, static_cast<std::uint64_t>(microseconds));
  return ValueFault::none;
}

}  // namespace millrace
