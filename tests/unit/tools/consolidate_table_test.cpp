#include "tools/millrace/consolidate_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "tools/millrace/job_file.h"
#include "tools/millrace/settings.h"

namespace millrace {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<ConsolidationRule> rules(const std::string& file) {
  return make_request(parse_job_file(file, "job.toml"), {}).job.consolidations;
}

std::string refusal(const std::string& file) {
  try {
    rules(file);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

TEST(ConsolidateTable, ReadsEachRuleOfAFile) {
  const auto read = rules(
      "[[consolidate]]\n"
      "from = '*qube.work'\n"
      "into = 'farm.work'\n"
      "source_column = 'shard'\n"
      "[[consolidate]]\n"
      "from = ['acct.a_job_table', 'acct.b_*']\n"
      "into = 'slurm.job'\n"
      "source-column = 'cluster'\n"
      "source_value = 'match'\n");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0], (ConsolidationRule{{"*qube.work"}, "farm.work", "shard", SourceLabel::name}));
  EXPECT_THAT(read[1].from, ElementsAre("acct.a_job_table", "acct.b_*"));
  EXPECT_EQ(read[1].source_column, "cluster");
  EXPECT_EQ(read[1].label, SourceLabel::match);
}

TEST(ConsolidateTable, NamesWhatIsMissingOrUnknownAndWhereItStands) {
  const std::string from = "[[consolidate]]\nfrom = '*qube.work'\n";
  EXPECT_THAT(refusal(from), AllOf(HasSubstr("into"), HasSubstr("line 1")));
  EXPECT_THAT(refusal("[[consolidate]]\ninto = 'a.b'\nsource_column = 'c'\n"),
              HasSubstr("from = \"*qube.work\""));
  EXPECT_THAT(refusal(from + "into = 'a.b'\n"), HasSubstr("source_column"));
  EXPECT_THAT(refusal(from + "into = 'a.b'\nsource_colum = 'c'\n"),
              AllOf(HasSubstr("source_colum"), HasSubstr("source_column"), HasSubstr("line 4")));
  EXPECT_THAT(refusal(from + "into = 'a.b'\nsource_column = 'c'\nsource_value = 'number'\n"),
              AllOf(HasSubstr("'number'"), HasSubstr("line 5")));
  EXPECT_THAT(refusal("consolidate = 'a'\n"), HasSubstr("[[consolidate]]"));
}

}  // namespace
}  // namespace millrace
