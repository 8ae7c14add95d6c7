#include "engine/verify/target_instant.h"

#include <gtest/gtest.h>

#include "engine/target_statements.h"

namespace millrace {
namespace {

TargetTable table() {
  TargetTable made;
  made.schema = "shop";
  made.name = "orders";
  made.columns.emplace_back().name = "id";
  made.columns.emplace_back().name = "a \"b\"";
  return made;
}

TargetSlice slice(std::uint64_t first, std::optional<std::uint64_t> end) {
  return {.table = 0,
          .relation = "\"shop\".\"orders\"",
          .first_page = first,
          .end_page = end,
          .bytes = 0};
}

TEST(TargetSlice, AWholeTableTakesTheShortWayThroughTheServer) {
  EXPECT_EQ(copy_out_sql(slice(0, {}), table()),
            R"(COPY "shop"."orders" ("id", "a ""b""") TO STDOUT (FORMAT binary))");
}

TEST(TargetSlice, NeighboursShareABoundAndNoRow) {
  EXPECT_EQ(copy_out_sql(slice(0, 10), table()),
            R"(COPY (SELECT "id", "a ""b""" FROM ONLY "shop"."orders" WHERE ctid < '(10,0)') )"
            "TO STDOUT (FORMAT binary)");
  EXPECT_EQ(copy_out_sql(slice(10, 20), table()),
            R"(COPY (SELECT "id", "a ""b""" FROM ONLY "shop"."orders" )"
            "WHERE ctid >= '(10,0)' AND ctid < '(20,0)') TO STDOUT (FORMAT binary)");
}

TEST(TargetSlice, ARowsPlaceComesFirst) {
  EXPECT_EQ(copy_out_sql(slice(0, {}), table(), true),
            R"(COPY (SELECT ctid, "id", "a ""b""" FROM ONLY "shop"."orders") )"
            "TO STDOUT (FORMAT binary)");
}

std::vector<std::size_t> sizes_of(const std::vector<SliceBatch>& batches) {
  std::vector<std::size_t> sizes;
  for (const SliceBatch& batch : batches) sizes.push_back(batch.end - batch.begin);
  return sizes;
}

TEST(TargetSlice, ALargeOneIsReadAloneAndSmallOnesShareAMessage) {
  const TargetTable one = table();
  const std::vector<const TargetTable*> tables(250, &one);
  std::vector<TargetSlice> slices(250);
  for (std::size_t i = 0; i < slices.size(); ++i) slices[i].table = i;
  slices[0].bytes = slices[1].bytes = 900'000;
  for (std::size_t i = 2; i < slices.size(); ++i) slices[i].bytes = 8192;

  EXPECT_EQ(sizes_of(batch_slices(slices, tables, 10'000)),
            (std::vector<std::size_t>{1, 19, 100, 100, 30}));
}

TEST(TargetSlice, ABatchTakesNoMoreLocksThanASessionMayHold) {
  const TargetTable one = table();
  const std::vector<const TargetTable*> tables(7, &one);
  std::vector<TargetSlice> slices(7);
  for (std::size_t i = 0; i < slices.size(); ++i) slices[i].table = i;

  EXPECT_EQ(sizes_of(batch_slices(slices, tables, 3 * locks_of(one))),
            (std::vector<std::size_t>{3, 3, 1}));
  EXPECT_EQ(sizes_of(batch_slices(slices, tables, 1)), std::vector<std::size_t>(7, 1));
}

}  // namespace
}  // namespace millrace
