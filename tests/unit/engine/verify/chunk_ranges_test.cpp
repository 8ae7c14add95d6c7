#include "engine/verify/chunk_ranges.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "io/mysql/key_splitter.h"
#include "operators/row_encoder.h"
#include "operators/schema_translation.h"
#include "tests/support/schema_builder.h"
#include "tests/support/wire_row.h"

namespace millrace {
namespace {

/// A table with a key of these columns, and the chunks that bounds cut it into.
class CutTable {
 public:
  CutTable(const TableBuilder& table, std::vector<ColumnEncoding> encodings,
           std::vector<std::size_t> key_columns, std::vector<KeyTuple> bounds)
      : source_(table),
        work_{.source = &source_,
              .translated = nullptr,
              .encoder = RowEncoder(std::move(encodings)),
              .select = {},
              .copy_sql = {},
              .key_columns = std::move(key_columns)} {
    const auto key = mysql::choose_key(source_);
    // Not in the order of their ranges: a plan has other reasons for its order.
    for (std::size_t i = bounds.size() + 1; i-- > 0;) {
      KeyRange range;
      if (i > 0) range.begin = bounds[i - 1];
      if (i < bounds.size()) range.end = bounds[i];
      const std::string condition = mysql::range_condition(source_, *key, range);
      Chunk& chunk = chunks_.emplace_back();
      chunk.tables = {0};
      if (!condition.empty()) chunk.tail = " FORCE INDEX (`PRIMARY`) WHERE " + condition;
    }
  }

  std::optional<ChunkRanges> ranges() const { return ChunkRanges::of(work_, chunks_); }
  std::vector<Chunk>& chunks() { return chunks_; }
  TableWork& work() { return work_; }

  /// The range that a row falls into, from 0 in key order.
  std::size_t range_of(const std::vector<WireField>& fields) const {
    const std::string tuple = encode_into(work_.encoder, WireRow(fields)).tuple;
    return chunks_.size() - 1 - ranges()->find(std::as_bytes(std::span(tuple)));
  }

 private:
  SourceTable source_;
  TableWork work_;
  std::vector<Chunk> chunks_;
};

CutTable numbered() {
  return {TableBuilder("shop", "orders")
              .with(column("note").text())
              .with(column("id").integer().not_null())
              .primary({part("id")}),
          {{.encoding = Encoding::utf8_to_text}, {.encoding = Encoding::int32_to_int4}},
          {1},
          {{"-5"}, {"0"}, {"1000"}}};
}

std::size_t range_of_id(const CutTable& table, std::int32_t id) {
  return table.range_of({wire_string("text in front"), wire_fixed(id)});
}

TEST(ChunkRanges, ABoundBelongsToTheRangeThatBeginsWithIt) {
  const CutTable table = numbered();

  EXPECT_EQ(range_of_id(table, std::numeric_limits<std::int32_t>::min()), 0U);
  EXPECT_EQ(range_of_id(table, -6), 0U);
  EXPECT_EQ(range_of_id(table, -5), 1U);
  EXPECT_EQ(range_of_id(table, -1), 1U);
  EXPECT_EQ(range_of_id(table, 0), 2U);
  EXPECT_EQ(range_of_id(table, 999), 2U);
  EXPECT_EQ(range_of_id(table, 1000), 3U);
  EXPECT_EQ(range_of_id(table, std::numeric_limits<std::int32_t>::max()), 3U);
}

TEST(ChunkRanges, ColumnsOfAKeyDecideOneAfterTheOther) {
  const CutTable table(
      TableBuilder("farm", "frames")
          .with(column("job").bigint_unsigned().not_null())
          .with(column("frame").integer().not_null())
          .primary({part("job"), part("frame")}),
      {{.encoding = Encoding::uint64_to_numeric}, {.encoding = Encoding::int32_to_int4}}, {0, 1},
      {{"7", "3"}, {"7", "5"}, {"18446744073709551615", "0"}});
  const auto range = [&](std::uint64_t job, std::int32_t frame) {
    return table.range_of({wire_fixed(job), wire_fixed(frame)});
  };

  EXPECT_EQ(range(0, 9), 0U);
  EXPECT_EQ(range(7, 2), 0U);
  EXPECT_EQ(range(7, 3), 1U);
  EXPECT_EQ(range(7, 5), 2U);
  EXPECT_EQ(range(8, 0), 2U);
  EXPECT_EQ(range(10'000, -1), 2U) << "numeric leaves out the zeros at its end";
  EXPECT_EQ(range(18446744073709551615U, -1), 2U);
  EXPECT_EQ(range(18446744073709551615U, 0), 3U);
}

TEST(ChunkRanges, OneChunkHasEveryRow) {
  const CutTable table(
      TableBuilder("shop", "t").with(column("id").integer().not_null()).primary({part("id")}),
      {{.encoding = Encoding::int32_to_int4}}, {0}, {});

  EXPECT_EQ(table.range_of({wire_fixed(std::int32_t{7})}), 0U);
}

TEST(ChunkRanges, AGapOrAnotherTextIsNoSetOfRanges) {
  CutTable gap = numbered();
  gap.chunks().erase(gap.chunks().begin() + 1);
  EXPECT_FALSE(gap.ranges());

  CutTable partition = numbered();
  partition.chunks()[0].tail = " PARTITION (`p0`)";
  EXPECT_FALSE(partition.ranges());
}

TEST(ChunkRanges, AValueThatARuleChangesTellsNoChunk) {
  CutTable table = numbered();
  table.work().encoder = RowEncoder(
      {{.encoding = Encoding::utf8_to_text}, {.encoding = Encoding::integer_to_timestamp}});

  EXPECT_FALSE(table.ranges());
}

}  // namespace
}  // namespace millrace
