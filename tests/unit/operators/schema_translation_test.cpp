#include "operators/schema_translation.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

Translation translated(std::initializer_list<SourceTable> tables,
                       const TranslationChoices& choices = {}) {
  return translate(catalog(tables), choices);
}

const TargetTable& only_table(const Translation& translation) {
  return translation.tables.at(0).target;
}

const TargetColumn& first_column(const Translation& translation) {
  return only_table(translation).columns.at(0);
}

const TargetIndex& only_index(const Translation& translation) {
  EXPECT_EQ(only_table(translation).indexes.size(), 1U);
  return only_table(translation).indexes.at(0);
}

/// "topic at where: message" of every note.
std::vector<std::string> notes_of(const Translation& translation) {
  std::vector<std::string> lines;
  for (const TranslationNote& note : translation.notes) {
    lines.push_back(note.topic + " at " + note.where + ": " + note.message);
  }
  return lines;
}

using Lines = std::vector<std::string>;

Error error_of(std::initializer_list<SourceTable> tables, const TranslationChoices& choices = {}) {
  try {
    translate(catalog(tables), choices);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "no error"};
}

TableBuilder host() {
  return table("farm", "host").with(column("id").integer().not_null()).primary({part("id")});
}

// ---- schemas and tables

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

// ---- columns

TEST(SchemaTranslation, ColumnsAreSelectedByTheirQuotedNames) {
  const auto result = translated({table("s", "t").with(column("a`b").integer())});

  EXPECT_EQ(result.tables.at(0).columns.at(0).select_expression, "`a``b`");
}

TEST(SchemaTranslation, RareCharsetsAreConvertedByTheSource) {
  const auto result = translated({table("s", "t").with(column("a").varchar(9).charset("gbk"))});

  const TranslatedColumn& first = result.tables.at(0).columns.at(0);
  EXPECT_NE(first.select_expression.find("CONVERT(`a` USING utf8mb4)"), std::string::npos);
  EXPECT_EQ(first.checked_charset, "gbk");
}

TEST(SchemaTranslation, SystemColumnIsRenamedAndNoted) {
  const auto result = translated({table("s", "t").with(column("xmin").integer())});

  EXPECT_EQ(first_column(result).name, "xmin_");
  EXPECT_EQ(notes_of(result),
            Lines{"renamed at s.t.xmin: PostgreSQL keeps this name in every table: becomes xmin_"});
}

TEST(SchemaTranslation, RenamedColumnMeetsItsNeighbour) {
  const auto result =
      translated({table("s", "t").with(column("xmin").integer()).with(column("xmin_").integer())});

  EXPECT_EQ(only_table(result).columns.at(0).name, "xmin_");
  EXPECT_EQ(only_table(result).columns.at(1).name, "xmin__2");
}

TEST(SchemaTranslation, DefaultIsTranslated) {
  const auto result =
      translated({table("s", "t").with(column("flag").tinyint1().not_null().literal("1"))});

  EXPECT_EQ(first_column(result).type, "boolean");
  EXPECT_EQ(first_column(result).default_sql, "true");
  EXPECT_FALSE(first_column(result).nullable);
}

TEST(SchemaTranslation, DefaultThatIsLeftOutIsNoted) {
  const auto result =
      translated({table("s", "t").with(column("d").type(SourceType::date).literal("0000-00-00"))});

  EXPECT_EQ(
      notes_of(result),
      Lines{"default at s.t.d: default 0000-00-00 is left out: PostgreSQL has no such date or "
            "time"});
}

TEST(SchemaTranslation, AutoIncrementBecomesAnIdentity) {
  const auto result = translated({table("s", "t")
                                      .with(column("id").integer().auto_increment())
                                      .primary({part("id")})
                                      .next_auto_increment(1001)});

  EXPECT_TRUE(first_column(result).identity);
  EXPECT_EQ(first_column(result).identity_sequence, "");
  EXPECT_EQ(only_table(result).next_identity, 1001U);
}

TEST(SchemaTranslation, SequenceGivesWayToATableOfItsName) {
  const auto result = translated({table("s", "t").with(column("id").integer().auto_increment()),
                                  table("s", "t_id_seq").with(column("id").integer())});

  EXPECT_EQ(first_column(result).identity_sequence, "t_id_seq_2");
}

TEST(SchemaTranslation, AutoIncrementOfTinyint1IsNoBoolean) {
  const auto result = translated({table("s", "t").with(column("id").tinyint1().auto_increment())});

  EXPECT_EQ(first_column(result).type, "smallint");
  EXPECT_TRUE(first_column(result).identity);
}

TEST(SchemaTranslation, AutoIncrementOfAFloatIsNoted) {
  const auto result =
      translated({table("s", "t").with(column("id").type(SourceType::float64).auto_increment())});

  EXPECT_FALSE(first_column(result).identity);
  EXPECT_EQ(
      result.notes.at(0).message,
      "auto_increment is left out: a column of type double precision cannot be an identity; an "
      "INSERT must now give a value");
}

