#include "operators/consolidation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ConsolidationRule rule(std::vector<std::string> from, std::string into) {
  return {.from = std::move(from), .into = std::move(into), .source_column = "shard"};
}

TableBuilder work(std::string database, std::string name = "work") {
  TableBuilder built(std::move(database), std::move(name));
  built.with(column("id").integer().auto_increment()).with(column("name").varchar(40));
  return built.primary({part("id")}).index("by_name", {part("name")});
}

SourceTable& last_table(SourceCatalog& from) { return from.tables.back(); }

std::vector<std::string> labels_of(const SourceTable& merged) {
  std::vector<std::string> labels;
  for (const SourceMember& member : merged.members) labels.push_back(member.label);
  return labels;
}

std::string refusal(SourceCatalog from, const std::vector<ConsolidationRule>& rules) {
  try {
    consolidate(from, rules);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    return error.what();
  }
  return "nothing was refused";
}

TEST(Consolidation, PutsOneTableInThePlaceOfMany) {
  SourceCatalog from =
      catalog({work("1qube"), work("2qube"), work("pfx_dw", "fact"), work("qube")});
  from.tables[0].rows_estimate = 10;
  from.tables[1].rows_estimate = 5;
  from.tables[0].next_auto_increment = 11;
  from.tables[1].next_auto_increment = 47;
  from.tables[1].transactional = false;
  const auto notes = consolidate(from, {rule({"[0-9]*qube.work"}, "farm.work")});

  ASSERT_EQ(from.tables.size(), 3u);
  EXPECT_EQ(from.tables[0].full_name(), "pfx_dw.fact");
  EXPECT_EQ(from.tables[1].full_name(), "qube.work");
  const SourceTable& merged = last_table(from);
  EXPECT_EQ(merged.full_name(), "farm.work");
  EXPECT_EQ(merged.rows_estimate, 15u);
  EXPECT_EQ(merged.next_auto_increment, 47u);
  EXPECT_FALSE(merged.transactional);
  EXPECT_THAT(labels_of(merged), ElementsAre("1qube", "2qube"));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_THAT(notes[0].message, HasSubstr("2 tables, 1qube.work to 2qube.work"));
}

TEST(Consolidation, PutsTheSourceColumnFirstInUniqueKeysOnly) {
  SourceCatalog from = catalog({work("1qube").unique("once", {descending("name")}),
                                work("2qube").unique("once", {descending("name")})});
  consolidate(from, {rule({"*qube.work"}, "farm.work")});
  const SourceTable& merged = last_table(from);
  EXPECT_EQ(merged.columns[0].name, "shard");
  EXPECT_FALSE(merged.columns[0].nullable);
  const auto parts = [&](std::size_t index) {
    std::vector<std::string> names;
    for (const SourceIndexPart& part : merged.indexes[index].parts) {
      names.push_back(part.column + (part.descending ? " DESC" : ""));
    }
    return names;
  };
  EXPECT_THAT(parts(0), ElementsAre("shard", "id"));
  EXPECT_THAT(parts(1), ElementsAre("name"));
  EXPECT_THAT(parts(2), ElementsAre("shard DESC", "name DESC"));
}

TEST(Consolidation, GivesAMemberBackAsItStandsInTheSource) {
  SourceCatalog from = catalog({work("1qube"), work("2qube")});
  const SourceTable second = from.tables[1];
  consolidate(from, {rule({"*qube.work"}, "farm.work")});
  const SourceTable& merged = last_table(from);
  const SourceTable member = member_table(merged, merged.members[1]);
  EXPECT_EQ(member.full_name(), "2qube.work");
  EXPECT_FALSE(member.consolidated());
  ASSERT_EQ(member.columns.size(), second.columns.size());
  EXPECT_EQ(member.columns[0].name, "id");
  ASSERT_EQ(member.indexes[0].parts.size(), 1u);
  EXPECT_EQ(member.indexes[0].parts[0].column, "id");
}

