#include "bench/micro/row_set.h"

#include <array>
#include <cstdio>

#include "bench/micro/rare_row_sets.h"
#include "bench/micro/row_fill.h"

namespace millrace {
namespace {

using namespace row_fill;

void some_datetime(RowSet& rows, Random& random) {
  rows.datetime(between(random, 2008, 2026), between(random, 1, 12), between(random, 1, 28),
                between(random, 0, 23), between(random, 0, 59), between(random, 0, 59));
}

// The table of the figures: 13 mixed columns, about 155 bytes a row as COPY binary.
RowSet frames(std::size_t n_rows, Random& random) {
  RowSet rows({as(Encoding::uint64_to_int8), as(Encoding::uint32_to_int8),
               as(Encoding::int32_to_int4), as(Encoding::int16_to_int2),
               as_text(Encoding::utf8_to_text, 64), as_text(Encoding::utf8_to_text, 32),
               as(Encoding::utf8_to_enum), as(Encoding::double_to_float8),
               as(Encoding::float_to_float4), as_numeric(4), as(Encoding::datetime_to_timestamp),
               as(Encoding::datetime_to_timestamp), as(Encoding::utf8_to_text)});
  constexpr std::array<std::string_view, 6> states = {"complete", "failed",  "killed",
                                                      "running",  "blocked", "pending"};
  for (std::size_t i = 0; i < n_rows; ++i) {
    rows.begin_row();
    rows.number(static_cast<std::uint64_t>(i + 1));
    rows.number(static_cast<std::uint32_t>(i / 100));
    rows.number(static_cast<std::int32_t>(1001 + i % 100));
    rows.number(static_cast<std::int16_t>(between(random, 0, 9)));
    rows.string("shot_" + words(random, below(random, 14)));
    rows.string("render" + std::to_string(below(random, 400)));
    rows.string(states[below(random, states.size())]);
    rows.number(static_cast<double>(below(random, 1'000'000)) / 7);
    rows.number(static_cast<float>(below(random, 64'000)) / 3);
    rows.string(decimal(random, 5, 4));
    some_datetime(rows, random);
    some_datetime(rows, random);
    if (below(random, 10) == 0) {
      rows.string(words(random, 100 + below(random, 100)));
    } else {
      rows.null();
    }
  }
  return rows;
}

RowSet int_heavy(std::size_t n_rows, Random& random) {
  RowSet rows({as(Encoding::int64_to_int8), as(Encoding::int32_to_int4),
               as(Encoding::int32_to_int4), as(Encoding::uint32_to_int8),
               as(Encoding::int16_to_int2), as(Encoding::uint16_to_int4),
               as(Encoding::int8_to_int2), as(Encoding::uint8_to_int2), as(Encoding::int8_to_bool),
               as(Encoding::uint64_to_int8)});
  for (std::size_t i = 0; i < n_rows; ++i) {
    rows.begin_row();
    rows.number(static_cast<std::int64_t>(random()));
    rows.number(static_cast<std::int32_t>(random()));
    rows.number(static_cast<std::int32_t>(i));
    rows.number(static_cast<std::uint32_t>(random()));
    rows.number(static_cast<std::int16_t>(random()));
    rows.number(static_cast<std::uint16_t>(random()));
    rows.number(static_cast<std::int8_t>(random()));
    rows.number(static_cast<std::uint8_t>(random()));
    rows.number(static_cast<std::int8_t>(random() & 1));
    rows.number(random() >> 1);
  }
  return rows;
}

RowSet uint64_numeric(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::uint64_to_numeric), n_rows, random, [](RowSet& rows, Random& r) {
    rows.number(static_cast<std::uint64_t>(r()) >> below(r, 64));
  });
}

RowSet decimal_12_4(std::size_t n_rows, Random& random) {
  return four_columns(as_numeric(4), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(decimal(r, 1 + static_cast<unsigned>(below(r, 8)), 4));
  });
}

RowSet float64(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::double_to_float8), n_rows, random,
                      [](RowSet& rows, Random& r) { rows.number(static_cast<double>(r()) / 3); });
}

RowSet date(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::date_to_date), n_rows, random, [](RowSet& rows, Random& r) {
    rows.datetime(between(r, 1, 9999), between(r, 1, 12), between(r, 1, 28), 0, 0, 0);
  });
}

RowSet datetime(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::datetime_to_timestamp), n_rows, random, some_datetime);
}

