#include "io/postgres/tuple_writer.h"

#include <string>

#include <gtest/gtest.h>

namespace millrace::postgres {
namespace {

std::string bytes_of(const TupleWriter& writer) {
  const auto bytes = writer.view();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(TupleWriter, WritesFieldsWithTheirLengthsInBigEndian) {
  TupleWriter writer;
  writer.begin(4);
  writer.add_integer(-2);
  writer.add_text("ab");
  writer.add_null();
  writer.add_boolean(true);

  using namespace std::string_literals;
  EXPECT_EQ(bytes_of(writer), "\0\4\0\0\0\4\xff\xff\xff\xfe\0\0\0\2ab\xff\xff\xff\xff\0\0\0\1\1"s);
}

TEST(TupleWriter, WritesAnArrayAsTheServerReadsIt) {
  TupleWriter writer;
  writer.add_integers(std::vector<std::int32_t>{7});

  using namespace std::string_literals;
  EXPECT_EQ(bytes_of(writer),
            "\0\0\0\x1c\0\0\0\1\0\0\0\0\0\0\0\x17\0\0\0\1\0\0\0\1\0\0\0\4\0\0\0\7"s);
}

TEST(TupleWriter, StartsAnewWhenCleared) {
  TupleWriter writer;
  writer.add_bigint(1);
  writer.clear();

  EXPECT_TRUE(writer.view().empty());
}

}  // namespace
}  // namespace millrace::postgres
