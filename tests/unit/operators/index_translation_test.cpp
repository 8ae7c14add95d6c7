#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"
#include "tests/support/translated_schema.h"

namespace millrace {
namespace {

TEST(SchemaTranslation, PrimaryKeyIsCalledAfterItsTable) {
  const auto result = translated({host()});

  EXPECT_EQ(only_index(result).name, "host_pkey");
  EXPECT_TRUE(only_index(result).primary);
  EXPECT_EQ(only_index(result).parts, Lines{"\"id\""});
}

TEST(SchemaTranslation, IndexKeepsItsNameWhereThatIsFree) {
  const auto result = translated({table("s", "t")
                                      .with(column("a").integer())
                                      .with(column("b").integer())
                                      .unique("ab", {part("a"), part("b")})});

  EXPECT_EQ(only_index(result).name, "ab");
  EXPECT_TRUE(only_index(result).unique);
  EXPECT_EQ(only_index(result).parts, (Lines{"\"a\"", "\"b\""}));
  EXPECT_EQ(notes_of(result), Lines{});
}

TEST(SchemaTranslation, SecondIndexOfANameGetsItsTablesName) {
  const auto result =
      translated({table("s", "a").with(column("x").integer()).index("i", {part("x")}),
                  table("s", "b").with(column("x").integer()).index("i", {part("x")})});

  EXPECT_EQ(result.tables.at(0).target.indexes.at(0).name, "i");
  EXPECT_EQ(result.tables.at(1).target.indexes.at(0).name, "b_i");
  EXPECT_EQ(notes_of(result),
            Lines{"renamed at s.b: index i becomes b_i: index names are unique within a schema"});
}

TEST(SchemaTranslation, CommentOfAnIndexIsTold) {
  SourceTable commented = table("s", "t").with(column("a").integer()).index("i", {part("a")});
  commented.indexes.back().comment = "for the report";

  EXPECT_EQ(notes_of(translated({commented})),
            Lines{"index at s.t: index i has a comment, which is left out: for the report"});
}

TEST(SchemaTranslation, IndexesOfTwoSchemasMayShareAName) {
  const auto result =
      translated({table("a", "t").with(column("x").integer()).index("i", {part("x")}),
                  table("b", "t").with(column("x").integer()).index("i", {part("x")})});

  EXPECT_EQ(result.tables.at(1).target.indexes.at(0).name, "i");
}

TEST(SchemaTranslation, IndexGivesWayToATableOfItsName) {
  const auto result =
      translated({table("s", "job").with(column("x").integer()).index("work", {part("x")}),
                  table("s", "work").with(column("x").integer())});

  EXPECT_EQ(only_index(result).name, "job_work");
}

TEST(SchemaTranslation, IndexMayBeCalledAsItsColumn) {
  const auto result =
      translated({table("s", "t").with(column("x").integer()).index("x", {part("x")})});

  EXPECT_EQ(only_index(result).name, "x");
}

TEST(SchemaTranslation, DuplicateIndexesAreKept) {
  const auto result = translated({table("s", "t")
                                      .with(column("x").integer())
                                      .index("i", {part("x")})
                                      .index("j", {part("x")})});

  EXPECT_EQ(only_table(result).indexes.size(), 2U);
}

TEST(SchemaTranslation, PrefixOfTextIsAnExpression) {
  const auto result = translated(
      {table("s", "t").with(column("user").text().not_null()).unique("u", {prefix("user", 42)})});

  EXPECT_EQ(only_index(result).parts, Lines{"left(\"user\", 42)"});
  EXPECT_EQ(notes_of(result),
            Lines{"index at s.t: index u covers the first 42 characters of user: built on an "
                  "expression, which a query must repeat to use it"});
}

TEST(SchemaTranslation, PrefixOfBytesIsAnExpression) {
  const auto result =
      translated({table("s", "t").with(column("data").blob()).index("i", {prefix("data", 10)})});

  EXPECT_EQ(only_index(result).parts, Lines{"substring(\"data\", 1, 10)"});
}

TEST(SchemaTranslation, PrefixThatCoversTheColumnIsPlain) {
  const auto result = translated(
      {table("s", "t").with(column("name").varchar(42)).index("i", {prefix("name", 42)})});

  EXPECT_EQ(only_index(result).parts, Lines{"\"name\""});
  EXPECT_EQ(notes_of(result), Lines{});
}

TEST(SchemaTranslation, PrimaryKeyOverAPrefixBecomesAUniqueIndex) {
  const auto result = translated(
      {table("s", "acct").with(column("name").text().not_null()).primary({prefix("name", 42)})});

  EXPECT_FALSE(only_index(result).primary);
  EXPECT_TRUE(only_index(result).unique);
  EXPECT_EQ(only_index(result).name, "acct_primary");
  EXPECT_EQ(only_index(result).parts, Lines{"left(\"name\", 42)"});
  ASSERT_EQ(result.notes.size(), 2U);
  EXPECT_EQ(
      result.notes[1].message,
      "index PRIMARY covers only the beginning of a column, which no primary key can: becomes "
      "the unique index acct_primary");
}

TEST(SchemaTranslation, DescendingPartIsKept) {
  const auto result =
      translated({table("s", "t").with(column("x").integer()).index("i", {descending("x")})});

  EXPECT_EQ(only_index(result).parts, Lines{"\"x\" DESC"});
}

TEST(SchemaTranslation, PrimaryKeyHasNoDirection) {
  const auto result = translated(
      {table("s", "t").with(column("x").integer().not_null()).primary({descending("x")})});

  EXPECT_TRUE(only_index(result).primary);
  EXPECT_EQ(only_index(result).parts, Lines{"\"x\""});
}

TEST(SchemaTranslation, FunctionalPartIsTranslated) {
  const auto result = translated(
      {table("s", "t").with(column("name").varchar(40)).index("i", {functional("lower(`name`)")})});

  EXPECT_EQ(only_index(result).parts, Lines{"(lower(\"name\"))"});
}

TEST(SchemaTranslation, FunctionalPartThatWouldNotBeImmutableIsLeftOut) {
  const auto result = translated({table("s", "t")
                                      .with(column("at").type(SourceType::timestamp))
                                      .index("i", {functional("date(`at`)")})});

  EXPECT_TRUE(only_table(result).indexes.empty());
  EXPECT_EQ(notes_of(result),
            Lines{"index at s.t: index i is over (date(`at`)) and is left out: in PostgreSQL its "
                  "value may change with the session"});
}

TEST(SchemaTranslation, FunctionalPartThatIsNotKnownIsLeftOut) {
  const auto result = translated(
      {table("s", "t").with(column("x").integer()).index("i", {functional("crc32(`x`)")})});

  EXPECT_TRUE(only_table(result).indexes.empty());
  EXPECT_EQ(
      result.notes.at(0).message,
      "index i is over (crc32(`x`)) and is left out: no PostgreSQL expression is known for it");
}

TEST(SchemaTranslation, FulltextIsLeftOutAndNoted) {
  const auto result = translated(
      {table("s", "t").with(column("x").text()).index("f", {part("x")}, IndexKind::fulltext)});

  EXPECT_TRUE(only_table(result).indexes.empty());
  EXPECT_EQ(
      notes_of(result),
      Lines{"index at s.t: index f is FULLTEXT and is left out: --fulltext gin makes a tsvector "
            "index"});
}

TEST(SchemaTranslation, SpatialNeedsPostgis) {
  const SourceTable source = table("s", "t")
                                 .with(column("g").type(SourceType::geometry))
                                 .index("g", {part("g")}, IndexKind::spatial);
  TranslationChoices choices;
  choices.types.geometry = GeometryChoice::postgis;

  EXPECT_TRUE(only_table(translated({source})).indexes.empty());
  EXPECT_EQ(only_index(translated({source}, choices)).method, "gist");
}

TEST(SchemaTranslation, PostgisTypesAreFoundWithoutASearchPath) {
  TranslationChoices choices;
  choices.types.geometry = GeometryChoice::postgis;
  choices.postgis_schema = "gis";

  const auto result =
      translated({table("s", "t").with(column("g").type(SourceType::geometry))}, choices);

  EXPECT_EQ(first_column(result).type, "\"gis\".geometry");
}

TEST(SchemaTranslation, HashBecomesBtree) {
  const auto result = translated(
      {table("s", "t").with(column("x").integer()).index("h", {part("x")}, IndexKind::hash)});

  EXPECT_EQ(only_index(result).method, "btree");
  EXPECT_EQ(notes_of(result), Lines{"index at s.t: index h is a HASH index and becomes a btree"});
}

TEST(SchemaTranslation, UniquenessOfWholeTextsGoesOverTheirHash) {
  const auto result = translated(
      {table("s", "t").with(column("x").text()).unique("u", {part("x")}, IndexKind::hash)});

  EXPECT_EQ(only_index(result).parts, Lines{"md5(\"x\")"});
}

TEST(SchemaTranslation, IndexThatMayMeetTooLongValuesIsNoted) {
  const auto result =
      translated({table("s", "t").with(column("x").varchar(700)).index("i", {part("x")})});

  EXPECT_EQ(
      notes_of(result),
      Lines{"index at s.t: index i may meet values too long for it: an entry holds 2704 bytes, "
            "and building it stops at a longer one"});
}

TEST(SchemaTranslation, IndexOverAnOrdinaryVarcharIsNotNoted) {
  const auto result =
      translated({table("s", "t").with(column("x").varchar(255)).index("i", {part("x")})});

  EXPECT_EQ(notes_of(result), Lines{});
}

TEST(SchemaTranslation, IndexOverAnEnumIsAsLongAsItsLabels) {
  TranslationChoices choices;
  choices.types.enumeration = EnumChoice::text;
  const auto result = translate(
      catalog({table("s", "t").with(column("x").enumeration({"a", "b"})).index("i", {part("x")})}),
      choices);

  EXPECT_EQ(notes_of(result), Lines{});
}

}  // namespace
}  // namespace millrace