RowSet time_interval(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::time_to_interval), n_rows, random, [](RowSet& rows, Random& r) {
    rows.time((r() & 1) != 0, static_cast<std::uint32_t>(below(r, 35)), between(r, 0, 23),
              between(r, 0, 59), between(r, 0, 59));
  });
}

RowSet text_short(std::size_t n_rows, Random& random) {
  return four_columns(as_text(Encoding::utf8_to_text, 64), n_rows, random,
                      [](RowSet& rows, Random& r) { rows.string(words(r, below(r, 40))); });
}

RowSet text_long(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::utf8_to_text), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(words(r, 1000 + below(r, 1000)));
  });
}

RowSet text_utf8(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::utf8_to_text), n_rows, random, [](RowSet& rows, Random& r) {
    constexpr std::array<std::string_view, 5> parts = {"ř", "渲染", "😀", "e", "ö"};
    std::string text;
    for (std::uint64_t n = 4 + below(r, 20); n > 0; --n) text += parts[below(r, parts.size())];
    rows.string(text);
  });
}

RowSet text_latin1(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::latin1_to_text), n_rows, random, [](RowSet& rows, Random& r) {
    std::string text = words(r, 1 + below(r, 40));
    text[below(r, text.size())] = static_cast<char>(0x80 + below(r, 128));
    rows.string(text);
  });
}

RowSet character_16(std::size_t n_rows, Random& random) {
  return four_columns(as_text(Encoding::utf8_to_bpchar, 16), n_rows, random,
                      [](RowSet& rows, Random& r) { rows.string(words(r, below(r, 17))); });
}

RowSet blob_16(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::bytes_to_bytea), n_rows, random, [](RowSet& rows, Random& r) {
    const std::array<std::uint64_t, 2> bytes = {r(), r()};
    rows.string({reinterpret_cast<const char*>(bytes.data()), sizeof bytes});
  });
}

RowSet set_members(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::utf8_to_text_array), n_rows, random,
                      [](RowSet& rows, Random& r) {
                        constexpr std::array<std::string_view, 4> members = {"host", "priority",
                                                                             "retry", "auto_mount"};
                        std::string text;
                        for (const std::string_view member : members) {
                          if ((r() & 1) == 0) continue;
                          if (!text.empty()) text += ',';
                          text += member;
                        }
                        rows.string(text);
                      });
}

RowSet json(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::json_to_jsonb), n_rows, random, [](RowSet& rows, Random& r) {
    std::string text = R"({"cmdline": ")" + words(r, 40 + below(r, 100)) + R"(", "range": [)";
    for (std::uint64_t n = 1 + below(r, 10); n > 0; --n)
      text += std::to_string(below(r, 10000)) + ", ";
    rows.string(text + R"(1.5e3], "flags": {"auto": true, "pid": null}})");
  });
}

// Three of four are set; the rest are the marks for "not set".
RowSet epoch_null_if(std::size_t n_rows, Random& random) {
  ColumnEncoding column = from_integer(Encoding::integer_to_timestamp, WireInteger::int32);
  column.microseconds_per_unit = 1'000'000;
  column.literals = SharedLiterals({.null_integers = {0, ~std::uint64_t{0}, 946'702'800},
                                    .null_floats = {},
                                    .null_texts = {},
                                    .true_texts = {},
                                    .false_texts = {}});
  return four_columns(column, n_rows, random, [](RowSet& rows, Random& r) {
    rows.number(below(r, 4) == 0
                    ? std::int32_t{946'702'800}
                    : static_cast<std::int32_t>(1'200'000'000 + below(r, 500'000'000)));
  });
}

RowSet epoch(std::size_t n_rows, Random& random) {
  ColumnEncoding column = from_integer(Encoding::integer_to_timestamp, WireInteger::uint32);
  column.microseconds_per_unit = 1'000'000;
  return four_columns(column, n_rows, random, [](RowSet& rows, Random& r) {
    rows.number(static_cast<std::uint32_t>(r()));
  });
}

RowSet narrowed(std::size_t n_rows, Random& random) {
  return four_columns(
      from_integer(Encoding::integer_to_int4, WireInteger::uint32), n_rows, random,
      [](RowSet& rows, Random& r) { rows.number(static_cast<std::uint32_t>(r() >> 33)); });
}

RowSet integer_numeric(std::size_t n_rows, Random& random) {
  ColumnEncoding column = from_integer(Encoding::integer_to_numeric, WireInteger::int64);
  column.scale = 2;
  return four_columns(column, n_rows, random, [](RowSet& rows, Random& r) {
    rows.number(static_cast<std::int64_t>(r()) >> below(r, 64));
  });
}

RowSet integer_real(std::size_t n_rows, Random& random) {
  return four_columns(
      from_integer(Encoding::integer_to_float4, WireInteger::uint32), n_rows, random,
      [](RowSet& rows, Random& r) { rows.number(static_cast<std::uint32_t>(below(r, 1 << 24))); });
}

RowSet integer_boolean(std::size_t n_rows, Random& random) {
  return four_columns(
      from_integer(Encoding::nonzero_to_bool, WireInteger::int8), n_rows, random,
      [](RowSet& rows, Random& r) { rows.number(static_cast<std::int8_t>(below(r, 3))); });
}

RowSet integer_text(std::size_t n_rows, Random& random) {
  return four_columns(from_integer(Encoding::integer_to_text, WireInteger::int32), n_rows, random,
                      [](RowSet& rows, Random& r) { rows.number(static_cast<std::int32_t>(r())); });
}

RowSet text_integer(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::text_to_int4), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(std::to_string(static_cast<std::int32_t>(r())));
  });
}

