#include "tools/millrace/setting_value.h"

#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

TEST(SettingValue, SizesAreReadInBinaryUnits) {
  EXPECT_EQ(parse_size("1048576", "--memory"), 1048576);
  EXPECT_EQ(parse_size("512KiB", "--memory"), 524288);
  EXPECT_EQ(parse_size("64 MiB", "--memory"), 67108864);
  EXPECT_EQ(parse_size("1.5GiB", "--memory"), 1610612736);
  EXPECT_EQ(parse_size("2TiB", "--memory"), 2199023255552);
}

TEST(SettingValue, RefusesWhatIsNoSize) {
  EXPECT_THROW(parse_size("", "--memory"), Error);
  EXPECT_THROW(parse_size("MiB", "--memory"), Error);
  EXPECT_THROW(parse_size("64MB", "--memory"), Error) << "decimal or binary? not guessed";
  EXPECT_THROW(parse_size("-1", "--memory"), Error);
  EXPECT_THROW(parse_size("0", "--memory"), Error);
  EXPECT_THROW(parse_size("1e400", "--memory"), Error);
  EXPECT_THROW(parse_size("99999999999TiB", "--memory"), Error);
}

}  // namespace
}  // namespace millrace
