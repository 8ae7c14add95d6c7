#include "operators/schema_translation.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/schema_builder.h"
#include "tests/support/translated_schema.h"

namespace millrace {
namespace {

TEST(SchemaTranslation, EachDatabaseBecomesASchema) {
  const auto result = translated({table("1qube", "job").with(column("id").integer()),
                                  table("1qube", "work").with(column("id").integer()),
                                  table("qube", "job").with(column("id").integer())});

  EXPECT_EQ(result.schemas, (Lines{"1qube", "qube"}));
  EXPECT_EQ(result.tables.at(0).target.full_name(), "1qube.job");
  EXPECT_EQ(result.tables.at(2).target.full_name(), "qube.job");
  EXPECT_EQ(notes_of(result), Lines{});
}

TEST(SchemaTranslation, SchemaMapRenamesADatabase) {
  TranslationChoices choices;
  choices.schema_of_database["pfx_dw"] = "dwh";

  const auto result =
      translated({table("pfx_dw", "job_fact").with(column("id").integer())}, choices);

  EXPECT_EQ(result.schemas, Lines{"dwh"});
  EXPECT_EQ(only_table(result).full_name(), "dwh.job_fact");
}

TEST(SchemaTranslation, DatabasesMayShareASchema) {
  TranslationChoices choices;
  choices.schema_of_database = {{"a", "farm"}, {"b", "farm"}};

  const auto result = translated(
      {table("a", "x").with(column("id").integer()), table("b", "y").with(column("id").integer())},
      choices);

  EXPECT_EQ(result.schemas, Lines{"farm"});
}

TEST(SchemaTranslation, DatabasesThatFoldIntoOneAreRefusedWithBothNames) {
  TranslationChoices choices;
  choices.schema.identifiers = IdentifierChoice::lower;

  const Error error = error_of({table("Farm", "x").with(column("id").integer()),
                                table("farm", "y").with(column("id").integer())},
                               choices);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.message(),
            "cannot give two databases one schema: Farm and farm would both be farm");
  EXPECT_EQ(error.hint(),
            "give one another name, or say that both are meant: --schema-map farm=NAME");
}

TEST(SchemaTranslation, DatabasesThatFoldIntoOneMayBeMeant) {
  TranslationChoices choices;
  choices.schema.identifiers = IdentifierChoice::lower;
  choices.schema_of_database["Farm"] = "farm";

  const auto result = translated({table("Farm", "x").with(column("id").integer()),
                                  table("farm", "y").with(column("id").integer())},
                                 choices);

  EXPECT_EQ(result.schemas, Lines{"farm"});
}

TEST(SchemaTranslation, TablesThatWouldShareANameAreRefusedWithBothNames) {
  TranslationChoices choices;
  choices.schema_of_database = {{"a", "farm"}, {"b", "farm"}};

  const Error error = error_of(
      {table("a", "x").with(column("id").integer()), table("b", "x").with(column("id").integer())},
      choices);

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.message(), "cannot give two tables one name: a.x and b.x would both be farm.x");
}

TEST(SchemaTranslation, SchemaNameOfTheServerIsRefused) {
  const Error error = error_of({table("pg_farm", "x").with(column("id").integer())});

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.hint(), "give it another name: --schema-map pg_farm=NAME");
}

TEST(SchemaTranslation, TableNamesThatDifferInCaseStayApart) {
  const auto result = translated({table("s", "Job").with(column("id").integer()),
                                  table("s", "job").with(column("id").integer())});

  EXPECT_EQ(result.tables.at(0).target.name, "Job");
  EXPECT_EQ(result.tables.at(1).target.name, "job");
}

TEST(SchemaTranslation, LongTableNameIsCutAndNoted) {
  const std::string name(64, 't');

  const auto result = translated({table("s", name).with(column("id").integer())});

  EXPECT_EQ(only_table(result).name.size(), 63U);
  EXPECT_EQ(notes_of(result),
            Lines{"renamed at s." + name + ": the name exceeds 63 bytes: becomes " +
                  only_table(result).name});
}

TEST(SchemaTranslation, CommentsAreKept) {
  const auto result = translated(
      {table("s", "t").comment("all of it").with(column("id").integer().comment("key"))});

  EXPECT_EQ(only_table(result).comment, "all of it");
  EXPECT_EQ(first_column(result).comment, "key");
}

TEST(SchemaTranslation, TableWithoutColumnsIsRefused) {
  const Error error = error_of({table("s", "t")});

  EXPECT_EQ(error.message(), "cannot make a table: it has no columns that this account may see");
  EXPECT_EQ(error.where().table, "s.t");
}

TEST(SchemaTranslation, TableOf1601ColumnsIsRefused) {
  TableBuilder wide = table("s", "t");
  for (int i = 0; i < 1601; ++i) wide.with(column("c" + std::to_string(i)).tinyint1());

  EXPECT_EQ(error_of({wide}).message(),
            "cannot make a table: 1601 columns, and PostgreSQL holds 1600");
}

TEST(SchemaTranslation, RowTooWideForAPageIsNoted) {
  TableBuilder wide = table("s", "t");
  for (int i = 0; i < 1017; ++i)
    wide.with(column("c" + std::to_string(i)).type(SourceType::bigint));

  const auto result = translated({wide});

  ASSERT_EQ(result.notes.size(), 1U);
  EXPECT_EQ(result.notes[0].topic, "row width");
}

TEST(SchemaTranslation, PartitionsAreFlattenedAndNoted) {
  const auto result = translated({table("s", "t")
                                      .with(column("id").integer())
                                      .partitioned("HASH", "`id`")
                                      .partition("p0")
                                      .partition("p1")});

  EXPECT_TRUE(only_table(result).partition_by.empty());
  EXPECT_EQ(notes_of(result), Lines{"partitions at s.t: its 2 partitions become one plain table: "
                                    "PostgreSQL's hash is another than that of HASH"});
}

TEST(SchemaTranslation, ExtrasAreNamed) {
  SourceCatalog source = catalog({});
  source.extras.push_back({"trigger", "s", "v", "select 1"});

  EXPECT_EQ(notes_of(translate(source, {})), Lines{"not migrated at s.v: trigger: select 1"});
}

TEST(SchemaTranslation, SameCatalogGivesTheSameSchema) {
  const auto build = [] {
    return translated({host(), table("farm", "work")
                                   .with(column("state").enumeration({"a"}))
                                   .with(column("h").integer())
                                   .index("i", {part("h")})
                                   .references("fk", "h", "host", "id")});
  };

  EXPECT_EQ(notes_of(build()), notes_of(build()));
  EXPECT_EQ(build().tables.at(1).target.indexes.at(0).name, "i");
}

}  // namespace
}  // namespace millrace
