#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"
#include "tests/support/translated_schema.h"

namespace millrace {
namespace {

TEST(SchemaTranslation, ForeignKeyKeepsItsNameAndActions) {
  const auto result = translated({host(), table("farm", "work")
                                              .with(column("host_id").integer())
                                              .references("fk", "host_id", "host", "id")
                                              .on_delete("CASCADE")
                                              .on_update("NO ACTION")});

  ASSERT_EQ(result.tables.at(1).target.foreign_keys.size(), 1U);
  const TargetForeignKey& key = result.tables[1].target.foreign_keys[0];
  EXPECT_EQ(key.name, "fk");
  EXPECT_EQ(key.referenced_schema, "farm");
  EXPECT_EQ(key.referenced_table, "host");
  EXPECT_EQ(key.referenced_columns, Lines{"id"});
  EXPECT_EQ(key.on_delete, "CASCADE");
  EXPECT_EQ(key.on_update, "");
}

TEST(SchemaTranslation, ForeignKeysOfTwoTablesMayShareAName) {
  const auto result = translated(
      {table("farm", "a").with(column("h").integer()).references("fk", "h", "host", "id"),
       table("farm", "b").with(column("h").integer()).references("fk", "h", "host", "id"), host()});

  EXPECT_EQ(result.tables.at(0).target.foreign_keys.at(0).name, "fk");
  EXPECT_EQ(result.tables.at(1).target.foreign_keys.at(0).name, "fk");
}

TEST(SchemaTranslation, ForeignKeyOutOfTheSetIsLeftOut) {
  const auto result = translated(
      {table("farm", "work").with(column("h").integer()).references("fk", "h", "host", "id")});

  EXPECT_TRUE(only_table(result).foreign_keys.empty());
  EXPECT_EQ(notes_of(result), Lines{"foreign key at farm.work: foreign key fk is left out: "
                                    "farm.host is not migrated"});
}

TEST(SchemaTranslation, ForeignKeyToColumnsThatAreNotUniqueIsLeftOut) {
  const auto result = translated(
      {table("farm", "host").with(column("rack").integer()).index("r", {part("rack")}),
       table("farm", "work").with(column("r").integer()).references("fk", "r", "host", "rack")});

  EXPECT_TRUE(result.tables.at(1).target.foreign_keys.empty());
  EXPECT_EQ(notes_of(result),
            Lines{"foreign key at farm.work: foreign key fk is left out: the columns of farm.host "
                  "that it points at are not unique by themselves"});
}

TEST(SchemaTranslation, ForeignKeyToThePrefixOfAKeyIsLeftOut) {
  const auto result = translated(
      {table("farm", "host")
           .with(column("name").varchar(99).not_null())
           .primary({prefix("name", 42)}),
       table("farm", "work").with(column("h").varchar(99)).references("fk", "h", "host", "name")});

  EXPECT_TRUE(result.tables.at(1).target.foreign_keys.empty());
}

TEST(SchemaTranslation, ForeignKeyMayPointAtItsOwnTable) {
  const auto result = translated(
      {host().with(column("parent").integer()).references("fk", "parent", "host", "id")});

  EXPECT_EQ(only_table(result).foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, ForeignKeyFindsAReferenceWrittenInAnotherCase) {
  const auto result = translated(
      {host(),
       table("farm", "work").with(column("h").integer()).references("fk", "H", "HOST", "ID")});

  EXPECT_EQ(result.tables.at(1).target.foreign_keys.at(0).columns, Lines{"h"});
}

}  // namespace
}  // namespace millrace
