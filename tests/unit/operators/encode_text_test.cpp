#include "operators/encode_text.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string utf8_of_latin1(const std::string& text) {
  std::string out(3 * text.size() + 4, '\0');
  auto* const begin = reinterpret_cast<std::uint8_t*>(out.data());
  const auto* const end = write_latin1_as_utf8(bytes_of(text), text.size(), begin);
  out.resize(static_cast<std::size_t>(end - begin));
  return out;
}

TEST(EncodeText, EveryByteOfLatin1BecomesOneCharacter) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const std::string utf8 = utf8_of_latin1(text);

    EXPECT_EQ(count_characters(bytes_of(utf8), utf8.size()), 1U) << byte;
    EXPECT_EQ(latin1_bytes_as_utf8(bytes_of(text), 1), utf8.size()) << byte;
    EXPECT_EQ(check_utf8(bytes_of(utf8), utf8.size()),
              byte == 0 ? ValueFault::nul_in_text : ValueFault::none);
  }
}

TEST(EncodeText, Latin1IsCp1252) {
  EXPECT_EQ(utf8_of_latin1("\x80\x82\x8a\x93\x99\x9f"), "€‚Š“™Ÿ");
  EXPECT_EQ(utf8_of_latin1("\xa0\xe9\xff"), "\xc2\xa0éÿ");
}

TEST(EncodeText, UnassignedBytesOfCp1252AreControlCharacters) {
  EXPECT_EQ(utf8_of_latin1("\x81\x8d\x8f\x90\x9d"), "\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d");
}

TEST(EncodeText, CountsCharactersNotBytes) {
  const std::string text = "aé渲😀";

  EXPECT_EQ(count_characters(bytes_of(text), text.size()), 4U);
}

TEST(EncodeText, SetsOf64MembersBecomeArrays) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += (i > 0 ? "," : "") + std::string("m") + std::to_string(i);
  std::vector<std::uint8_t> out(4 + array_bytes_at_most(text.size()) + copy_slack_bytes);
  std::uint8_t* to = out.data();

  ASSERT_EQ(encode_text_array(to, {bytes_of(text), text.size()}, TextCharset::utf8),
            ValueFault::none);

  EXPECT_EQ(load_big<std::uint32_t>(out.data() + 16), 64U);
  EXPECT_LE(static_cast<std::size_t>(to - out.data()), 4 + array_bytes_at_most(text.size()));
}

TEST(EncodeText, AnArrayOfCommasAloneKeepsWithinItsBound) {
  const std::string text(500, ',');
  std::vector<std::uint8_t> out(4 + array_bytes_at_most(text.size()) + copy_slack_bytes);
  std::uint8_t* to = out.data();

  ASSERT_EQ(encode_text_array(to, {bytes_of(text), text.size()}, TextCharset::latin1),
            ValueFault::none);

  EXPECT_EQ(load_big<std::uint32_t>(out.data() + 16), 501U);
  EXPECT_LE(static_cast<std::size_t>(to - out.data()), 4 + array_bytes_at_most(text.size()));
}

}  // namespace
}  // namespace millrace
