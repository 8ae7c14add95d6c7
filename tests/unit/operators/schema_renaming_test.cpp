#include "operators/schema_renaming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::map<std::string, std::string> to_archive = {{"shop", "archive"}, {"a\"b", "plain"}};

TEST(RenameSchemasInTest, OnlyWhatQualifiesANameIsASchema) {
  EXPECT_EQ(rename_schemas_in(R"("shop"."orders_status")", to_archive),
            R"("archive"."orders_status")");
  EXPECT_EQ(rename_schemas_in(R"("orders"."shop" + "shop")", to_archive),
            R"("orders"."shop" + "shop")");
  EXPECT_EQ(rename_schemas_in(R"("shop_2"."t", "a""b"."t")", to_archive),
            R"("shop_2"."t", "plain"."t")");
}

TEST(RenameSchemasInTest, TextInStringsStays) {
  EXPECT_EQ(rename_schemas_in(R"('it''s "shop".x'::"shop"."e")", to_archive),
            R"('it''s "shop".x'::"archive"."e")");
}

TEST(RenameSchemasInTest, WhatIsNotClosedEndsWithTheText) {
  EXPECT_EQ(rename_schemas_in(R"("shop)", to_archive), R"("shop)");
  EXPECT_EQ(rename_schemas_in("'shop", to_archive), "'shop");
}

Translation translation_of_two() {
  Translation translation;
  translation.schemas = {"shop", "crm"};
  translation.enums.push_back({.schema = "shop", .name = "mood", .labels = {"a"}});
  translation.collations.push_back(
      {.schema = "shop", .name = "general_ci", .locale = "und-u-ks-level1"});
  TargetTable table;
  table.schema = "crm";
  table.name = "t";
  TargetColumn mood;
  mood.name = "m";
  mood.type = R"("shop"."mood")";
  mood.collation = R"("shop"."general_ci")";
  table.columns = {mood};
  table.foreign_keys.push_back({.name = "k",
                                .columns = {"m"},
                                .referenced_schema = "shop",
                                .referenced_table = "p",
                                .referenced_columns = {"m"},
                                .on_delete = {},
                                .on_update = {}});
  translation.tables.emplace_back().target = table;
  translation.views.push_back(
      {.schema = "shop", .name = "v", .query = R"(SELECT "t"."m" FROM "crm"."t")", .source = {}});
  return translation;
}

TEST(RenameSchemasTest, WhateverRefersToASchemaFollowsIt) {
  Translation translation = translation_of_two();
  rename_schemas(translation, {{"shop", "archive"}});
  EXPECT_THAT(translation.schemas, ElementsAre("archive", "crm"));
  EXPECT_EQ(translation.enums.front().schema, "archive");
  const TargetTable& table = translation.tables.front().target;
  EXPECT_EQ(table.schema, "crm");
  EXPECT_EQ(table.columns.front().type, R"("archive"."mood")");
  EXPECT_EQ(table.columns.front().collation, R"("archive"."general_ci")");
  EXPECT_EQ(translation.collations.front().schema, "archive");
  EXPECT_EQ(table.foreign_keys.front().referenced_schema, "archive");
  EXPECT_EQ(translation.views.front().schema, "archive");
}

TEST(RenameSchemasTest, NamesMayChangePlaces) {
  Translation translation = translation_of_two();
  rename_schemas(translation, {{"shop", "crm"}, {"crm", "shop"}});
  EXPECT_THAT(translation.schemas, ElementsAre("crm", "shop"));
  EXPECT_EQ(translation.tables.front().target.schema, "shop");
  EXPECT_EQ(translation.views.front().query, R"(SELECT "t"."m" FROM "shop"."t")");
}

std::string refusal(const std::map<std::string, std::string>& renamed) {
  Translation translation = translation_of_two();
  try {
    rename_schemas(translation, renamed);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(RenameSchemasTest, TwoDoNotBecomeOne) {
  EXPECT_THAT(refusal({{"shop", "crm"}}), HasSubstr("two schemas into one, crm"));
}

TEST(RenameSchemasTest, OneThatIsNotThereIsNamed) {
  EXPECT_THAT(refusal({{"shpo", "x"}}), HasSubstr("cannot put schema shpo into x"));
}

}  // namespace
}  // namespace millrace
