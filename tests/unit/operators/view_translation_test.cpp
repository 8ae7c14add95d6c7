#include "operators/view_translation.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Views = std::vector<std::pair<std::string, std::string>>;  // name and text

/// What becomes of views over the tables f.job and f.frame.
Translation with_views(const Views& views, const TranslationChoices& choices = {}) {
  SourceColumn price = column("price").type(SourceType::decimal);
  price.precision = 10;
  price.scale = 2;
  SourceCatalog farm = catalog(
      {table("f", "job")
           .with(column("id").integer().not_null())
           .with(column("name").varchar(20).collation("utf8mb4_general_ci"))
           .with(column("code").varchar(20).collation("utf8mb4_bin"))
           .with(column("active").tinyint1())
           .with(column("at").type(SourceType::datetime))
           .with(column("day").type(SourceType::date))
           .with(column("load").type(SourceType::float64))
           .with(column("mood").enumeration({"low", "high"}).collation("utf8mb4_general_ci"))
           .with(price)
           .primary({part("id")}),
       table("f", "frame")
           .with(column("job").integer().not_null())
           .with(column("n").integer().not_null())
           .primary({part("job"), part("n")})});
  for (const auto& [name, text] : views) {
    farm.extras.push_back({"view", "f", name, text, name == "invoked"});
  }
  return translate(farm, choices);
}

std::vector<std::string> notes_of(const Translation& translation, const std::string& topic) {
  std::vector<std::string> messages;
  for (const TranslationNote& note : translation.notes) {
    if (note.topic == topic) messages.push_back(note.where + ": " + note.message);
  }
  return messages;
}

/// The query that a view's text becomes; empty where it is not made.
std::string query_of(const std::string& mysql) {
  const Translation all = with_views({{"v", mysql}});
  return all.views.empty() ? std::string() : all.views[0].query;
}

/// Why a view is not made.
std::string reason_of(const std::string& mysql) {
  const std::vector<std::string> notes = notes_of(with_views({{"v", mysql}}), "not migrated");
  if (notes.size() != 1) return "made";
  const std::size_t begin = notes[0].find(" (it uses ");
  return begin == std::string::npos ? notes[0] : notes[0].substr(begin + 10);
}

/// What is said of a view that is made.
std::vector<std::string> caveats_of(const std::string& mysql) {
  return notes_of(with_views({{"v", mysql}}), "view");
}

const std::string other = "what may mean something else in PostgreSQL: ";

TEST(ViewTranslation, NamesAreQuoted) {
  EXPECT_EQ(query_of("select `f`.`job`.`id` AS `A b` from `f`.`job` where (`f`.`job`.`id` > 1)"),
            R"(select "f"."job"."id" as "A b" from "f"."job" where ("f"."job"."id" > 1))");
}

TEST(ViewTranslation, AliasesJoinsAndUnionsAreKept) {
  EXPECT_EQ(query_of("select `j`.`id` AS `id`,count(`r`.`n`) AS `frames` from (`f`.`job` `j` left "
                     "join `f`.`frame` `r` on((`r`.`job` = `j`.`id`))) group by `j`.`id`"),
            R"(select "j"."id" as "id", count("r"."n") as "frames" from ("f"."job" "j" left join )"
            R"("f"."frame" "r" on ("r"."job" = "j"."id")) group by "j"."id")");
  EXPECT_EQ(query_of("select `f`.`job`.`id` AS `id` from (`f`.`job` join `f`.`frame`)"),
            R"(select "f"."job"."id" as "id" from ("f"."job" cross join "f"."frame"))");
  EXPECT_EQ(query_of("select `f`.`job`.`id` AS `id` from `f`.`job` union all select "
                     "`f`.`frame`.`n` AS `n` from `f`.`frame` order by `id` limit 3"),
            R"(select "f"."job"."id" as "id" from "f"."job" union all select "f"."frame"."n" as )"
            R"("n" from "f"."frame" order by "id" NULLS FIRST limit 3)");
}

