#include "operators/encode_number.h"

#include <array>
#include <cstring>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "operators/copy_tuple.h"

namespace millrace {
namespace {

// Encode from memory of exactly the text's size, with `behind` readable bytes after it.
std::string encoded_decimal(const std::string& text, std::uint8_t scale, std::size_t behind = 0) {
  const auto from = std::make_unique<std::uint8_t[]>(text.size() + behind);
  std::memcpy(from.get(), text.data(), text.size());
  std::array<std::uint8_t, 4 + longest_numeric_bytes> out{};
  std::uint8_t* to = out.data();
  const ValueFault fault =
      encode_decimal(to, {from.get(), text.size()}, from.get() + text.size() + behind, scale);
  if (fault != ValueFault::none) {
    EXPECT_EQ(to, out.data()) << "a fault must leave nothing behind";
    return std::string(describe(fault));
  }
  return postgres_text("numeric", std::string(out.begin() + 4, out.begin() + (to - out.data())));
}

TEST(EncodeNumber, DecimalIsTheSameWithAndWithoutReadableBytesBehindIt) {
  for (const std::string text : {"0.0000", "-1.5000", "12345678.1234", "-0.0001", "10000.0000"}) {
    EXPECT_EQ(encoded_decimal(text, 4, 0), text);
    EXPECT_EQ(encoded_decimal(text, 4, 5), text);
    EXPECT_EQ(encoded_decimal(text, 4, 64), text);
  }
}

TEST(EncodeNumber, DecimalsOfEveryShapeComeBack) {
  for (std::size_t whole = 1; whole <= 35; ++whole) {
    for (std::size_t scale = 0; scale <= 30; ++scale) {
      std::string text = "7" + std::string(whole - 1, '3');
      if (scale > 0) text += "." + std::string(scale - 1, '0') + "4";

      EXPECT_EQ(encoded_decimal(text, static_cast<std::uint8_t>(scale)), text);
      EXPECT_EQ(encoded_decimal("-" + text, static_cast<std::uint8_t>(scale), 64), "-" + text);
    }
  }
}

TEST(EncodeNumber, PowersOfTenComeBack) {
  for (std::size_t zeros = 0; zeros < 65; ++zeros) {
    const std::string text = "1" + std::string(zeros, '0');
    EXPECT_EQ(encoded_decimal(text, 0), text);
  }
  for (std::size_t zeros = 0; zeros < 30; ++zeros) {
    const std::string text = "0." + std::string(zeros, '0') + "1";
    EXPECT_EQ(encoded_decimal(text, static_cast<std::uint8_t>(zeros + 1)), text);
  }
}

TEST(EncodeNumber, NegativeZeroLosesItsSign) {
  EXPECT_EQ(encoded_decimal("-0.00", 2), "0.00");
  EXPECT_EQ(encoded_decimal("-0", 0), "0");
}

TEST(EncodeNumber, AnyWrongByteOfADecimalIsAFault) {
  const std::string good = "-1234567.8901";
  for (std::size_t at = 1; at < good.size(); ++at) {
    for (const char wrong : {'\0', '/', ':', 'a', '\x80', '\xff', '\xb1', ' '}) {
      std::string bad = good;
      bad[at] = wrong;
      EXPECT_EQ(encoded_decimal(bad, 4, 64), describe(ValueFault::invalid_number)) << bad;
    }
  }
}

TEST(EncodeNumber, ADecimalOfTheWrongLengthIsAFault) {
  EXPECT_EQ(encoded_decimal("", 0), describe(ValueFault::invalid_number));
  EXPECT_EQ(encoded_decimal("-", 0), describe(ValueFault::invalid_number));
  EXPECT_EQ(encoded_decimal("1", 2), describe(ValueFault::invalid_number));
  EXPECT_EQ(encoded_decimal("1.2", 4), describe(ValueFault::invalid_number));
  EXPECT_EQ(encoded_decimal(std::string(81, '1'), 0), describe(ValueFault::invalid_number));
}

TEST(EncodeNumber, UnsignedNumericMatchesDecimalText) {
  const auto encoded = [](std::uint64_t value) {
    std::array<std::uint8_t, 32> out{};
    std::uint8_t* to = out.data();
    encode_uint64_numeric(to, value);
    return postgres_text("numeric", std::string(out.begin() + 4, out.begin() + (to - out.data())));
  };
  for (std::uint64_t power = 1, i = 0; i < 20; ++i, power *= 10) {
    EXPECT_EQ(encoded(power), std::to_string(power));
    EXPECT_EQ(encoded(power - 1), std::to_string(power - 1));
    EXPECT_EQ(encoded(power + 1), std::to_string(power + 1));
  }
  EXPECT_EQ(encoded(~std::uint64_t{0}), "18446744073709551615");
}

}  // namespace
}  // namespace millrace
