// Random rows of random columns: what goes in as text must come back as the text that PostgreSQL
// prints, whatever the neighbours are and however much room there is.

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "operators/copy_tuple.h"
#include "operators/row_encoder.h"
#include "operators/type_mapping.h"
#include "tests/support/source_text.h"
#include "tests/support/wire_row.h"

namespace millrace {
namespace {

using Random = std::mt19937_64;

std::uint64_t below(Random& random, std::uint64_t limit) { return random() % limit; }

template <typename... Arguments>
std::string print(const char* format, Arguments... arguments) {
  std::array<char, 128> text;
  std::snprintf(text.data(), text.size(), format, arguments...);
  return text.data();
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// A value as MySQL prints it and as PostgreSQL does.
struct Value {
  std::string source;
  std::string target;
};

struct Kind {
  std::string type;
  std::string target;
  Value (*make)(Random& random);
};

Value same(const std::string& text) { return {text, text}; }

template <typename Number>
Value integer(Random& random) {
  return same(std::to_string(static_cast<Number>(random() >> below(random, 64))));
}

std::string digits(Random& random, std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) text += static_cast<char>('0' + below(random, 10));
  return text;
}

// `whole` and `scale` digits at most; zeros are frequent, so that empty groups occur.
Value decimal(Random& random, std::size_t whole, std::size_t scale) {
  std::string text = digits(random, below(random, whole + 1));
  text.erase(0, text.find_first_not_of('0'));
  if (text.empty()) text = "0";
  std::string fraction = digits(random, scale);
  for (std::string* part : {&text, &fraction}) {
    if (below(random, 3) != 0) continue;
    for (std::size_t i = below(random, part->size() + 1); i < part->size(); ++i) {
      if (i != 0 || part == &fraction) (*part)[i] = '0';
    }
  }
  if (scale != 0) text += "." + fraction;
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return same(below(random, 2) == 0 && !zero ? "-" + text : text);
}

std::string date(Random& random) {
  return print("%04u-%02u-%02u", static_cast<unsigned>(1 + below(random, 9999)),
               static_cast<unsigned>(1 + below(random, 12)),
               static_cast<unsigned>(1 + below(random, 28)));
}

std::string clock(Random& random, std::uint64_t hours) {
  return print("%02u:%02u:%02u.%06u", static_cast<unsigned>(below(random, hours)),
               static_cast<unsigned>(below(random, 60)), static_cast<unsigned>(below(random, 60)),
               below(random, 3) == 0 ? 0 : static_cast<unsigned>(below(random, 1'000'000)));
}

std::string utf8(Random& random, std::size_t most) {
  constexpr std::array<std::string_view, 8> parts = {"a", "Z", " ", "7", "é", "渲", "😀", "ß"};
  const std::size_t kinds = below(random, 2) == 0 ? 4 : parts.size();
  std::string text;
  for (std::uint64_t n = below(random, most + 1); n > 0; --n) text += parts[below(random, kinds)];
  return text;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Value json(Random& random, int depth = 0) {
  switch (below(random, depth > 3 ? 4 : 6)) {
    case 0: return same("null");
    case 1: return decimal(random, 30, below(random, 5));
    case 2: return same("\"" + utf8(random, 30) + "\"");
    case 3: return same("\"\\ud83d\\ude00\\n" + utf8(random, 12) + "\"");
    case 4: {
      std::string text = "[";
      for (std::uint64_t n = below(random, 4); n > 0; --n) {
        text += json(random, depth + 1).source + (n > 1 ? ", " : "");
      }
      return same(text + "]");
    }
    default: {
      std::string text = "{";
      for (std::uint64_t n = below(random, 4); n > 0; --n) {
        text +=
            "\"" + std::to_string(n) + utf8(random, 5) + "\": " + json(random, depth + 1).source;
        if (n > 1) text += ", ";
      }
      return same(text + "}");
    }
  }
}

std::string hex(Random& random, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
    text += print("%02x", static_cast<unsigned>(below(random, 256)));
  return text;
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"tinyint", "smallint", integer<std::int8_t>},
      {"tinyint unsigned", "smallint", integer<std::uint8_t>},
      {"tinyint(1)", "boolean",
       [](Random& r) {
         return below(r, 2) == 0 ? Value{"0", "f"} : Value{"1", "t"};
       }},
      {"smallint", "smallint", integer<std::int16_t>},
      {"smallint unsigned", "integer", integer<std::uint16_t>},
      {"int", "integer", integer<std::int32_t>},
      {"int unsigned", "bigint", integer<std::uint32_t>},
      {"bigint", "bigint", integer<std::int64_t>},
      {"bigint unsigned", "numeric(20,0)", integer<std::uint64_t>},
      {"decimal(12,4)", "numeric(12,4)", [](Random& r) { return decimal(r, 8, 4); }},
      {"decimal(10,0)", "numeric(10,0)", [](Random& r) { return decimal(r, 10, 0); }},
      {"decimal(16,8)", "numeric(16,8)", [](Random& r) { return decimal(r, 8, 8); }},
      {"decimal(9,7)", "numeric(9,7)", [](Random& r) { return decimal(r, 2, 7); }},
      {"decimal(65,30)", "numeric(65,30)", [](Random& r) { return decimal(r, 35, 30); }},
      {"decimal(65,0)", "numeric(65,0)", [](Random& r) { return decimal(r, 65, 0); }},
      {"date", "date", [](Random& r) { return same(date(r)); }},
      {"datetime(6)", "timestamp",
       [](Random& r) {
         const std::string text = date(r) + " " + clock(r, 24);
         return Value{text, without_trailing_zeros(text)};
       }},
      {"time(6)", "interval",
       [](Random& r) {
         std::string text = clock(r, 839);
         const bool zero = text.find_first_not_of("0:.") == std::string::npos;
         if (below(r, 2) == 0 && !zero) text = "-" + text;
         return Value{text, without_trailing_zeros(text)};
       }},
      {"varchar(60)", "varchar(60)", [](Random& r) { return same(utf8(r, 60)); }},
      {"text", "text", [](Random& r) { return same(utf8(r, below(r, 10) == 0 ? 2000 : 40)); }},
      {"char(24)", "character(24)",
       [](Random& r) {
         const std::string text = utf8(r, 24);
         return Value{text, text + std::string(24 - characters(text), ' ')};
       }},
      {"text charset latin1", "text",
       [](Random& r) {
         Value value;
         for (std::uint64_t n = below(r, 50); n > 0; --n) {
           const auto c = static_cast<char>(0xa0 + below(r, 0x60));
           const bool ascii = below(r, 3) != 0;
           value.source += ascii ? 'x' : c;
           value.target += ascii ? std::string("x")
                                 : std::string{static_cast<char>(0xc0 | (c & 0xff) >> 6),
                                               static_cast<char>(0x80 | (c & 0x3f))};
         }
         return value;
       }},
      {"blob", "bytea",
       [](Random& r) {
         const std::string text = hex(r, below(r, 70));
         return Value{"0x" + text, "\\x" + text};
       }},
      {"bit(17)", "bit(17)",
       [](Random& r) {
         std::string bits;
         for (int i = 0; i < 17; ++i) bits += below(r, 2) == 0 ? '0' : '1';
         return same(bits);
       }},
      {"set('a','b','c')", "text[]",
       [](Random& r) {
         std::string text;
         for (const char member : {'a', 'b', 'c'}) {
           if (below(r, 2) != 0) text += (text.empty() ? "" : ",") + std::string(1, member);
         }
         return Value{text, "{" + text + "}"};
       }},
      {"json", "jsonb", [](Random& r) { return json(r); }},
      {"uuid", "uuid",
       [](Random& r) {
         std::string text = hex(r, 16);
         for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, "-");
         return same(text);
       }},
  };
  return all;
}

