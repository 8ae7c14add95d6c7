#include "engine/verify/target_instant.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(count_sql(slice(20, {})),
            R"(SELECT pg_catalog.count(*) FROM ONLY "shop"."orders" WHERE ctid >= '(20,0)')");
}

TEST(TargetSlice, ARowsPlaceComesFirst) {
  EXPECT_EQ(copy_out_sql(slice(0, {}), table(), true),
            R"(COPY (SELECT ctid, "id", "a ""b""" FROM ONLY "shop"."orders") )"
            "TO STDOUT (FORMAT binary)");
}

}  // namespace
}  // namespace millrace
