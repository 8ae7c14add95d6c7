#include "engine/text_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "operators/consolidation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

SourceTable work(std::string database, std::string collation = "utf8mb4_general_ci") {
  return table(std::move(database), "work")
      .with(column("id").integer().not_null())
      .with(column("name").varchar(40).collation(std::move(collation)))
      .primary({part("id")});
}

/// Three tables that become farm.work, and one that stays.
SourceCatalog farm(std::string third_collation = "utf8mb4_general_ci") {
  SourceCatalog made = catalog(
      {work("1qube"), work("2qube"), work("3qube", std::move(third_collation)), work("qube")});
  consolidate(made, {{.from = {"[0-9]qube.work"}, .into = "farm.work", .source_column = "shard"}});
  return made;
}

CharsetRule holds(std::string column, TextHolds what = TextHolds::utf8) {
  return {.column = column, .holds = what, .origin = "[[charset]] for " + column};
}

CaseRule becomes(std::string column, CaseChoice what) {
  return {.column = column, .becomes = what, .origin = "[[collation]] for " + column};
}

template <class Find>
std::string refusal(Find find) {
  try {
    find();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

std::string refusal(const std::vector<CharsetRule>& rules) {
  return refusal([&] { text_holds(rules, farm()); });
}

TEST(TextRules, NameAConsolidatedTableByItselfOrByAllOfItsTables) {
  const auto only = ElementsAre(Pair("farm.work.name", TextHolds::utf8));
  EXPECT_THAT(text_holds({holds("farm.work.name")}, farm()), only);
  EXPECT_THAT(text_holds({holds("[0-9]qube.work.name")}, farm()), only);
  EXPECT_THAT(text_holds({holds("1qube.work.name"), holds("[23]qube.*.name")}, farm()), only);
  EXPECT_THAT(text_holds({holds("name")}, farm()),
              ElementsAre(Pair("farm.work.name", TextHolds::utf8),
                          Pair("qube.work.name", TextHolds::utf8)));
}

TEST(TextRules, TakeTheLastThatMeansAColumn) {
  EXPECT_THAT(
      text_holds({holds("farm.work.name"), holds("[0-9]qube.work.name", TextHolds::what_it_says)},
                 farm()),
      ElementsAre(Pair("farm.work.name", TextHolds::what_it_says)));
}

TEST(TextRules, AreRefusedWhereTheyMeanSomeTablesOfAConsolidatedOneOnly) {
  EXPECT_THAT(refusal({holds("2qube.work.name")}),
              AllOf(HasSubstr("no rule means 1qube.work, 3qube.work"),
                    HasSubstr("[[charset]] for 2qube.work.name means 2qube.work"),
                    HasSubstr("table=farm.work column=name"),
                    HasSubstr("write one rule for farm.work.name")));
  EXPECT_THAT(refusal({holds("farm.work.name"), holds("2qube.*.*", TextHolds::utf8_twice)}),
              HasSubstr("[[charset]] for 2qube.*.* means 2qube.work"));
}

TEST(TextRules, AreRefusedWhereACollationOfOneTableLeavesItOut) {
  const SourceCatalog mixed = farm("utf8mb4_bin");
  EXPECT_THAT(refusal([&] { case_choices({becomes("farm.work.*", CaseChoice::icu)}, mixed); }),
              HasSubstr("no rule means 3qube.work"));
  EXPECT_THAT(case_choices({becomes("farm.work.name", CaseChoice::icu)}, mixed),
              ElementsAre(Pair("farm.work.name", CaseChoice::icu)));
}

TEST(TextRules, AreRefusedWhereTheyMeanNoColumn) {
  EXPECT_THAT(refusal({holds("4qube.work.name")}),
              HasSubstr("no column of text matches '4qube.work.name'"));
  EXPECT_THAT(refusal({holds("farm.work.id")}), HasSubstr("no column of text matches"));
}

}  // namespace
}  // namespace millrace
