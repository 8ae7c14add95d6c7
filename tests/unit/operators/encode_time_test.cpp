#include "operators/encode_time.h"

#include <array>

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::array<std::uint8_t, 4> wire_date(unsigned year, unsigned month, unsigned day) {
  return {static_cast<std::uint8_t>(year & 0xff), static_cast<std::uint8_t>(year >> 8),
          static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
}

// Every combination of month and day that a byte of a stream could claim, in order of time.
TEST(EncodeTime, EveryDayOfTenThousandYearsFollowsTheOneBefore) {
  constexpr std::array<unsigned, 13> longest = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int32_t expected =
      -730'485;  // 0000-01-01. Source: select date '0001-01-01 BC' - '2000-01-01'
  for (unsigned year = 0; year <= 9999; ++year) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    for (unsigned month = 0; month <= 13; ++month) {
      const unsigned days = month == 0 || month == 13 ? 0 : longest[month];
      for (unsigned day = 0; day <= 32; ++day) {
        const bool exists = day >= 1 && day <= days + (leap && month == 2 ? 1 : 0);
        const auto wire = wire_date(year, month, day);
        std::int32_t got = 0;
        const ValueFault fault = read_date(wire.data(), got);
        if (!exists) {
          const bool partial = month == 0 || day == 0;
          ASSERT_EQ(fault, partial ? ValueFault::zero_date : ValueFault::invalid_time)
              << year << "-" << month << "-" << day;
          continue;
        }
        ASSERT_EQ(fault, ValueFault::none) << year << "-" << month << "-" << day;
        ASSERT_EQ(got, expected) << year << "-" << month << "-" << day;
        ++expected;
      }
    }
  }
  EXPECT_EQ(expected, 2'921'940);  // Source: select date '9999-12-31' - '2000-01-01' + 1
}

TEST(EncodeTime, AYearThatMysqlDoesNotHaveIsAFault) {
  std::int32_t days = 0;
  EXPECT_EQ(read_date(wire_date(10'000, 1, 1).data(), days), ValueFault::invalid_time);
  EXPECT_EQ(read_date(wire_date(65'535, 12, 31).data(), days), ValueFault::invalid_time);
}

TEST(EncodeTime, TheFaultOfADateIsNotHiddenByItsClock) {
  const std::array<std::uint8_t, 7> wire = {0xe4, 0x07, 0, 15, 10, 0, 0};  // 2020-00-15 10:00:00
  std::array<std::uint8_t, 16> out{};
  std::uint8_t* to = out.data();

  EXPECT_EQ(encode_timestamp(to, {wire.data(), wire.size()}), ValueFault::zero_date);
  EXPECT_EQ(to, out.data());
}

TEST(EncodeTime, AClockBeyondItsLimitsIsAFault) {
  std::array<std::uint8_t, 32> out{};
  const auto fault_of = [&](std::array<std::uint8_t, 12> wire) {
    std::uint8_t* to = out.data();
    return encode_interval(to, {wire.data(), wire.size()});
  };

  EXPECT_EQ(fault_of({0, 0, 0, 0, 0, 23, 59, 59, 0x3f, 0x42, 0x0f, 0}), ValueFault::none);
  EXPECT_EQ(fault_of({0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0}), ValueFault::invalid_time);
  EXPECT_EQ(fault_of({0, 0, 0, 0, 0, 0, 60, 0, 0, 0, 0, 0}), ValueFault::invalid_time);
  EXPECT_EQ(fault_of({0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0, 0}), ValueFault::invalid_time);
  EXPECT_EQ(fault_of({0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x42, 0x0f, 0}), ValueFault::invalid_time);
}

}  // namespace
}  // namespace millrace