RowSet text_double(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::text_to_float8), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(decimal(r, 1 + static_cast<unsigned>(below(r, 8)), 6));
  });
}

RowSet text_boolean(std::size_t n_rows, Random& random) {
  ColumnEncoding column = as(Encoding::text_to_bool);
  column.literals = SharedLiterals({.null_integers = {},
                                    .null_floats = {},
                                    .null_texts = {},
                                    .true_texts = {"Y"},
                                    .false_texts = {"N"}});
  return four_columns(column, n_rows, random,
                      [](RowSet& rows, Random& r) { rows.string(below(r, 2) == 0 ? "Y" : "N"); });
}

RowSet bytes_uuid(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::swapped_bytes_to_uuid), n_rows, random,
                      [](RowSet& rows, Random& r) {
                        const std::array<std::uint64_t, 2> bytes = {r(), r()};
                        rows.string({reinterpret_cast<const char*>(bytes.data()), sizeof bytes});
                      });
}

RowSet number_inet(std::size_t n_rows, Random& random) {
  return four_columns(
      from_integer(Encoding::uint32_to_inet, WireInteger::uint32), n_rows, random,
      [](RowSet& rows, Random& r) { rows.number(static_cast<std::uint32_t>(r())); });
}

RowSet double_real(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::double_to_float4), n_rows, random,
                      [](RowSet& rows, Random& r) { rows.number(static_cast<double>(r()) / 3); });
}

RowSet uuid(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::text_to_uuid), n_rows, random, [](RowSet& rows, Random& r) {
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx",
                  static_cast<unsigned>(r()), static_cast<unsigned>(r() & 0xffff),
                  static_cast<unsigned>(r() & 0xffff), static_cast<unsigned>(r() & 0xffff),
                  static_cast<unsigned long long>(r() >> 16));
    rows.string(text.data());
  });
}

RowSet enum_label(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::utf8_to_enum), n_rows, random, [](RowSet& rows, Random& r) {
    constexpr std::array<std::string_view, 6> labels = {"complete", "failed",  "killed",
                                                        "running",  "blocked", "pending"};
    rows.string(labels[below(r, labels.size())]);
  });
}

RowSet bit_13(std::size_t n_rows, Random& random) {
  ColumnEncoding column = as(Encoding::bit_to_bit);
  column.bits = 13;
  return four_columns(column, n_rows, random, [](RowSet& rows, Random& r) {
    const std::uint64_t value = below(r, 1 << 13);
    const std::array<char, 2> bytes = {static_cast<char>(value >> 8),
                                       static_cast<char>(value & 0xff)};
    rows.string({bytes.data(), bytes.size()});
  });
}

/// As MySQL stores it: the SRID, then little-endian WKB of a line of `n` points.
std::string line_string(Random& random, std::uint32_t srid, std::uint32_t n) {
  std::string bytes;
  const auto put = [&bytes](auto value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  put(srid);
  bytes += '\x01';
  put(std::uint32_t{2});
  put(n);
  for (std::uint32_t i = 0; i < 2 * n; ++i) put(static_cast<double>(below(random, 360'000)) / 1000);
  return bytes;
}

RowSet geometry(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::geometry_to_ewkb), n_rows, random, [](RowSet& rows, Random& r) {
    const std::uint32_t srid = below(r, 2) == 0 ? 0 : 4326;
    rows.string(line_string(r, srid, 2 + static_cast<std::uint32_t>(below(r, 8))));
  });
}

RowSet inet(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::text_to_inet), n_rows, random, [](RowSet& rows, Random& r) {
    std::array<char, 48> text;
    const auto part = [&r](std::uint64_t limit) { return static_cast<unsigned>(below(r, limit)); };
    if (below(r, 2) == 0) {
      const unsigned a = part(256), b = part(256), c = part(256), d = part(256);
      std::snprintf(text.data(), text.size(), "%u.%u.%u.%u", a, b, c, d);
    } else {
      const unsigned a = part(65536), b = part(65536), c = part(65536);
      std::snprintf(text.data(), text.size(), "2001:db8:%x::%x:%x", a, b, c);
    }
    rows.string(text.data());
  });
}

}  // namespace

