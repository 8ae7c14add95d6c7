#include "operators/base64.h"

#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Base64, SaysWhatTheStandardSays) {
  // Source: RFC 4648, section 10.
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(to_base64("\xfb\xff\xfe"), "+//+");
}

TEST(Base64, BringsBackEveryByteAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t bytes = 1; bytes < 6; ++bytes) {
      std::string text(bytes, 'x');
      text[bytes / 2] = static_cast<char>(byte);
      EXPECT_EQ(from_base64(to_base64(text)), text);
    }
  }
}

TEST(Base64, RefusesWhatIsNone) {
  EXPECT_EQ(from_base64("Zg="), std::nullopt);
  EXPECT_EQ(from_base64("Z==="), std::nullopt);
  EXPECT_EQ(from_base64("===="), std::nullopt);
  EXPECT_EQ(from_base64("Zm9v\n"), std::nullopt);
  EXPECT_EQ(from_base64("Z-9_"), std::nullopt);
  EXPECT_EQ(from_base64("Zg==Zg=="), std::nullopt);
  EXPECT_EQ(from_base64("Zh=="), std::nullopt) << "bits that belong to no byte";
}

}  // namespace
}  // namespace millrace
