#include "operators/encode_network.h"

#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "operators/copy_tuple.h"

namespace millrace {
namespace {

// In memory of exactly its size.
std::string uuid(const std::string& text) {
  const auto from = std::make_unique<std::uint8_t[]>(text.size());
  std::copy(text.begin(), text.end(), from.get());
  std::array<std::uint8_t, 20> out{};
  std::uint8_t* to = out.data();
  if (encode_uuid(to, {from.get(), text.size()}) != ValueFault::none) return "fault";
  return postgres_text("uuid", std::string(out.begin() + 4, out.end()));
}

TEST(EncodeNetwork, EveryDigitOfAUuidCounts) {
  const std::string zero = "00000000-0000-0000-0000-000000000000";
  for (std::size_t at = 0; at < zero.size(); ++at) {
    if (zero[at] == '-') continue;
    for (const char digit : {'1', '9', 'a', 'f'}) {
      std::string text = zero;
      text[at] = digit;
      EXPECT_EQ(uuid(text), text);
    }
  }
}

TEST(EncodeNetwork, AnyWrongByteOfAUuidIsAFault) {
  const std::string good = "123e4567-e89b-12d3-a456-426655440000";
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char wrong : {'g', ' ', '\0', '\xff', '/', ':', '@', 'G', '`'}) {
      std::string text = good;
      text[at] = wrong;
      EXPECT_EQ(uuid(text), "fault") << text;
    }
  }
}

}  // namespace
}  // namespace millrace
