#include "engine/quantity_text.h"

#include <limits>

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(QuantityText, SetsThousandsApart) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(4000000), "4,000,000");
  EXPECT_EQ(count_text(18446744073709551615U, " "), "18 446 744 073 709 551 615");
}

TEST(QuantityText, ShortensCountsToThreeDigits) {
  EXPECT_EQ(short_count_text(0), "0");
  EXPECT_EQ(short_count_text(950), "950");
  EXPECT_EQ(short_count_text(1180000), "1.18M");
  EXPECT_EQ(short_count_text(11.8e6), "11.8M");
  EXPECT_EQ(short_count_text(118e6), "118M");
}

TEST(QuantityText, MovesToTheNextUnitBeforeItRoundsToAThousand) {
  EXPECT_EQ(short_count_text(999.6), "1.00k");
  EXPECT_EQ(short_count_text(999'600), "1.00M");
  EXPECT_EQ(data_text(999'600), "1.00 MB");
}

TEST(QuantityText, WritesDataInDecimalUnits) {
  EXPECT_EQ(data_text(0), "0 B");
  EXPECT_EQ(data_text(619432100), "619 MB");
  EXPECT_EQ(data_text(3.59e9), "3.59 GB");
}

TEST(QuantityText, WritesMemoryAsOptionsTakeIt) {
  EXPECT_EQ(memory_text(268435456), "256 MiB");
  EXPECT_EQ(memory_text(1536), "1.50 KiB");
  EXPECT_EQ(memory_text(0), "0 B");
}

TEST(QuantityText, WritesTimeSpansAsPeopleSayThem) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(0.00015), "0.15 ms");
  EXPECT_EQ(duration_text(0.05), "50 ms");
  EXPECT_EQ(duration_text(3.42), "3.42 s");
  EXPECT_EQ(duration_text(42.04), "42.0 s");
  EXPECT_EQ(duration_text(59.96), "1 min 00 s");
  EXPECT_EQ(duration_text(125), "2 min 05 s");
  EXPECT_EQ(duration_text(3 * 3600 + 12 * 60), "3 h 12 min");
}

TEST(QuantityText, WritesADashForWhatIsNoQuantity) {
  EXPECT_EQ(duration_text(-1), "-");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "-");
  EXPECT_EQ(short_count_text(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(fixed_text(std::numeric_limits<double>::quiet_NaN(), 1), "-");
}

}  // namespace
}  // namespace millrace
