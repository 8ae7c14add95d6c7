#include "tools/millrace/setting_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "tools/millrace/job_file.h"
#include "tools/millrace/settings.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Job job(const std::string& file, const std::vector<std::string>& casts = {}) {
  std::vector<Assignment> line;
  for (const Setting& setting : all_settings()) {
    if (setting.option == "--cast" && !casts.empty()) line.push_back({&setting, casts, "--cast"});
  }
  return make_request(parse_job_file(file, "job.toml"), line).job;
}

std::string refusal(const std::string& file) {
  try {
    job(file);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

TEST(SettingTable, GivesEachCastRuleItsPlaceInTheFile) {
  const Job read =
      job("readers = 2\n"
          "[[cast]]\n"
          "type = \"int unsigned\"\n"
          "column = \"pfx_dw.*.time_*\"\n"
          "nullable = false\n"
          "default = 0\n"
          "to = \"timestamptz\"\n"
          "using = \"epoch\"\n"
          "null_if = [0, -1, \"x\", 1.5]\n"
          "optional = true\n"
          "\n"
          "[[cast]]\n"
          "column = \"shop.orders.paid\"\n"
          "to = \"boolean\"\n"
          "true = \"Y\"\n"
          "false = [\"N\", \"\"]\n");

  ASSERT_EQ(read.casts.size(), 2U);
  const CastRule& first = read.casts[0];
  EXPECT_EQ(first.origin, "[[cast]] (job.toml, line 2)");
  EXPECT_EQ(first.type, "int");
  EXPECT_EQ(first.is_unsigned, true);
  EXPECT_EQ(first.nullable, false);
  EXPECT_EQ(first.default_text, "0");
  EXPECT_THAT(first.null_if, ElementsAre("0", "-1", "x", "1.5"));
  EXPECT_TRUE(first.optional);
  EXPECT_THAT(read.casts[1].false_words, ElementsAre("N", ""));
}

TEST(SettingTable, AddsTheCommandLinesRulesToTheFiles) {
  const Job read =
      job("[[cast]]\ntype = \"int\"\nto = \"bigint\"\n", {"float => double precision"});

  ASSERT_EQ(read.casts.size(), 2U);
  EXPECT_EQ(read.casts[0].to, "bigint");
  EXPECT_EQ(read.casts[1].type, "float");
}

TEST(SettingTable, RefusesWhatItDoesNotKnowWithLineAndNearestKey) {
  EXPECT_THAT(refusal("[[cast]]\ntype = \"int\"\ntoo = \"bigint\"\n"),
              HasSubstr("'too' of [[cast]] (job.toml, line 3): no such key | did you mean to?"));
  EXPECT_THAT(refusal("[cast]\ntype = \"int\"\n"), HasSubstr("write [[cast]] and its keys below"));
  EXPECT_THAT(refusal("[[cast]]\ntype = \"int\"\nto = [\"a\"]\n"),
              HasSubstr("it must be a string"));
  EXPECT_THAT(refusal("[[cast]]\ntype = \"int\"\nto = \"bigint\"\nunsigned = \"yes\"\n"),
              HasSubstr("it must be true or false"));
  EXPECT_THAT(refusal("[[cast]]\nto = \"bigint\"\n"),
              HasSubstr("selects neither a type nor columns"));
  EXPECT_THAT(refusal("[[cast]]\ntype = \"itn\"\nto = \"bigint\"\n"),
              HasSubstr("did you mean int?"));
  EXPECT_THAT(refusal("[[cast]]\ntype = \"int\"\nto = \"bigint\"\nnull_if = 2020-01-01\n"),
              HasSubstr("write dates and other things in double quotes"));
}

}  // namespace
}  // namespace millrace
