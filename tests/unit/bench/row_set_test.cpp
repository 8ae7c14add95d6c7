#include "bench/micro/row_set.h"

#include <random>
#include <set>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "bench/reference/naive_encoder.h"
#include "operators/row_encoder.h"

namespace millrace {
namespace {

TEST(RowSets, EveryEncodingHasABenchmark) {
  std::set<Encoding> timed;
  std::mt19937_64 random(1);
  for (const NamedRowSet& named : named_row_sets()) {
    const RowSet set = named.build(1, random);
    for (const ColumnEncoding& column : set.columns()) timed.insert(column.encoding);
  }

  for (std::size_t i = 0; i < n_encodings; ++i) {
    EXPECT_TRUE(timed.contains(static_cast<Encoding>(i)))
        << "the encoding at place " << i << " of operators/column_encoding.h";
  }
}

TEST(RowSets, AreEncodedAsTheReferenceHasThem) {
  for (const NamedRowSet& named : named_row_sets()) {
    std::mt19937_64 random(2);
    RowSet set = named.build(50, random);
    set.finish();
    const NaiveEncoder reference(set.columns());
    const RowEncoder encoder(set.columns());
    std::string block(1 << 16, ' ');
    for (const BinaryRowView& row : set.rows()) {
      const RowOutcome outcome = encoder.encode(row, std::as_writable_bytes(std::span(block)));
      ASSERT_EQ(outcome.status, RowStatus::encoded) << named.name;
      ASSERT_EQ(block.substr(0, outcome.bytes), reference.encode(row)) << named.name;
    }
  }
}

}  // namespace
}  // namespace millrace
