#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

Translation translated(const SourceTable& source, GeneratedChoice choice, int version = 150000) {
  TranslationChoices choices;
  choices.schema.generated = choice;
  choices.target_version = version;
  return translate(catalog({source}), choices);
}

SourceTable sums(Generated kind, const std::string& expression = "`a` + 1") {
  return table("s", "t")
      .with(column("a").integer())
      .with(column("g").integer().generated(kind, expression));
}

const TargetColumn& generated_of(const Translation& translation) {
  return translation.tables.at(0).target.columns.at(1);
}

TEST(GeneratedColumnTranslation, StoredIsComputedByTheTargetAndNotCopied) {
  const auto result = translated(sums(Generated::stored), GeneratedChoice::recreate);

  EXPECT_EQ(generated_of(result).generated_sql, "(\"a\"::bigint + 1)");
  EXPECT_FALSE(generated_of(result).generated_virtual);
  ASSERT_EQ(result.tables.at(0).columns.size(), 1U);
  EXPECT_EQ(result.tables.at(0).columns.at(0).source, 0U);
  ASSERT_EQ(result.tables.at(0).computed.size(), 1U);
  EXPECT_EQ(result.tables.at(0).computed.at(0).target, 1U);
  EXPECT_TRUE(result.notes.empty());
}

TEST(GeneratedColumnTranslation, VirtualBecomesStoredBelowPostgres18) {
  const auto result = translated(sums(Generated::virtual_), GeneratedChoice::recreate, 170000);

  EXPECT_FALSE(generated_of(result).generated_virtual);
  EXPECT_EQ(result.notes.at(0).message, "VIRTUAL AS (`a` + 1) becomes STORED");
}

TEST(GeneratedColumnTranslation, VirtualStaysVirtualOnPostgres18) {
  const auto result = translated(sums(Generated::virtual_), GeneratedChoice::recreate, 180000);

  EXPECT_TRUE(generated_of(result).generated_virtual);
  EXPECT_TRUE(result.notes.empty());
}

TEST(GeneratedColumnTranslation, IndexedVirtualBecomesStoredOnPostgres18) {
  SourceTable indexed = table("s", "t")
                            .with(column("a").integer())
                            .with(column("g").integer().generated(Generated::virtual_, "`a` + 1"))
                            .index("i", {part("g")});

  EXPECT_FALSE(
      generated_of(translated(indexed, GeneratedChoice::recreate, 180000)).generated_virtual);
}

TEST(GeneratedColumnTranslation, StoredIsAChoiceOnPostgres18) {
  EXPECT_FALSE(generated_of(translated(sums(Generated::virtual_), GeneratedChoice::stored, 180000))
                   .generated_virtual);
}

TEST(GeneratedColumnTranslation, PlainIsCopiedAndNoted) {
  const auto result = translated(sums(Generated::stored), GeneratedChoice::plain);

  EXPECT_FALSE(generated_of(result).computed());
  EXPECT_EQ(result.tables.at(0).columns.size(), 2U);
  EXPECT_EQ(result.notes.at(0).message,
            "becomes a plain column that holds the values of STORED AS (`a` + 1)");
}

TEST(GeneratedColumnTranslation, UnknownExpressionIsCopiedAndNotedWithTheReason) {
  const auto result = translated(sums(Generated::stored, "crc32(`a`)"), GeneratedChoice::recreate);

  EXPECT_EQ(result.tables.at(0).columns.size(), 2U);
  EXPECT_EQ(result.notes.at(0).message,
            "becomes a plain column that holds the values of STORED AS (crc32(`a`)): no PostgreSQL "
            "expression is known for it");
}

}  // namespace
}  // namespace millrace
