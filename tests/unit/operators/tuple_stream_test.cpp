#include "operators/tuple_stream.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace millrace {
namespace {

using namespace std::string_literals;

const std::string header = "PGCOPY\n\377\r\n\0"s + std::string(8, '\0');
const std::string one = "\0\1\0\0\0\2ab"s;
const std::string null = "\0\1\377\377\377\377"s;
const std::string trailer = "\377\377";

std::vector<std::string> tuples_of(TupleStream& stream, const std::string& bytes,
                                   std::size_t piece) {
  std::vector<std::string> tuples;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    stream.feed(std::as_bytes(std::span(part)), [&](std::span<const std::byte> tuple) {
      tuples.emplace_back(reinterpret_cast<const char*>(tuple.data()), tuple.size());
    });
  }
  return tuples;
}

TEST(TupleStream, FindsTheSameTuplesHoweverTheStreamIsCut) {
  const std::string all = header + one + null + one + trailer;
  for (std::size_t piece = 1; piece <= all.size(); ++piece) {
    TupleStream stream;
    EXPECT_EQ(tuples_of(stream, all, piece), (std::vector<std::string>{one, null, one})) << piece;
    EXPECT_TRUE(stream.complete()) << piece;
  }
}

TEST(TupleStream, SkipsAnExtensionOfTheHeader) {
  TupleStream stream;
  const std::string extended = header.substr(0, 15) + "\0\0\0\3xyz"s;

  EXPECT_EQ(tuples_of(stream, extended + one + trailer, 5), std::vector<std::string>{one});
  EXPECT_TRUE(stream.complete());
}

TEST(TupleStream, IsNotCompleteWithoutItsTrailer) {
  TupleStream stream;
  tuples_of(stream, header + one, 100);
  EXPECT_FALSE(stream.complete());
}

TEST(TupleStream, IsNotCompleteWhenSomethingFollowsItsTrailer) {
  TupleStream stream;
  EXPECT_EQ(tuples_of(stream, header + trailer + one, 100).size(), 0U);
  EXPECT_FALSE(stream.complete());
}

TEST(TupleStream, IsNotCompleteWithinATuple) {
  TupleStream stream;
  tuples_of(stream, header + one.substr(0, 7), 3);
  EXPECT_FALSE(stream.complete());
}

}  // namespace
}  // namespace millrace