TEST(ViewTranslation, SubqueriesKnowTheQueryAround) {
  EXPECT_EQ(query_of("select `f`.`job`.`id` AS `id` from `f`.`job` where exists(select 1 from "
                     "`f`.`frame` where (`f`.`frame`.`job` = `f`.`job`.`id`))"),
            R"(select "f"."job"."id" as "id" from "f"."job" where (EXISTS (select 1 from )"
            R"("f"."frame" where ("f"."frame"."job" = "f"."job"."id"))))");
  EXPECT_EQ(query_of("select `f`.`job`.`id` AS `id` from `f`.`job` where `f`.`job`.`id` in (select "
                     "`f`.`frame`.`job` from `f`.`frame`)"),
            R"(select "f"."job"."id" as "id" from "f"."job" where ("f"."job"."id" IN (select )"
            R"("f"."frame"."job" from "f"."frame")))");
  EXPECT_EQ(
      query_of("select `x`.`a` AS `a` from (select `f`.`job`.`id` AS `a` from `f`.`job`) `x`"),
      R"(select "x"."a" as "a" from (select "f"."job"."id" as "a" from "f"."job") "x")");
}

TEST(ViewTranslation, NullsComeFirstAsThere) {
  EXPECT_EQ(query_of("select `f`.`job`.`at` AS `at` from `f`.`job` order by `f`.`job`.`at` desc,"
                     "`f`.`job`.`day` limit 5,10"),
            R"(select "f"."job"."at" as "at" from "f"."job" order by "f"."job"."at" desc NULLS )"
            R"(LAST, "f"."job"."day" NULLS FIRST limit 10 offset 5)");
}

TEST(ViewTranslation, AnOrderOfTextIsToldAndWithALimitRefused) {
  const std::string ordered =
      "select `f`.`job`.`code` AS `c` from `f`.`job` order by `f`.`job`.`code`";
  EXPECT_THAT(caveats_of(ordered), ElementsAre(HasSubstr("it is ordered by text")));
  EXPECT_THAT(reason_of(ordered + " limit 1"), HasSubstr("LIMIT in an order of text"));
}

TEST(ViewTranslation, TruthValuesInTheListAreNumbersUnlessColumns) {
  EXPECT_EQ(query_of("select `f`.`job`.`active` AS `a`,(`f`.`job`.`id` > 3) AS `b`,"
                     "if(`f`.`job`.`active`,1,0) AS `c` from `f`.`job`"),
            R"(select "f"."job"."active" as "a", ("f"."job"."id" > 3)::integer as "b", (CASE WHEN )"
            R"("f"."job"."active" THEN true ELSE false END)::integer as "c" from "f"."job")");
  EXPECT_EQ(query_of("select `f`.`job`.`id` AS `a` from `f`.`job` where (`f`.`job`.`active` = 1)"),
            R"(select "f"."job"."id" as "a" from "f"."job" where ("f"."job"."active" = true))");
}

TEST(ViewTranslation, ConcatOfANullStaysNull) {
  EXPECT_EQ(query_of("select concat(`f`.`job`.`code`,_utf8mb4'-',`f`.`job`.`id`) AS `a` from "
                     "`f`.`job`"),
            R"(select ("f"."job"."code" || '-' || "f"."job"."id"::text) as "a" from "f"."job")");
}

TEST(ViewTranslation, ComparedTextThatIgnoresCaseIsFoldedAndTold) {
  const std::string mysql =
      "select `f`.`job`.`id` AS `a` from `f`.`job` where (`f`.`job`.`name` = 'Bob')";
  EXPECT_EQ(
      query_of(mysql),
      R"(select "f"."job"."id" as "a" from "f"."job" where (lower("f"."job"."name") = 'bob'))");
  EXPECT_THAT(caveats_of(mysql), ElementsAre(HasSubstr("without regard to case, accents")));
}

TEST(ViewTranslation, DaysOnADateGiveADateAndANumberOnOneIsRefused) {
  EXPECT_EQ(query_of("select (`f`.`job`.`day` + interval 1 day) AS `a` from `f`.`job`"),
            R"(select ("f"."job"."day" + interval '1 day')::date as "a" from "f"."job")");
  EXPECT_EQ(reason_of("select (`f`.`job`.`day` + 1) AS `a` from `f`.`job`"),
            other + "(`f`.`job`.`day` + 1))");
}

