#include "operators/meant_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "operators/cast_rule.h"
#include "operators/cast_rule_set.h"
#include "operators/consolidation.h"
#include "operators/table_rule.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// 1qube.work and so on, as many as there are, that become farm.work.
SourceTable farm(int n_members = 3) {
  SourceCatalog made;
  for (int i = 1; i <= n_members; ++i) {
    made.tables.push_back(
        table(std::to_string(i) + "qube", "work").with(column("at").integer().not_null()));
  }
  consolidate(made, {{.from = {"*qube.work"}, .into = "farm.work", .source_column = "shard"}});
  return made.tables.back();
}

bool table_rule_selects(const std::string& name, const SourceTable& of = farm()) {
  TableRule rule;
  rule.tables = name;
  rule.where = "at > 1";
  rule.origin = "[[table]] (job.toml, line 1)";
  return selects(rule, of);
}

bool cast_rule_selects(const std::string& columns, const std::string& type = "int") {
  CastRule rule;
  rule.columns = columns;
  rule.type = type;
  rule.origin = "[[cast]] (job.toml, line 1)";
  const SourceTable of = farm();
  return selects(rule, of, of.columns.back());
}

template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

TEST(MeantTable, OfAConsolidatedOneIsMeantByItsNameOrByThatOfAllItsTables) {
  EXPECT_TRUE(table_rule_selects("farm.work"));
  EXPECT_TRUE(table_rule_selects("work"));
  EXPECT_TRUE(table_rule_selects("*qube.work"));
  EXPECT_FALSE(table_rule_selects("4qube.work"));
  EXPECT_FALSE(table_rule_selects("farm.job"));
  EXPECT_TRUE(cast_rule_selects("farm.work.at"));
  EXPECT_TRUE(cast_rule_selects("[0-9]qube.work.AT"));
  EXPECT_FALSE(cast_rule_selects("4qube.work.at"));
}

TEST(MeantTable, IsRefusedWhereSomeOfItsTablesAreMeantOnly) {
  EXPECT_THAT(refusal([] { table_rule_selects("1qube.work"); }),
              AllOf(HasSubstr("cannot use [[table]] (job.toml, line 1): it means 1qube.work, but "
                              "not 2qube.work, 3qube.work, which become one table with it"),
                    HasSubstr("name farm.work, or write a pattern")));
  EXPECT_THAT(refusal([] { table_rule_selects("2qube.*"); }),
              HasSubstr("it means 2qube.work, but not 1qube.work, 3qube.work"));
  EXPECT_THAT(refusal([] { table_rule_selects("1qube.work", farm(9)); }),
              HasSubstr("6qube.work and 3 more"));
  EXPECT_THAT(refusal([] { cast_rule_selects("1qube.work.at"); }),
              HasSubstr("[[cast]] (job.toml, line 1): it means 1qube.work, but not 2qube.work"));
}

TEST(MeantTable, IsNoMatterToARuleForOtherColumns) {
  EXPECT_FALSE(cast_rule_selects("1qube.work.other"));
  EXPECT_FALSE(cast_rule_selects("1qube.work.at", "varchar"));
}

/// Whether a rule for int columns with DEFAULT 0 selects farm.work.at, of tables with these
/// defaults.
bool default_rule_selects(const std::vector<std::string>& defaults,
                          const std::string& columns = {}) {
  SourceCatalog made;
  for (const std::string& text : defaults) {
    const std::string database = std::to_string(made.tables.size() + 1) + "qube";
    made.tables.push_back(table(database, "work").with(column("at").integer().literal(text)));
  }
  consolidate(made, {{.from = {"*qube.work"}, .into = "farm.work", .source_column = "shard"}});
  CastRule rule;
  rule.columns = columns;
  rule.type = "int";
  rule.default_text = "0";
  rule.origin = "[[cast]] (job.toml, line 1)";
  const SourceTable& of = made.tables.back();
  return selects(rule, of, of.columns.back());
}

TEST(MeantTable, IsMeantByTheDefaultOfAllItsTablesNotOfTheFirst) {
  EXPECT_TRUE(default_rule_selects({"0", "0"}));
  EXPECT_FALSE(default_rule_selects({"1", "2"}));
  EXPECT_THAT(refusal([] {
                default_rule_selects({"0", "1", "0"});
              }),
              AllOf(HasSubstr("it means 1qube.work, but not 2qube.work, which become one table"),
                    HasSubstr("leave 'default' out of the rule")));
  EXPECT_THAT(refusal([] {
                default_rule_selects({"1", "0"});
              }),
              HasSubstr("it means 2qube.work, but not 1qube.work"));
  EXPECT_FALSE(default_rule_selects({"0", "1"}, "other.*.*"));
}

TEST(MeantTable, IsNoMatterToADefaultWhereACloserRuleDecides) {
  SourceCatalog made;
  for (const char* const text : {"0", "1"}) {
    const std::string database = std::to_string(made.tables.size() + 1) + "qube";
    made.tables.push_back(table(database, "work").with(column("at").integer().literal(text)));
  }
  consolidate(made, {{.from = {"*qube.work"}, .into = "farm.work", .source_column = "shard"}});
  const SourceTable& of = made.tables.back();
  std::vector<CastRule> rules(2);
  rules[0].default_text = "0";
  rules[0].to = "boolean";
  rules[1].columns = "farm.work.at";
  rules[1].to = "integer";

  EXPECT_EQ(CastRuleSet(rules, made).find(of, of.columns.back()), &rules[1]);
  rules.pop_back();
  EXPECT_THAT(refusal([&] { CastRuleSet(rules, made).find(of, of.columns.back()); }),
              HasSubstr("it means 1qube.work, but not 2qube.work"));
}

}  // namespace
}  // namespace millrace