TEST(SchemaTranslation, InvisibleColumnIsCopiedAndNoted) {
  const auto result = translated({table("s", "t").with(column("i").integer().invisible())});

  EXPECT_EQ(first_column(result).name, "i");
  EXPECT_EQ(result.notes.at(0).topic, "invisible column");
}

TEST(SchemaTranslation, OnUpdateBecomesATriggerThatTablesOfTheSameColumnsShare) {
  const auto stamped = [](const char* name) {
    return table("s", name).with(column("at").type(SourceType::timestamp).on_update());
  };
  const auto result = translated({stamped("t"), stamped("u")});

  EXPECT_TRUE(result.notes.empty());
  ASSERT_TRUE(result.tables.at(0).target.touch && result.tables.at(1).target.touch);
  EXPECT_EQ(result.tables.at(0).target.touch->columns, Lines{"at"});
  EXPECT_EQ(result.tables.at(0).target.touch->function, "millrace_on_update_at");
  EXPECT_EQ(result.tables.at(1).target.touch->function, "millrace_on_update_at");
}

TEST(SchemaTranslation, OnUpdateOfTwoColumnsIsNotThatOfOneWhoseNameIsBothOfTheirs) {
  const auto stamp = [](const char* name) {
    return column(name).type(SourceType::timestamp).on_update();
  };
  const auto result = translated({table("s", "t").with(stamp("last")).with(stamp("login")),
                                  table("s", "u").with(stamp("last_login"))});

  EXPECT_NE(result.tables.at(0).target.touch->function, result.tables.at(1).target.touch->function);
}

TEST(SchemaTranslation, OnUpdateThatIsNotWantedIsNoted) {
  TranslationChoices choices;
  choices.schema.on_update = OnUpdateChoice::none;
  const auto result = translated(
      {table("s", "t").with(column("at").type(SourceType::timestamp).on_update())}, choices);

  EXPECT_FALSE(only_table(result).touch);
  EXPECT_EQ(result.notes.at(0).topic, "on update");
}

TEST(SchemaTranslation, UnknownTypeNamesItsTableAndColumn) {
  const Error error = error_of({table("s", "t").with(column("c").type(SourceType::unknown))});

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().table, "s.t");
  EXPECT_EQ(error.where().column, "c");
}

// ---- enums

TEST(SchemaTranslation, EnumBecomesATypeOfItsOwn) {
  const auto result = translated({table("s", "t").with(column("state").enumeration({"a", "b"}))});

  ASSERT_EQ(result.enums.size(), 1U);
  EXPECT_EQ(result.enums[0].name, "t_state");
  EXPECT_EQ(result.enums[0].labels, (Lines{"a", "b"}));
  EXPECT_EQ(first_column(result).type, "\"s\".\"t_state\"");
}

TEST(SchemaTranslation, EnumTypeGivesWayToATableOfItsName) {
  const auto result = translated({table("s", "t").with(column("state").enumeration({"a"})),
                                  table("s", "t_state").with(column("id").integer())});

  EXPECT_EQ(first_column(result).type, "\"s\".\"t_state_2\"");
  EXPECT_EQ(notes_of(result),
            Lines{"renamed at s.t.state: its enum type t_state becomes t_state_2"});
}

TEST(SchemaTranslation, EnumWithALongLabelBecomesTextWithACheck) {
  const auto result = translated(
      {table("s", "t").with(column("state").enumeration({std::string(64, 'a'), "b'c"}))});

  EXPECT_TRUE(result.enums.empty());
  EXPECT_EQ(first_column(result).type, "text");
  ASSERT_EQ(only_table(result).checks.size(), 1U);
  EXPECT_EQ(only_table(result).checks[0].name, "t_state_check");
  EXPECT_EQ(only_table(result).checks[0].condition,
            "\"state\" IN ('" + std::string(64, 'a') + "', 'b''c')");
  EXPECT_EQ(result.notes.at(0).topic, "type");
}

TEST(SchemaTranslation, EnumMayBeTextWithACheckByChoice) {
  TranslationChoices choices;
  choices.types.enumeration = EnumChoice::check;

  const auto result =
      translated({table("s", "t").with(column("state").enumeration({"a"}).literal("a"))}, choices);

  EXPECT_EQ(first_column(result).type, "text");
  EXPECT_EQ(first_column(result).default_sql, "'a'");
  EXPECT_EQ(only_table(result).checks.size(), 1U);
}

TEST(SchemaTranslation, EnumsTiedByAForeignKeyShareAType) {
  const auto result = translated({table("s", "job")
                                      .with(column("kind").enumeration({"a", "b"}).not_null())
                                      .references("job_kind", "kind", "kind", "name"),
                                  table("s", "kind")
                                      .with(column("name").enumeration({"a", "b"}).not_null())
                                      .primary({part("name")})});

  ASSERT_EQ(result.enums.size(), 1U);
  EXPECT_EQ(result.enums[0].name, "kind_name");
  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "\"s\".\"kind_name\"");
  EXPECT_EQ(result.tables.at(0).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, EnumsOfOtherLabelsCannotBeTied) {
  const auto result = translated({table("s", "job")
                                      .with(column("kind").enumeration({"a", "c"}).not_null())
                                      .references("job_kind", "kind", "kind", "name"),
                                  table("s", "kind")
                                      .with(column("name").enumeration({"a", "b"}).not_null())
                                      .primary({part("name")})});

  EXPECT_EQ(result.enums.size(), 2U);
  EXPECT_TRUE(result.tables.at(0).target.foreign_keys.empty());
  EXPECT_EQ(notes_of(result),
            Lines{"foreign key at s.job: foreign key job_kind is left out: kind becomes "
                  "\"s\".\"job_kind\", but s.kind.name becomes \"s\".\"kind_name\""});
}