TEST(ViewTranslation, WhatMeansSomethingElseIsRefusedWithItsText) {
  const auto refused = [](const std::string& expression) {
    return reason_of("select " + expression + " AS `a` from `f`.`job`") == other + expression + ")";
  };
  EXPECT_TRUE(refused("(`f`.`job`.`id` / 3)"));
  EXPECT_TRUE(refused("round(`f`.`job`.`load`,0)"));
  EXPECT_TRUE(refused("(`f`.`job`.`name` + 1)"));
  EXPECT_TRUE(refused("(`f`.`job`.`name` = 1)"));
  EXPECT_TRUE(refused("(`f`.`job`.`name` < 'm')"));
  EXPECT_TRUE(refused("ifnull(`f`.`job`.`id`,'none')"));
  EXPECT_TRUE(refused("concat(`f`.`job`.`load`,'')"));
  EXPECT_TRUE(refused("group_concat(`f`.`job`.`name` separator ',')"));
  EXPECT_TRUE(refused("date_format(`f`.`job`.`at`,'%Y')"));
  EXPECT_TRUE(refused("min(`f`.`job`.`name`)"));
  EXPECT_TRUE(refused("avg(`f`.`job`.`price`)"));
  EXPECT_TRUE(refused("count(distinct `f`.`job`.`name`)"));
  EXPECT_TRUE(refused("(`f`.`job`.`mood` + 0)"));
  EXPECT_TRUE(refused("(`f`.`job`.`id` & 1)"));
  EXPECT_EQ(reason_of("select `f`.`job`.`id` AS `a` from `f`.`job` straight_join `f`.`frame`"),
            "straight_join)");
}

TEST(ViewTranslation, SumsAndAveragesThatBothServersShareAreKept) {
  EXPECT_EQ(
      query_of("select sum(`f`.`job`.`price`) AS `a`,avg(`f`.`job`.`load`) AS `b`,sum("
               "(`f`.`job`.`id` > 3)) AS `c`,max(`f`.`job`.`at`) AS `d` from `f`.`job`"),
      R"(select sum("f"."job"."price") as "a", avg("f"."job"."load"::double precision) as "b")"
      R"(, sum(("f"."job"."id" > 3)::integer) as "c", max("f"."job"."at") as "d" from )"
      R"("f"."job")");
}

TEST(ViewTranslation, AChoiceOfDecimalsHasTheMostDigits) {
  const auto listed = [](const std::string& expression) {
    const std::string query = query_of("select " + expression + " AS `a` from `f`.`job`");
    const std::size_t end = query.find(R"( as "a")");
    return end == std::string::npos ? query : query.substr(7, end - 7);
  };

  EXPECT_EQ(listed("ifnull(`f`.`job`.`price`,0)"), R"(round(coalesce("f"."job"."price", 0), 2))");
  EXPECT_EQ(listed("coalesce(`f`.`job`.`price`,0.125)"),
            R"(round(coalesce("f"."job"."price", 0.125), 3))");
  EXPECT_EQ(listed("if((`f`.`job`.`id` > 3),`f`.`job`.`price`,0)"),
            R"(round((CASE WHEN ("f"."job"."id" > 3) THEN "f"."job"."price" ELSE 0 END), 2))");
  EXPECT_EQ(listed("ifnull(sum(`f`.`job`.`price`),0)"),
            R"(round(coalesce(sum("f"."job"."price"), 0), 2))");
  EXPECT_EQ(listed("sum(ifnull(`f`.`job`.`price`,0))"),
            R"(round(sum(coalesce("f"."job"."price", 0)), 2))");
  EXPECT_EQ(listed("(ifnull(`f`.`job`.`price`,0) * `f`.`job`.`price`)"),
            R"(round((coalesce("f"."job"."price", 0) * "f"."job"."price"), 4))");
}

TEST(ViewTranslation, AChoiceOfNumbersThatAreAlikeStaysAsItIs) {
  EXPECT_EQ(
      query_of("select ifnull(`f`.`job`.`price`,1.50) AS `a`,ifnull(`f`.`job`.`id`,0) AS `b`,"
               "ifnull(`f`.`job`.`load`,0) AS `c`,nullif(`f`.`job`.`price`,0) AS `d` from "
               "`f`.`job`"),
      R"(select coalesce("f"."job"."price", 1.50) as "a", coalesce("f"."job"."id", 0) as "b", )"
      R"(coalesce("f"."job"."load", 0) as "c", (CASE WHEN ("f"."job"."price" = 0) THEN NULL )"
      R"(ELSE "f"."job"."price" END) as "d" from "f"."job")");
}

TEST(ViewTranslation, AUnionOfUnlikeFractionsIsRefused) {
  EXPECT_EQ(reason_of("select `f`.`job`.`price` AS `a` from `f`.`job` union all select 0 AS `0`"),
            "a UNION of numbers with unlike digits behind the point in its column a)");
}

