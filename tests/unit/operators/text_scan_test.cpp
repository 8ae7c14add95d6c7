#include "operators/text_scan.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

struct Copied {
  bool clean;
  std::string text;
};

// From memory that ends `behind` bytes after the text, into memory with just the slack it may use.
Copied copy(const std::string& text, std::size_t behind) {
  const auto from = std::make_unique<std::uint8_t[]>(text.size() + behind);
  std::memcpy(from.get(), text.data(), text.size());
  const auto to = std::make_unique<std::uint8_t[]>(text.size() + copy_slack_bytes);
  const bool clean =
      copy_text(from.get(), text.size(), from.get() + text.size() + behind, to.get());
  return {clean, std::string(to.get(), to.get() + text.size())};
}

TEST(TextScan, CopiesTextOfEveryLengthWhereverTheReadableBytesEnd) {
  for (std::size_t bytes = 0; bytes < 140; ++bytes) {
    std::string text(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(1 + i % 127);
    for (const std::size_t behind : {0U, 1U, 7U, 8U, 15U, 16U, 31U, 32U, 100U}) {
      const Copied copied = copy(text, behind);

      ASSERT_TRUE(copied.clean) << bytes << " and " << behind;
      ASSERT_EQ(copied.text, text);
    }
  }
}

TEST(TextScan, FindsAnOddByteAtEveryPlace) {
  for (std::size_t bytes = 1; bytes < 80; ++bytes) {
    for (std::size_t at = 0; at < bytes; ++at) {
      for (const char odd : {'\0', '\x80', '\xff'}) {
        std::string text(bytes, 'x');
        text[at] = odd;
        for (const std::size_t behind : {0U, 20U, 40U}) {
          const Copied copied = copy(text, behind);

          ASSERT_FALSE(copied.clean) << bytes << " at " << at;
          ASSERT_EQ(copied.text, text);
        }
      }
    }
  }
}

TEST(TextScan, IsNotDisturbedByWhatFollowsTheText) {
  const std::string all =
      std::string("plain") + std::string("\x00\xff\x80", 3) + std::string(60, '\0');
  std::array<std::uint8_t, 5 + copy_slack_bytes> to{};
  const auto* const from = reinterpret_cast<const std::uint8_t*>(all.data());

  EXPECT_TRUE(copy_text(from, 5, from + all.size(), to.data()));
  EXPECT_TRUE(copy_text(from, 0, from + all.size(), to.data()));
  EXPECT_FALSE(copy_text(from, 6, from + all.size(), to.data()));
}

TEST(TextScan, CopiesBytesOfEveryLength) {
  for (std::size_t bytes = 0; bytes < 70; ++bytes) {
    for (const std::size_t behind : {0U, 16U}) {
      const std::string text = std::string(bytes, '\x81') + std::string(behind, 'x');
      const auto from = std::make_unique<std::uint8_t[]>(text.size());
      std::memcpy(from.get(), text.data(), text.size());
      const auto to = std::make_unique<std::uint8_t[]>(bytes + copy_slack_bytes);

      copy_bytes(from.get(), bytes, from.get() + text.size(), to.get());

      ASSERT_EQ(std::string(to.get(), to.get() + bytes), text.substr(0, bytes));
    }
  }
}

}  // namespace
}  // namespace millrace