// ---- keys that unsigned columns share

TEST(SchemaTranslation, UnsignedBigintIsNumeric) {
  const auto result = translated({table("s", "t").with(column("n").bigint_unsigned())});

  EXPECT_EQ(first_column(result).type, "numeric(20,0)");
}

TEST(SchemaTranslation, UnsignedKeyAndWhatPointsAtItAreBigint) {
  const auto result = translated({table("s", "job")
                                      .with(column("id").bigint_unsigned().auto_increment())
                                      .primary({part("id")}),
                                  table("s", "work")
                                      .with(column("job_id").bigint_unsigned())
                                      .with(column("sluid").bigint_unsigned())
                                      .references("work_job", "job_id", "job", "id")});

  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(1).target.columns.at(1).type, "numeric(20,0)");
  EXPECT_EQ(result.tables.at(1).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, BigintTravelsAlongAChainOfForeignKeys) {
  const auto result = translated({table("s", "a")
                                      .with(column("b_id").bigint_unsigned().not_null())
                                      .references("a_b", "b_id", "b", "c_id"),
                                  table("s", "b")
                                      .with(column("c_id").bigint_unsigned().not_null())
                                      .primary({part("c_id")})
                                      .references("b_c", "c_id", "c", "id"),
                                  table("s", "c")
                                      .with(column("id").bigint_unsigned().auto_increment())
                                      .primary({part("id")})});

  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "bigint");
  EXPECT_EQ(result.tables.at(0).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, UnsignedKeyThatDoesNotCountUpStaysNumericOnBothSides) {
  const auto result = translated(
      {table("s", "job").with(column("id").bigint_unsigned().not_null()).primary({part("id")}),
       table("s", "work")
           .with(column("job_id").bigint_unsigned())
           .references("work_job", "job_id", "job", "id")});

  EXPECT_EQ(result.tables.at(0).target.columns.at(0).type, "numeric(20,0)");
  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "numeric(20,0)");
  EXPECT_EQ(result.tables.at(1).target.foreign_keys.size(), 1U);
}

TEST(SchemaTranslation, ColumnThatPointsAtATinyintKeyIsNoBoolean) {
  const auto result = translated(
      {table("s", "kind").with(column("id").tinyint1().auto_increment()).primary({part("id")}),
       table("s", "job")
           .with(column("kind_id").tinyint1())
           .references("k", "kind_id", "kind", "id")});

  EXPECT_EQ(result.tables.at(1).target.columns.at(0).type, "smallint");
}

// ---- indexes

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

// ---- foreign keys

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

// ---- checks

TEST(SchemaTranslation, CheckIsMadeWhenTheRowsAreIn) {
  const auto result =
      translated({table("s", "t").with(column("x").integer()).check("positive", "`x` > 0")});

  ASSERT_EQ(only_table(result).late_checks.size(), 1U);
  EXPECT_EQ(only_table(result).late_checks[0].name, "positive");
  EXPECT_EQ(only_table(result).late_checks[0].condition, "(\"x\" > 0)");
  EXPECT_TRUE(result.notes.empty());
}

TEST(SchemaTranslation, CheckThatIsNotSureIsNotedWithItsText) {
  const auto result =
      translated({table("s", "t").with(column("x").integer()).check("odd", "crc32(`x`) > 0")});

  EXPECT_TRUE(only_table(result).late_checks.empty());
  EXPECT_EQ(notes_of(result),
            Lines{"check at s.t: constraint odd is not made: no PostgreSQL condition is known for "
                  "it: CHECK (crc32(`x`) > 0)"});
}

TEST(SchemaTranslation, CheckThatTheSourceDoesNotEnforceIsNoted) {
  SourceTable lax = table("s", "t").with(column("x").integer()).check("c", "`x` > 0");
  lax.checks[0].enforced = false;
  const auto result = translated({lax});

  EXPECT_TRUE(only_table(result).late_checks.empty());
  EXPECT_EQ(notes_of(result), Lines{"check at s.t: constraint c is not made: the source does not "
                                    "enforce it: CHECK (`x` > 0)"});
}

TEST(SchemaTranslation, CheckOfMariadbsJsonIsWhatJsonbDoesItself) {
  const auto result = translated({table("s", "t")
                                      .with(column("doc").type(SourceType::json))
                                      .check("doc", "json_valid(`doc`)")});

  EXPECT_EQ(notes_of(result), Lines{});
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
