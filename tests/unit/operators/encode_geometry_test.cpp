#include "operators/encode_geometry.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::string word(std::uint32_t value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
std::string head(std::uint32_t type) { return "\x01" + word(type); }
std::string point() { return head(1) + std::string(16, '\x11'); }
std::string collection(const std::string& inner) { return head(7) + word(1) + inner; }

// In memory of exactly its size.
ValueFault check(const std::string& field) {
  const auto from = std::make_unique<std::uint8_t[]>(field.size());
  std::copy(field.begin(), field.end(), from.get());
  std::vector<std::uint8_t> out(4 + field.size());
  std::uint8_t* to = out.data();
  return encode_geometry(to, {from.get(), field.size()});
}

TEST(EncodeGeometry, EveryPrefixOfAGeometryIsAFault) {
  const std::string polygon = head(3) + word(2) + word(1) + std::string(16, 'x') + word(0);
  const std::string field = word(4326) + collection(head(6) + word(1) + polygon);
  ASSERT_EQ(check(field), ValueFault::none);
  for (std::size_t bytes = 0; bytes < field.size(); ++bytes) {
    EXPECT_EQ(check(field.substr(0, bytes)), ValueFault::invalid_geometry) << bytes;
  }
}

TEST(EncodeGeometry, NestingHasALimit) {
  std::string deep = point();
  for (int i = 0; i < 64; ++i) deep = collection(deep);
  EXPECT_EQ(check(word(0) + deep), ValueFault::none);
  EXPECT_EQ(check(word(0) + collection(deep)), ValueFault::invalid_geometry);
}

TEST(EncodeGeometry, CountsThatOverflowAreAFault) {
  EXPECT_EQ(check(word(0) + head(2) + word(0x10000000)), ValueFault::invalid_geometry);
  EXPECT_EQ(check(word(0) + head(3) + word(0xffffffff)), ValueFault::invalid_geometry);
  EXPECT_EQ(check(word(0) + head(7) + word(0xffffffff)), ValueFault::invalid_geometry);
}

}  // namespace
}  // namespace millrace
