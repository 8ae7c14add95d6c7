#include "bench/micro/rare_row_sets.h"

#include <array>

#include "bench/micro/row_fill.h"

namespace millrace {
namespace {

using namespace row_fill;

RowSet year(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::uint16_to_int2), n_rows, random, [](RowSet& rows, Random& r) {
    rows.number(static_cast<std::uint16_t>(between(r, 1901, 2155)));
  });
}

RowSet bit_boolean(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::bit_to_bool), n_rows, random, [](RowSet& rows, Random& r) {
    const char bit = static_cast<char>(r() & 1);
    rows.string({&bit, 1});
  });
}

RowSet time_of_day(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::time_to_time), n_rows, random, [](RowSet& rows, Random& r) {
    rows.time(false, 0, between(r, 0, 23), between(r, 0, 59), between(r, 0, 59));
  });
}

RowSet character_latin1(std::size_t n_rows, Random& random) {
  return four_columns(as_text(Encoding::latin1_to_bpchar, 16), n_rows, random,
                      [](RowSet& rows, Random& r) {
                        std::string text = words(r, 1 + below(r, 16));
                        text[below(r, text.size())] = static_cast<char>(0xa0 + below(r, 96));
                        rows.string(text);
                      });
}

constexpr std::array<std::string_view, 4> latin1_labels = {"fertig", "l\xe4uft",
                                                           "gesto\xdf"
                                                           "en",
                                                           "n\xe4"
                                                           "chste"};

RowSet enum_latin1(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::latin1_to_enum), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(latin1_labels[below(r, latin1_labels.size())]);
  });
}

RowSet set_latin1(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::latin1_to_text_array), n_rows, random,
                      [](RowSet& rows, Random& r) {
                        std::string text;
                        for (const std::string_view member : latin1_labels) {
                          if ((r() & 1) == 0) continue;
                          if (!text.empty()) text += ',';
                          text += member;
                        }
                        rows.string(text);
                      });
}

RowSet json_kept(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::json_to_json), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(R"({"cmdline": ")" + words(r, 40 + below(r, 100)) + R"(", "range": [1, 2.5e3]})");
  });
}

template <Encoding encoding>
RowSet small_integers(std::size_t n_rows, Random& random) {
  return four_columns(from_integer(encoding, WireInteger::int32), n_rows, random,
                      [](RowSet& rows, Random& r) { rows.number(between(r, -30'000, 30'000)); });
}

RowSet integer_rounded(std::size_t n_rows, Random& random) {
  return four_columns(from_integer(Encoding::integer_to_rounded_float4, WireInteger::int32), n_rows,
                      random,
                      [](RowSet& rows, Random& r) { rows.number(static_cast<std::int32_t>(r())); });
}

RowSet bool_strict(std::size_t n_rows, Random& random) {
  return four_columns(
      from_integer(Encoding::integer_to_bool, WireInteger::int8), n_rows, random,
      [](RowSet& rows, Random& r) { rows.number(static_cast<std::int8_t>(r() & 1)); });
}

RowSet float_double(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::float_to_float8), n_rows, random, [](RowSet& rows, Random& r) {
    rows.number(static_cast<float>(below(r, 1'000'000)) / 3);
  });
}

RowSet text_smallint(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::text_to_int2), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(std::to_string(between(r, -32'768, 32'767)));
  });
}

RowSet text_bigint(std::size_t n_rows, Random& random) {
  return four_columns(as(Encoding::text_to_int8), n_rows, random, [](RowSet& rows, Random& r) {
    rows.string(std::to_string(static_cast<std::int64_t>(r())));
  });
}

template <Encoding encoding>
RowSet sixteen_bytes(std::size_t n_rows, Random& random) {
  return four_columns(as(encoding), n_rows, random, [](RowSet& rows, Random& r) {
    const std::array<std::uint64_t, 2> bytes = {r(), r()};
    rows.string({reinterpret_cast<const char*>(bytes.data()), sizeof bytes});
  });
}

}  // namespace

std::vector<NamedRowSet> rare_row_sets() {
  return {
      {"year", year},
      {"bit_boolean", bit_boolean},
      {"time_of_day", time_of_day},
      {"character_latin1", character_latin1},
      {"enum_latin1", enum_latin1},
      {"set_latin1", set_latin1},
      {"json_kept", json_kept},
      {"integer_smallint", small_integers<Encoding::integer_to_int2>},
      {"integer_bigint", small_integers<Encoding::integer_to_int8>},
      {"integer_double", small_integers<Encoding::integer_to_float8>},
      {"integer_rounded", integer_rounded},
      {"integer_bool_strict", bool_strict},
      {"float_double", float_double},
      {"text_smallint", text_smallint},
      {"text_bigint", text_bigint},
      {"bytes_uuid_in_order", sixteen_bytes<Encoding::bytes_to_uuid>},
      {"bytes_inet", sixteen_bytes<Encoding::bytes_to_inet>},
  };
}

}  // namespace millrace
