#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

TargetTable translated(const SourceTable& source) {
  return translate(catalog({source}), {}).tables.at(0).target;
}

Lines bounds_of(const TargetTable& table) {
  Lines bounds;
  for (const TargetPartition& partition : table.partitions) {
    bounds.push_back(partition.name + " " + partition.bounds);
  }
  return bounds;
}

TableBuilder days() { return table("s", "t").with(column("d").type(SourceType::date).not_null()); }

TEST(PartitionTranslation, RangesFollowOneAnother) {
  const TargetTable result = translated(table("s", "t")
                                            .with(column("id").integer().not_null())
                                            .partitioned("RANGE", "`id`")
                                            .partition("low", "-10")
                                            .partition("mid", "10")
                                            .partition("high", "MAXVALUE"));

  EXPECT_EQ(result.partition_by, "RANGE (\"id\")");
  EXPECT_EQ(bounds_of(result), (Lines{"t_low FOR VALUES FROM (MINVALUE) TO (-10)",
                                      "t_mid FOR VALUES FROM (-10) TO (10)",
                                      "t_high FOR VALUES FROM (10) TO (MAXVALUE)"}));
}

TEST(PartitionTranslation, YearsAndDayNumbersBecomeDays) {
  EXPECT_EQ(bounds_of(translated(days().partitioned("RANGE", "year(`d`)").partition("p", "2001"))),
            Lines{"t_p FOR VALUES FROM (MINVALUE) TO (make_date(2001, 1, 1))"});
  EXPECT_EQ(
      bounds_of(translated(days().partitioned("RANGE", "to_days(`d`)").partition("p", "730500"))),
      Lines{"t_p FOR VALUES FROM (MINVALUE) TO (('0001-01-01'::date + 730134))"});
}

TEST(PartitionTranslation, NullIsInTheDefaultPartition) {
  const auto nullable = [] {
    return table("s", "t").with(column("id").integer()).partitioned("RANGE", "`id`");
  };

  EXPECT_EQ(bounds_of(translated(nullable().partition("low", "1").partition("high", "MAXVALUE"))),
            (Lines{"t_low FOR VALUES FROM (MINVALUE) TO (1)", "t_high DEFAULT"}));
  EXPECT_EQ(bounds_of(translated(nullable().partition("low", "1"))),
            (Lines{"t_low FOR VALUES FROM (MINVALUE) TO (1)", "t_default DEFAULT"}));
}

TEST(PartitionTranslation, ListKeepsItsNull) {
  const TargetTable result = translated(table("s", "t")
                                            .with(column("k").integer())
                                            .partitioned("LIST", "`k`")
                                            .partition("odd", "1,3")
                                            .partition("rest", "NULL,2"));

  EXPECT_EQ(bounds_of(result),
            (Lines{"t_odd FOR VALUES IN (1, 3)", "t_rest FOR VALUES IN (NULL, 2)"}));
}

TEST(PartitionTranslation, CommentsStandOnThePartition) {
  const TargetTable result = translated(table("s", "t")
                                            .with(column("id").integer())
                                            .partitioned("RANGE", "`id`")
                                            .partition("low", "1", "it's low")
                                            .partition("high", "MAXVALUE", "the rest"));

  EXPECT_EQ(result.partitions.at(0).comment, "it's low");
  EXPECT_EQ(result.partitions.at(1).comment, "the rest");
}

TEST(PartitionTranslation, CommentOfAFlattenedPartitionIsNamed) {
  const Translation result = translate(catalog({table("s", "t")
                                                    .with(column("id").integer())
                                                    .partitioned("HASH", "`id`")
                                                    .partition("p0")
                                                    .partition("p1", "", "of odd ones")}),
                                       {});

  ASSERT_EQ(result.notes.size(), 2U);
  EXPECT_EQ(result.notes[1].where, "s.t");
  EXPECT_EQ(result.notes[1].message, "partition p1 has a comment, which is left out: of odd ones");
}

TEST(PartitionTranslation, WhatMeansSomethingElseIsFlattened) {
  const auto is_flat = [](const SourceTable& source) {
    return translated(source).partition_by.empty();
  };

  EXPECT_TRUE(is_flat(days().partitioned("KEY", "`d`").partition("p0").partition("p1")));
  EXPECT_TRUE(is_flat(days().partitioned("RANGE", "month(`d`)").partition("p", "5")));
  EXPECT_TRUE(is_flat(days().partitioned("RANGE", "to_days(`d`)").partition("p", "0")));
  EXPECT_TRUE(is_flat(table("s", "t")
                          .with(column("w").varchar(5).not_null())
                          .partitioned("RANGE COLUMNS", "`w`")
                          .partition("p", "'n'")));
}

}  // namespace
}  // namespace millrace