TEST(Consolidation, LabelsRowsByWhatVaries) {
  const auto labels = [](std::vector<SourceTable> tables, ConsolidationRule how) {
    SourceCatalog from;
    from.tables = std::move(tables);
    consolidate(from, {std::move(how)});
    return labels_of(last_table(from));
  };
  EXPECT_THAT(labels({work("slurm", "a_job_table"), work("slurm", "b-1_job_table")},
                     rule({"slurm.*_job_table"}, "farm.job")),
              ElementsAre("a_job_table", "b-1_job_table"));
  EXPECT_THAT(labels({work("1qube", "7work"), work("2qube", "300work")},
                     rule({"*qube.*work"}, "farm.work")),
              ElementsAre("1qube.7work", "2qube.300work"));
  EXPECT_THAT(labels({work("a"), work("b")}, rule({"a.work", "b.work"}, "farm.work")),
              ElementsAre("a", "b"));
  ConsolidationRule matched = rule({"slurm.*_job_table"}, "farm.job");
  matched.label = SourceLabel::match;
  EXPECT_THAT(labels({work("slurm", "a_job_table"), work("slurm", "b-1_job_table")}, matched),
              ElementsAre("a", "b-1"));
  matched.from = {"[0-9]qube.*wor?"};
  EXPECT_THAT(labels({work("1qube", "7work"), work("2qube", "300work")}, matched),
              ElementsAre("1.7.k", "2.300.k"));
}

TEST(Consolidation, NamesAllDifferencesOfShapeAtOnce) {
  SourceTable narrow = table("2qube", "work")
                           .with(column("id").integer().auto_increment())
                           .with(column("name").varchar(40).charset("latin1"))
                           .primary({part("id")});
  SourceTable other = table("3qube", "work")
                          .with(column("id").integer().auto_increment())
                          .with(column("extra").integer())
                          .primary({part("id"), part("extra")})
                          .check("positive", "`id` > 0");
  EXPECT_THAT(
      refusal(catalog({work("1qube"), narrow, other}), {rule({"*qube.work"}, "farm.work")}),
      AllOf(HasSubstr("2 tables are not of the first one's shape"),
            HasSubstr("2qube.work: name is  in latin1, in 1qube.work  in utf8mb4"),
            HasSubstr("3qube.work: no column name"), HasSubstr("3qube.work: a column extra"),
            HasSubstr("3qube.work: a primary key (id, extra)"),
            HasSubstr("3qube.work: no primary key (id)"),
            HasSubstr("3qube.work: a CHECK (`id` > 0)")));
}

// Text is compared by its bytes in the target, and what is one value for one of the tables stays
// apart from the others' by the source column: so every key holds. A note tells.
TEST(Consolidation, TakesTablesWhoseUniqueKeysCompareByOtherCollations) {
  const auto keyed = [](std::string database, std::string collation) {
    return table(std::move(database), "work")
        .with(column("id").integer().not_null())
        .with(column("code").varchar(8).collation(std::move(collation)))
        .primary({part("id")})
        .unique("once", {part("code")});
  };
  EXPECT_THAT(
      refusal(catalog({keyed("1qube", "utf8mb4_general_ci"), keyed("2qube", "utf8mb4_bin")}),
              {rule({"*qube.work"}, "farm.work")}),
      HasSubstr("nothing was refused"));
}

TEST(Consolidation, TellsJsonFromTextAndAnEnforcedCheckFromOneThatIsNot) {
  SourceTable json = work("2qube").with(column("data").text());
  json.columns.back().type = SourceType::json;
  EXPECT_THAT(refusal(catalog({work("1qube").with(column("data").text()), json}),
                      {rule({"*qube.work"}, "farm.work")}),
              HasSubstr("2qube.work: data is  of JSON in utf8mb4"));

  SourceTable lax = work("2qube").check("positive", "`id` > 0");
  lax.checks.back().enforced = false;
  EXPECT_THAT(refusal(catalog({work("1qube").check("positive", "`id` > 0"), lax}),
                      {rule({"*qube.work"}, "farm.work")}),
              HasSubstr("2qube.work: a CHECK (`id` > 0) NOT ENFORCED"));
}

TEST(Consolidation, CutsAlongNoKeyThatIsHiddenInSomeTable) {
  SourceTable hidden = work("2qube").unique("once", {part("name")});
  hidden.indexes.back().invisible = true;
  SourceCatalog from = catalog({work("1qube").unique("once", {part("name")}), hidden});
  consolidate(from, {rule({"*qube.work"}, "farm.work")});
  EXPECT_TRUE(last_table(from).indexes.back().invisible);
}

