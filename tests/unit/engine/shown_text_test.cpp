#include "engine/shown_text.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(ShownText, EscapesWhatHtmlWouldRead) {
  EXPECT_EQ(html_escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
}

TEST(ShownText, KeepsUtf8) {
  EXPECT_EQ(html_escaped("заказы 日本 🙂"), "заказы 日本 🙂");
}

TEST(ShownText, ReplacesBrokenUtf8AndControlCharacters) {
  EXPECT_EQ(html_escaped("a\xff"), "a\xEF\xBF\xBD");
  EXPECT_EQ(html_escaped("a\x01"), "a\xEF\xBF\xBD");
  EXPECT_EQ(html_escaped("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "an overlong '/'";
  EXPECT_EQ(html_escaped("\xE6\x97"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut in the middle";
}

TEST(ShownText, KeepsLineEndsInHtmlOnly) {
  EXPECT_EQ(html_escaped("a\nb"), "a\nb");
  EXPECT_EQ(fitted("a\nb", 10), "a?b");
}

TEST(ShownText, LetsNoEscapeSequenceReachTheTerminal) {
  EXPECT_EQ(fitted("a\x1b[31mb", 20), "a?[31mb");
  EXPECT_EQ(fitted("a\xC2\x9B"
                   "31mb",
                   20),
            "a??31mb")
      << "the one-character form, U+009B";
}

TEST(ShownText, CutsTheMiddleOfALongName) {
  EXPECT_EQ(fitted("orders_2024_january", 11), "orders…uary");
  EXPECT_EQ(fitted("orders", 6), "orders");
  EXPECT_EQ(fitted("orders", 0), "");
}

TEST(ShownText, CountsWideCharactersAsTwoColumns) {
  EXPECT_EQ(columns_of("日本"), 4);
  EXPECT_EQ(columns_of("é"), 1);
  EXPECT_EQ(columns_of("e\xCC\x81"), 1) << "a combining accent takes no column";
}

TEST(ShownText, PadsToColumnsNotToBytes) {
  EXPECT_EQ(padded("日本", 6), "日本  ");
  EXPECT_EQ(padded("abc", 2, "~"), "a~");
}

TEST(ShownText, LinesAreBrokenBetweenWordsByTheirColumns) {
  EXPECT_EQ(wrapped("one two three four five six", 4, 30),
            "one two three four five\n"
            "    six\n");
  EXPECT_EQ(wrapped("日本日本日本 日本日本日本 x", 0, 22), "日本日本日本\n日本日本日本 x\n")
      << "24 columns are 12 wide characters";
  EXPECT_EQ(wrapped("averyveryveryverylongwordthatfitsnowhere", 70, 80),
            "averyveryveryverylongwordthatfitsnowhere\n");
  EXPECT_EQ(wrapped("", 4, 80), "\n");
}

}  // namespace
}  // namespace millrace