void RowSet::begin_row() {
  starts_.push_back(bytes_.size());
  bytes_.append((columns_.size() + 9) / 8, '\0');
  column_ = 0;
}

void RowSet::null() {
  char& byte = bytes_[starts_.back() + (column_ + 2) / 8];
  byte = static_cast<char>(byte | 1 << (column_ + 2) % 8);
  ++column_;
}

void RowSet::string(std::string_view text) {
  if (text.size() < 251) {
    bytes_ += static_cast<char>(text.size());
  } else {
    bytes_ += '\xfc';
    bytes_ += static_cast<char>(text.size() & 0xff);
    bytes_ += static_cast<char>(text.size() >> 8);
  }
  bytes_ += text;
  ++column_;
}

void RowSet::datetime(int year, int month, int day, int hour, int minute, int second,
                      std::uint32_t microsecond) {
  const bool has_clock = hour != 0 || minute != 0 || second != 0 || microsecond != 0;
  bytes_ += static_cast<char>(!has_clock ? 4 : microsecond == 0 ? 7 : 11);
  bytes_ += static_cast<char>(year & 0xff);
  for (const int part : {year >> 8, month, day}) bytes_ += static_cast<char>(part);
  if (has_clock) {
    for (const int part : {hour, minute, second}) bytes_ += static_cast<char>(part);
  }
  if (microsecond != 0) {
    bytes_.append(reinterpret_cast<const char*>(&microsecond), sizeof microsecond);
  }
  ++column_;
}

void RowSet::time(bool negative, std::uint32_t days, int hour, int minute, int second) {
  bytes_ += '\x08';
  bytes_ += static_cast<char>(negative ? 1 : 0);
  bytes_.append(reinterpret_cast<const char*>(&days), sizeof days);
  for (const int part : {hour, minute, second}) bytes_ += static_cast<char>(part);
  ++column_;
}

void RowSet::finish() {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes_.data());
  starts_.push_back(bytes_.size());
  for (std::size_t i = 0; i + 1 < starts_.size(); ++i) {
    const std::uint8_t* const begin = data + starts_[i];
    rows_.push_back({begin, begin + (columns_.size() + 9) / 8, data + starts_[i + 1]});
  }
}

const std::vector<NamedRowSet>& named_row_sets() {
  static const std::vector<NamedRowSet> sets = [] {
    std::vector<NamedRowSet> all = {
        {"frames", frames},
        {"int_heavy", int_heavy},
        {"uint64_numeric", uint64_numeric},
        {"decimal_12_4", decimal_12_4},
        {"double", float64},
        {"date", date},
        {"datetime", datetime},
        {"time_interval", time_interval},
        {"text_short", text_short},
        {"text_long", text_long},
        {"text_utf8", text_utf8},
        {"text_latin1", text_latin1},
        {"character_16", character_16},
        {"blob_16", blob_16},
        {"set_members", set_members},
        {"json", json},
        {"uuid", uuid},
        {"enum_label", enum_label},
        {"bit_13", bit_13},
        {"geometry", geometry},
        {"inet", inet},
        {"epoch", epoch},
        {"epoch_null_if", epoch_null_if},
        {"narrowed", narrowed},
        {"integer_numeric", integer_numeric},
        {"integer_real", integer_real},
        {"integer_boolean", integer_boolean},
        {"integer_text", integer_text},
        {"text_integer", text_integer},
        {"text_double", text_double},
        {"text_boolean", text_boolean},
        {"bytes_uuid", bytes_uuid},
        {"number_inet", number_inet},
        {"double_real", double_real},
    };
    const std::vector<NamedRowSet> rare = rare_row_sets();
    all.insert(all.end(), rare.begin(), rare.end());
    return all;
  }();
  return sets;
}

}  // namespace millrace