TEST(Consolidation, MakesAnIndexThatOnlySomeTablesHaveForAll) {
  SourceCatalog from =
      catalog({work("1qube"), work("2qube").index("extra", {part("name"), part("id")})});
  consolidate(from, {rule({"*qube.work"}, "farm.work")});
  ASSERT_EQ(last_table(from).indexes.size(), 3u);
  EXPECT_EQ(last_table(from).indexes[2].name, "extra");
}

TEST(Consolidation, KeepsForeignKeysWithinALabel) {
  const auto job = [](const std::string& database) {
    return table(database, "job").with(column("id").integer().not_null()).primary({part("id")});
  };
  const auto task = [](const std::string& database) {
    return work(database).references("to_job", "id", "job", "id").on_delete("CASCADE");
  };
  const std::vector<ConsolidationRule> rules = {rule({"*qube.work"}, "farm.work"),
                                                rule({"*qube.job"}, "farm.job")};
  SourceCatalog from = catalog({job("1qube"), task("1qube"), job("2qube"), task("2qube")});
  const auto notes = consolidate(from, rules);
  ASSERT_EQ(from.tables.size(), 2u);
  ASSERT_EQ(from.tables[0].foreign_keys.size(), 1u);
  const SourceForeignKey& key = from.tables[0].foreign_keys[0];
  EXPECT_THAT(key.columns, ElementsAre("shard", "id"));
  EXPECT_EQ(key.referenced_database + "." + key.referenced_table, "farm.job");
  EXPECT_THAT(key.referenced_columns, ElementsAre("shard", "id"));
  EXPECT_EQ(key.on_delete, "CASCADE");
  EXPECT_EQ(notes.size(), 2u);
}

TEST(Consolidation, LeavesOutForeignKeysThatNoLongerHold) {
  const auto job = [](const std::string& database) {
    return table(database, "job").with(column("id").integer().not_null()).primary({part("id")});
  };
  SourceCatalog from =
      catalog({job("1qube"), work("1qube").references("one", "id", "job", "id"), job("2qube"),
               work("2qube"), work("1qube", "stays").references("into", "id", "job", "id")});
  const auto notes =
      consolidate(from, {rule({"*qube.work"}, "farm.work"), rule({"*qube.job"}, "farm.job")});
  std::string told;
  for (const TranslationNote& note : notes) told += note.where + ": " + note.message + "\n";
  EXPECT_THAT(told, HasSubstr("farm.work: foreign key one is left out: only 1 of the 2 tables"));
  EXPECT_THAT(told, HasSubstr("1qube.stays: foreign key into is left out: 1qube.job becomes a part "
                              "of farm.job"));
  for (const SourceTable& table : from.tables) EXPECT_THAT(table.foreign_keys, IsEmpty());
}

TEST(Consolidation, RefusesRulesThatCannotBeMeant) {
  const SourceCatalog from = catalog({work("1qube"), work("2qube"), work("farm")});
  EXPECT_THAT(refusal(from, {rule({"*cube.work"}, "farm.all")}), HasSubstr("matches '*cube.work'"));
  EXPECT_THAT(refusal(from, {rule({"*qube.work"}, "all")}), HasSubstr("no name of a table"));
  EXPECT_THAT(refusal(from, {rule({"work"}, "farm.all")}), HasSubstr("'work' has no dot"));
  EXPECT_THAT(refusal(from, {rule({"*qube.work"}, "farm.work")}),
              HasSubstr("the source has a table of that name"));
  EXPECT_THAT(refusal(from, {rule({"*qube.work"}, "farm.a"), rule({"1qube.*"}, "farm.b")}),
              HasSubstr("1qube.work goes into farm.a by another rule"));
  ConsolidationRule named = rule({"*qube.work"}, "farm.a");
  named.source_column = "ID";
  EXPECT_THAT(refusal(from, {named}), HasSubstr("has a column id of its own"));
  ConsolidationRule matched = rule({"*qube.work", "farm.wor?"}, "farm.a");
  matched.label = SourceLabel::match;
  EXPECT_THAT(refusal(from, {matched}), HasSubstr("nothing was refused"));
  matched.from = {"?qube.work", "farm.work"};
  EXPECT_THAT(refusal(from, {matched}), Not(HasSubstr("would both be")));
  matched.from = {"1?ube.work", "2?ube.work"};
  EXPECT_THAT(refusal(from, {matched}), HasSubstr("would both be 'q' in shard"));
}

}  // namespace
}  // namespace millrace
