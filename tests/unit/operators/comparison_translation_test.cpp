#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

ColumnBuilder folding(const char* name) {
  return column(name).varchar(20).collation("utf8mb4_general_ci");
}

TranslationChoices choosing(CaseChoice choice) {
  TranslationChoices choices;
  choices.case_insensitive = choice;
  choices.citext_schema = "ext";
  return choices;
}

const TargetTable& first(const Translation& translation) { return translation.tables.at(0).target; }

std::vector<std::string> messages(const Translation& translation) {
  std::vector<std::string> lines;
  for (const TranslationNote& note : translation.notes) {
    if (note.topic == "collation") lines.push_back(note.where + ": " + note.message);
  }
  return lines;
}

TEST(ComparisonTranslation, OneNoteTellsOfAllColumnsThatStopIgnoringCase) {
  const auto result = translate(
      catalog(
          {table("a", "t").with(folding("x")).with(column("n").integer()).unique("u", {part("x")}),
           table("b", "t").with(folding("x")).with(folding("y"))}),
      {});

  EXPECT_EQ(
      messages(result),
      std::vector<std::string>{
          "2 databases: 3 columns of 2 tables (utf8mb4_general_ci) ignore case at the source; "
          "PostgreSQL tells 'A' from 'a', and 'a' from 'a ', also in 1 unique key: a.t.u; "
          "--case-insensitive icu or citext keeps it"});
}

TEST(ComparisonTranslation, IcuCollationIsMadeOnceASchemaAndNamedAsTheSources) {
  const auto result = translate(catalog({table("s", "t").with(folding("x")).with(folding("y"))}),
                                choosing(CaseChoice::icu));

  EXPECT_EQ(result.collations,
            std::vector{TargetCollation({"s", "utf8mb4_general_ci", "und-u-ks-level1"})});
  EXPECT_EQ(first(result).columns.at(0).type, "varchar(20)");
  EXPECT_EQ(first(result).columns.at(1).collation, "\"s\".\"utf8mb4_general_ci\"");
}

TEST(ComparisonTranslation, CitextHasNoPaddingAndItsSchema) {
  const auto result = translate(
      catalog({table("s", "t").with(column("x").character(4).collation("latin1_swedish_ci"))}),
      choosing(CaseChoice::citext));

  EXPECT_EQ(first(result).columns.at(0).type, "\"ext\".\"citext\"");
  EXPECT_EQ(result.tables.at(0).columns.at(0).encoding.encoding, Encoding::utf8_to_text);
}

TEST(ComparisonTranslation, RuleWinsOverTheSwitchAndReachesTiedColumns) {
  TranslationChoices choices = choosing(CaseChoice::icu);
  choices.case_choices = {{"s.parent.name", CaseChoice::citext},
                          {"s.parent.free", CaseChoice::keep}};
  const auto result = translate(
      catalog(
          {table("s", "parent")
               .with(folding("name").not_null())
               .with(folding("free"))
               .primary({part("name")}),
           table("s", "child").with(folding("name")).references("k", "name", "parent", "name")}),
      choices);

  EXPECT_EQ(first(result).columns.at(0).type, "\"ext\".\"citext\"");
  EXPECT_EQ(first(result).columns.at(1).type, "varchar(20)");
  EXPECT_EQ(first(result).columns.at(1).collation, "");
  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "\"ext\".\"citext\"");
}

TEST(ComparisonTranslation, OtherColumnsAreLeftAlone) {
  const auto result = translate(
      catalog({table("s", "t")
                   .with(column("exact").varchar(9).collation("utf8mb4_bin"))
                   .with(column("n").integer())
                   .with(column("label").enumeration({"a"}).collation("utf8mb4_general_ci"))}),
      choosing(CaseChoice::icu));

  EXPECT_TRUE(result.collations.empty());
  EXPECT_TRUE(messages(result).empty());
}

TEST(ComparisonTranslation, IndexesOverPartsFoldToo) {
  const SourceTable source = table("s", "t")
                                 .with(column("x").text().collation("utf8mb4_general_ci"))
                                 .index("p", {prefix("x", 10)})
                                 .unique("u", {part("x")});
  const auto citext = translate(catalog({source}), choosing(CaseChoice::citext));
  const auto icu = translate(catalog({source}), choosing(CaseChoice::icu));

  EXPECT_EQ(first(citext).indexes.at(0).parts.at(0), "(left(\"x\"::text, 10)::\"ext\".\"citext\")");
  EXPECT_EQ(first(citext).indexes.at(1).parts.at(0), "md5(lower(\"x\"))");
  EXPECT_EQ(first(icu).indexes.at(0).parts.at(0), "left(\"x\", 10)");
  EXPECT_EQ(first(icu).indexes.at(1).parts.at(0), "md5(lower(\"x\"))");
}

}  // namespace
}  // namespace millrace
