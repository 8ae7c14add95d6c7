#include "operators/jsonb_text.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::string shown(std::string_view json) {
  std::string out;
  JsonbText().append(json, out);
  return out;
}

TEST(JsonbText, PutsKeysInTheServersOrder) {
  EXPECT_EQ(shown(R"({"bb":1,"a":2,"B":3})"), R"({"B": 3, "a": 2, "bb": 1})");
}

TEST(JsonbText, KeepsTheLastOfEqualKeys) {
  EXPECT_EQ(shown(R"({"a":1,"b":2,"a":3})"), R"({"a": 3, "b": 2})");
  EXPECT_EQ(shown(R"({"a":1,"a":{"c":1,"b":2}})"), R"({"a": {"b": 2, "c": 1}})");
}

TEST(JsonbText, ComparesKeysWithoutTheirEscapes) {
  EXPECT_EQ(shown(R"({"\u0061":1,"a":2})"), R"({"a": 2})");
  EXPECT_EQ(shown(R"({"\u0061\u0061":1,"b":2,"\u0063":3})"), R"({"b": 2, "c": 3, "aa": 1})");
}

TEST(JsonbText, WritesNumbersAsNumericDoes) {
  EXPECT_EQ(shown("[1e2,1.50e1,1E-3,-0,-0.00,0e-5,-1.20e+1]"),
            "[100, 15.0, 0.001, 0, 0.00, 0.00000, -12.0]");
  EXPECT_EQ(shown("12345678901234567890.10"), "12345678901234567890.10");
  EXPECT_EQ(shown("0.0012e2"), "0.12");
}

TEST(JsonbText, EscapesOnlyWhatTheServerEscapes) {
  EXPECT_EQ(shown(R"("\/\b\u001f\u007f\u00e9\ud83d\ude00\\\"")"),
            "\"/\\b\\u001f\x7f\xc3\xa9\xf0\x9f\x98\x80\\\\\\\"\"");
}

TEST(JsonbText, AppendsBehindWhatIsThere) {
  JsonbText text;
  std::string out = "x";
  text.append("{}", out);
  text.append("[ [ ] ,null]", out);
  EXPECT_EQ(out, "x{}[[], null]");
}

TEST(JsonbText, ReadsNothingOutsideOfWhatIsNoJson) {
  for (const std::string_view broken :
       {"",       "{",       "[",   "\"", "\"\\",         "\"\\u",     "\"\\u12", "{\"a",
        "{\"a\"", "{\"a\":", "[1,", "-",  "1e",           "}",         "]",       "{]",
        "[}",     ",",       ":",   "\\", "\"\\ud83d\\u", "{\"a\":1,", "nul",     "?"}) {
    const std::string exact(broken);  // AddressSanitizer sees its end
    std::string out;
    JsonbText().append(std::string_view(exact.data(), exact.size()), out);
    EXPECT_LE(out.size(), 64U) << broken;
  }
}

}  // namespace
}  // namespace millrace
