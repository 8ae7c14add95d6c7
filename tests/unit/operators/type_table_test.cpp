#include "operators/type_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/type_switches.h"

namespace millrace {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(TypeTable, ShowsWhatTheMappingChooses) {
  const std::string page = types_table_markdown();

  EXPECT_THAT(page, HasSubstr("| bigint unsigned | numeric(20,0) |"));
  EXPECT_THAT(page, HasSubstr("| decimal(p,s), signed or not | numeric(p,s) |"));
  EXPECT_THAT(page, HasSubstr("| datetime(n) | timestamp(n) | timestamptz(n): `--datetime"));
  EXPECT_THAT(page, HasSubstr("| enum | enum type of its own | text with CHECK: `--enum check`"));
}

TEST(TypeTable, NamesEverySwitchAndValue) {
  const std::string page = types_table_markdown();
  for (const TypeSwitch& one : type_switches()) {
    for (const TypeSwitchValue& value : one.values) {
      EXPECT_THAT(page, HasSubstr("| `" + std::string(one.option) + "` | " +
                                  std::string(one.subject) + " | `" + std::string(value.name)));
    }
  }
}

TEST(TypeTable, ShowsNoNumberOfItsSamples) {
  const std::string page = types_table_markdown();

  EXPECT_THAT(page, Not(HasSubstr("77")));
  EXPECT_THAT(page, Not(HasSubstr("(37")));
  EXPECT_THAT(page, Not(HasSubstr("(5)")));
}

}  // namespace
}  // namespace millrace