TEST(ViewTranslation, ABareNameIsTheListsBeforeItIsATables) {
  EXPECT_EQ(query_of("select `j`.`id` AS `id`,count(`r`.`n`) AS `price` from (`f`.`job` `j` join "
                     "`f`.`frame` `r` on(`r`.`job` = `j`.`id`)) group by `j`.`id` having "
                     "`price` > 100"),
            R"(select "j"."id" as "id", count("r"."n") as "price" from ("f"."job" "j" join )"
            R"("f"."frame" "r" on ("r"."job" = "j"."id")) group by "j"."id" having )"
            R"((count("r"."n") > 100))");
}

TEST(ViewTranslation, GroupsOverTextThatIgnoresCaseNeedItsRowsKey) {
  const std::string from = " from `f`.`job` group by ";
  EXPECT_THAT(reason_of("select `f`.`job`.`name` AS `a`" + from + "`f`.`job`.`name`"),
              HasSubstr("GROUP BY over values"));
  EXPECT_EQ(query_of("select `f`.`job`.`name` AS `a`" + from + "`f`.`job`.`id`,`f`.`job`.`name`"),
            R"(select "f"."job"."name" as "a" from "f"."job" group by "f"."job"."id", )"
            R"("f"."job"."name")");
  EXPECT_THAT(reason_of("select distinct `f`.`job`.`name` AS `a` from `f`.`job`"),
              HasSubstr("DISTINCT over values"));
  EXPECT_THAT(reason_of("select `f`.`job`.`name` AS `a` from `f`.`job` union select "
                        "`f`.`job`.`name` AS `name` from `f`.`job`"),
              HasSubstr("UNION over values"));
  EXPECT_THAT(caveats_of("select distinct `f`.`job`.`code` AS `a` from `f`.`job`"),
              ElementsAre(HasSubstr("trailing blanks")));
  EXPECT_THAT(reason_of("select `f`.`job`.`id` AS `a` from `f`.`job` having `a` > 1"),
              HasSubstr("HAVING without GROUP BY"));
}

TEST(ViewTranslation, AViewOfAViewKnowsItsColumns) {
  const Translation all =
      with_views({{"a", "select `z`.`called` AS `x` from `f`.`z` where (`z`.`called` = 'B')"},
                  {"z", "select `f`.`job`.`name` AS `called` from `f`.`job`"}});

  ASSERT_EQ(all.views.size(), 2U);
  EXPECT_EQ(all.views[0].name, "z");
  EXPECT_EQ(all.views[1].query,
            R"(select "f"."z"."called" as "x" from "f"."z" where (lower("f"."z"."called") = 'b'))");
}

TEST(ViewTranslation, AViewOfWhatIsNotMovedSaysSo) {
  const Translation all = with_views({{"a", "select `z`.`q` AS `q` from `f`.`z`"},
                                      {"z", "select (`f`.`job`.`id` / 2) AS `q` from `f`.`job`"}});

  EXPECT_THAT(all.views, IsEmpty());
  EXPECT_THAT(notes_of(all, "not migrated"),
              ElementsAre(HasSubstr("f.z: view: "),
                          HasSubstr("(it uses f.z, which is no table or view in the target)")));
}

TEST(ViewTranslation, CheckOptionIsKept) {
  EXPECT_EQ(query_of("select `f`.`job`.`id` AS `id` from `f`.`job` where (`f`.`job`.`id` > 3) with "
                     "cascaded check option"),
            R"(select "f"."job"."id" as "id" from "f"."job" where ("f"."job"."id" > 3) with )"
            R"(cascaded check option)");
}

TEST(ViewTranslation, RightsOfWhoAsksAreTold) {
  const Translation all = with_views({{"invoked", "select `f`.`job`.`id` AS `id` from `f`.`job`"}});

  EXPECT_THAT(notes_of(all, "view"), ElementsAre(HasSubstr("f.invoked: SQL SECURITY INVOKER")));
}

TEST(ViewTranslation, NameThatIsCutIsNoted) {
  const std::string name(64, 'v');
  const Translation all = with_views({{name, "select `f`.`job`.`id` AS `id` from `f`.`job`"}});

  ASSERT_EQ(all.views.size(), 1U);
  EXPECT_THAT(notes_of(all, "renamed"),
              ElementsAre("f." + name + ": becomes the view " + all.views[0].name));
}

}  // namespace
}  // namespace millrace
