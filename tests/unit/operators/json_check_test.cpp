#include "operators/json_check.h"

#include <simdjson.h>

#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

// In memory of exactly its size.
ValueFault check(const std::string& text, JsonTarget target = JsonTarget::jsonb) {
  const auto bytes = std::make_unique<std::uint8_t[]>(text.size());
  std::copy(text.begin(), text.end(), bytes.get());
  return check_json(bytes.get(), text.size(), target);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonCheck, TakesNestingThatThePostgresStackHolds) {
  EXPECT_EQ(check(nested(4096)), ValueFault::none);
  EXPECT_EQ(check(nested(4097)), ValueFault::invalid_json);
}

TEST(JsonCheck, RemembersAtEveryDepthWhetherItIsInAnObject) {
  std::string open;
  std::string close;
  for (int i = 0; i < 200; ++i) {
    const bool object = i % 3 == 0;
    open += object ? R"({"k": )" : "[";
    close.insert(0, object ? "}" : "]");
  }

  EXPECT_EQ(check(open + "1" + close), ValueFault::none);
  close[100] = close[100] == '}' ? ']' : '}';
  EXPECT_EQ(check(open + "1" + close), ValueFault::invalid_json);
}

TEST(JsonCheck, RefusesEveryPrefixOfADocument) {
  const std::string text = R"({"a": [1.5e3, true, "x\u00e9\n"], "b": {"c": null}})";
  ASSERT_EQ(check(text), ValueFault::none);
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
    EXPECT_EQ(check(text.substr(0, bytes)), ValueFault::invalid_json) << bytes;
  }
}

TEST(JsonCheck, FindsControlCharactersAtEveryPlaceOfAString) {
  for (std::size_t bytes = 1; bytes < 40; ++bytes) {
    for (std::size_t at = 0; at < bytes; ++at) {
      std::string text(bytes, 'x');
      text[at] = '\x1f';
      ASSERT_EQ(check("\"" + text + "\""), ValueFault::invalid_json);
      text[at] = ' ';
      ASSERT_EQ(check("\"" + text + "\""), ValueFault::none);
    }
  }
}

TEST(JsonCheck, FindsBrokenUtf8AtEveryPlaceOfAString) {
  for (std::size_t bytes = 1; bytes < 40; ++bytes) {
    for (std::size_t at = 0; at < bytes; ++at) {
      std::string text(bytes, 'x');
      text[at] = '\xff';
      ASSERT_EQ(check("\"" + text + "\""), ValueFault::invalid_utf8);
    }
  }
}

TEST(JsonCheck, JsonTakesEscapesThatJsonbCannotHold) {
  for (const std::string text : {R"("\u0000")", R"("\ud800")", R"("\udc00")", R"("\ud800x")"}) {
    EXPECT_EQ(check(text, JsonTarget::json), ValueFault::none) << text;
    EXPECT_EQ(check(text, JsonTarget::jsonb), ValueFault::invalid_json) << text;
  }
  EXPECT_EQ(check("1e999999", JsonTarget::json), ValueFault::none);
}

TEST(JsonCheck, KnowsTheLimitsOfNumeric) {
  EXPECT_EQ(check(std::string(131'072, '9')), ValueFault::none);
  EXPECT_EQ(check(std::string(131'073, '9')), ValueFault::invalid_json);
  EXPECT_EQ(check("0." + std::string(16'383, '1')), ValueFault::none);
  EXPECT_EQ(check("0." + std::string(16'384, '1')), ValueFault::invalid_json);
  EXPECT_EQ(check("0e200000"), ValueFault::none);
  EXPECT_EQ(check("0.00001e131076"), ValueFault::none);
  EXPECT_EQ(check("0.00001e131077"), ValueFault::invalid_json);
  EXPECT_EQ(check("1e99999999999999999999"), ValueFault::invalid_json);
}

// simdjson knows neither the limits of numeric nor jsonb's dislike of \u0000, and refuses numbers
// that do not fit 64 bits; the alphabet below has none of these.
TEST(JsonCheck, AgreesWithSimdjsonOnMutatedDocuments) {
  const std::string seed = R"({"a": [1.5, -2, true, false, null, "x\u00e9\n\"é"], "b": {"c": {}}})";
  const std::string alphabet = "{}[]\",:.-+0123ez\\ntfu aé\t";
  simdjson::dom::parser parser;
  std::mt19937_64 random(42);
  int valid = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = seed;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = alphabet[random() % alphabet.size()]; break;
        case 1: text.erase(at, 1); break;
        default: text.insert(at, 1, alphabet[random() % alphabet.size()]); break;
      }
    }
    const simdjson::error_code expected = parser.parse(text).error();
    if (expected == simdjson::NUMBER_OUT_OF_RANGE) continue;
    const ValueFault fault = check(text);
    const bool got = fault == ValueFault::none || fault == ValueFault::equal_keys;
    ASSERT_EQ(got, expected == simdjson::SUCCESS) << text << ": " << expected;
    valid += got ? 1 : 0;
  }
  EXPECT_GT(valid, 10'000) << "the mutations must leave enough documents whole";
}

}  // namespace
}  // namespace millrace