struct RandomTable {
  std::vector<const Kind*> columns;
  std::vector<SourceColumn> sources;
  RowEncoder encoder{{}};

  explicit RandomTable(Random& random) {
    std::vector<ColumnEncoding> encodings;
    for (std::uint64_t n = 1 + below(random, 30); n > 0; --n) {
      columns.push_back(&kinds()[below(random, kinds().size())]);
      sources.push_back(column_of(columns.back()->type));
      encodings.push_back(map_column(sources.back(), {}, false).encoding);
    }
    encoder = RowEncoder(encodings);
  }
};

void check_random_row(const RandomTable& table, Random& random) {
  std::vector<std::optional<std::string>> expected;
  std::vector<WireField> fields;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (below(random, 5) == 0) {
      expected.emplace_back();
      fields.emplace_back();
      continue;
    }
    const Value value = table.columns[i]->make(random);
    expected.emplace_back(value.target);
    fields.push_back(wire_value(table.sources[i], value.source));
  }
  const WireRow row(fields);

  EncodedRow encoded = encode_into(table.encoder, row, below(random, 4000));
  if (encoded.outcome.status == RowStatus::no_space) {
    encoded = encode_into(table.encoder, row, encoded.outcome.bytes);
  }
  ASSERT_EQ(encoded.outcome.status, RowStatus::encoded)
      << "column " << table.columns[encoded.outcome.column]->type << ": "
      << describe(encoded.outcome.fault);

  const auto got = fields_of_tuple(encoded.tuple);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].has_value(), expected[i].has_value()) << table.columns[i]->type;
    if (got[i]) {
      ASSERT_EQ(postgres_text(table.columns[i]->target, *got[i]), *expected[i])
          << table.columns[i]->type;
    }
  }
  const std::size_t cut = below(random, row.field_bytes() + 1);
  if (cut < row.field_bytes()) {
    ASSERT_EQ(encode_into(table.encoder, row.cut_to(cut)).outcome.status, RowStatus::malformed);
  }
}

TEST(RowEncoderRandom, EveryRandomRowComesBackAsItWentIn) {
  Random random(20261122);
  for (int tables = 0; tables < 300; ++tables) {
    const RandomTable table(random);
    for (int rows = 0; rows < 20; ++rows) {
      ASSERT_NO_FATAL_FAILURE(check_random_row(table, random)) << "table " << tables;
    }
  }
}

TEST(RowEncoderRandom, RandomBytesNeverLeadOutOfBounds) {
  Random random(7);
  for (int tables = 0; tables < 300; ++tables) {
    const RandomTable table(random);
    for (int rows = 0; rows < 50; ++rows) {
      std::string bytes(below(random, 300), '\0');
      for (char& c : bytes) c = static_cast<char>(below(random, below(random, 2) == 0 ? 8 : 256));
      std::vector<WireField> fields(table.columns.size(), WireField(""));
      fields[0] = bytes;

      const EncodedRow encoded = encode_into(table.encoder, WireRow(fields), below(random, 2000));

      if (encoded.outcome.status == RowStatus::encoded) {
        EXPECT_EQ(fields_of_tuple(encoded.tuple).size(), fields.size());
      }
      const WireRow row(fields);
      EXPECT_LE(table.encoder.describe_value(row.view(), below(random, fields.size())).size(), 80U);
    }
  }
}

}  // namespace
}  // namespace millrace
