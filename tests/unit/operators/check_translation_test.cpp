#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"
#include "tests/support/translated_schema.h"

namespace millrace {
namespace {

TEST(SchemaTranslation, CheckIsMadeWhenTheRowsAreIn) {
  const auto result =
      translated({table("s", "t").with(column("x").integer()).check("positive", "`x` > 0")});

  ASSERT_EQ(only_table(result).late_checks.size(), 1U);
  EXPECT_EQ(only_table(result).late_checks[0].name, "positive");
  EXPECT_EQ(only_table(result).late_checks[0].condition, "(\"x\" > 0)");
  EXPECT_TRUE(result.notes.empty());
}

TEST(SchemaTranslation, CheckThatIsNotSureIsNotedWithItsText) {
  const auto result =
      translated({table("s", "t").with(column("x").integer()).check("odd", "crc32(`x`) > 0")});

  EXPECT_TRUE(only_table(result).late_checks.empty());
  EXPECT_EQ(notes_of(result),
            Lines{"check at s.t: constraint odd is not made: no PostgreSQL condition is known for "
                  "it: CHECK (crc32(`x`) > 0)"});
}

TEST(SchemaTranslation, CheckThatTheSourceDoesNotEnforceIsNoted) {
  SourceTable lax = table("s", "t").with(column("x").integer()).check("c", "`x` > 0");
  lax.checks[0].enforced = false;
  const auto result = translated({lax});

  EXPECT_TRUE(only_table(result).late_checks.empty());
  EXPECT_EQ(notes_of(result), Lines{"check at s.t: constraint c is not made: the source does not "
                                    "enforce it: CHECK (`x` > 0)"});
}

TEST(SchemaTranslation, CheckOfMariadbsJsonIsWhatJsonbDoesItself) {
  const auto result = translated({table("s", "t")
                                      .with(column("doc").type(SourceType::json))
                                      .check("doc", "json_valid(`doc`)")});

  EXPECT_EQ(notes_of(result), Lines{});
}

}  // namespace
}  // namespace millrace
