#include "operators/member_differences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/consolidation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TableBuilder work(std::string database, SourceColumn qty = column("qty").integer().literal("0")) {
  return table(std::move(database), "work")
      .with(column("id").integer().not_null())
      .with(std::move(qty))
      .primary({part("id")})
      .index("by_qty", {part("qty")});
}

/// What is told of tables that become farm.work, besides that they do.
std::vector<std::string> told(std::vector<SourceTable> tables) {
  SourceCatalog from;
  from.tables = std::move(tables);
  const auto notes =
      consolidate(from, {{.from = {"*qube.work"}, .into = "farm.work", .source_column = "shard"}});
  std::vector<std::string> lines;
  for (const TranslationNote& note : notes) {
    if (note.topic == "consolidated") continue;
    lines.push_back(note.topic + ": " + note.where + ": " + note.message);
  }
  return lines;
}

TEST(MemberDifferences, AreNoneOfTablesThatSayTheSame) {
  const auto same = [](std::string database) {
    return work(std::move(database)).comment("frames to render");
  };
  EXPECT_THAT(told({same("1qube"), same("2qube")}), IsEmpty());
}

TEST(MemberDifferences, NameDefaultsThatAreNotTheFirstOnes) {
  const auto with = [](std::string database, SourceColumn qty) {
    return work(std::move(database), std::move(qty));
  };
  EXPECT_THAT(
      told({work("1qube"), with("2qube", column("qty").integer().literal("5")), work("3qube"),
            with("4qube", column("qty").integer().literal("5")),
            with("5qube", column("qty").integer().expression("1 + 1").on_update())}),
      ElementsAre("default: farm.work.qty: becomes DEFAULT '0' for all, as 1qube.work has it; left "
                  "out: DEFAULT '5' of 2qube.work and 1 more, DEFAULT 1 + 1 ON UPDATE "
                  "CURRENT_TIMESTAMP of 5qube.work"));
}

TEST(MemberDifferences, NameCollationsOfText) {
  const auto with = [](std::string database, std::string collation) {
    return work(std::move(database), column("qty").varchar(9).collation(std::move(collation)));
  };
  EXPECT_THAT(told({with("1qube", "utf8mb4_bin"), with("2qube", "utf8mb4_general_ci"),
                    with("3qube", "utf8mb4_general_ci")}),
              ElementsAre("collation: farm.work.qty: is compared as utf8mb4_bin of 1qube.work is, "
                          "for all; left out: utf8mb4_general_ci of 2qube.work and 1 more; a "
                          "[[collation]] rule for it says otherwise"));
}

TEST(MemberDifferences, NameCommentsThatAreNotKept) {
  EXPECT_THAT(
      told({work("1qube").comment("first"), work("2qube").comment("second"), work("3qube"),
            work("4qube", column("qty").integer().literal("0").comment("pieces"))}),
      ElementsAre("comment: farm.work: gets the comment 'first', as 1qube.work has it; left out: "
                  "'second' of 2qube.work",
                  "comment: farm.work.qty: gets no comment, as 1qube.work has it; left out: "
                  "'pieces' of 4qube.work"));
}

TEST(MemberDifferences, AreOneNoteForThousandsOfTables) {
  std::vector<SourceTable> tables = {work("qube")};
  for (int i = 0; i < 3000; ++i) {
    tables.push_back(work(std::to_string(i) + "qube").comment("of job " + std::to_string(i)));
  }
  EXPECT_THAT(
      told(std::move(tables)),
      ElementsAre("comment: farm.work: gets no comment, as qube.work has it; left out: 'of "
                  "job 0' of 0qube.work, 'of job 1' of 1qube.work, 'of job 2' of 2qube.work "
                  "and 2997 others"));
}

TEST(MemberDifferences, NamePartitionsAndTheirComments) {
  const auto cut = [](std::string database) {
    return work(std::move(database))
        .partitioned("RANGE", "`id`")
        .partition("p0", "9", "old")
        .partition("p1", "MAXVALUE", "new");
  };
  EXPECT_THAT(told({work("1qube"), cut("2qube"), cut("3qube")}),
              ElementsAre("partitions: farm.work: the partitions of 2 of its 3 tables become one "
                          "plain table",
                          "partitions: farm.work: their partitions have comments, which are left "
                          "out: 'old' of 2qube.work and 1 more, 'new' of 2qube.work and 1 more"));
}

TEST(MemberDifferences, NameOtherNamesAndCommentsOfIndexes) {
  const auto base = [](std::string database) {
    return table(std::move(database), "work")
        .with(column("id").integer().not_null())
        .primary({part("id")});
  };
  SourceTable noted = base("3qube").index("by_id", {part("id")});
  noted.indexes.back().comment = "for the list";
  EXPECT_THAT(
      told({base("1qube").index("by_id", {part("id")}).index("again", {part("id")}),
            base("2qube").index("idx", {part("id")}), noted}),
      ElementsAre("index: farm.work: index by_id also has other names, which are left out: "
                  "idx of 2qube.work",
                  "index: farm.work: index by_id has comments, which are left out: 'for the "
                  "list' of 3qube.work",
                  "index: farm.work: index again also has other names, which are left out: "
                  "idx of 2qube.work, by_id of 3qube.work",
                  "index: farm.work: index again has comments, which are left out: 'for the "
                  "list' of 3qube.work"));
}

}  // namespace
}  // namespace millrace
