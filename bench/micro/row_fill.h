#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "bench/micro/row_set.h"

// What the rows of the benchmarks are filled with.
namespace millrace::row_fill {

using Random = std::mt19937_64;

inline ColumnEncoding as(Encoding encoding) { return {.encoding = encoding}; }

inline ColumnEncoding as_numeric(std::uint8_t scale) {
  return {.encoding = Encoding::decimal_to_numeric, .scale = scale};
}

inline ColumnEncoding as_text(Encoding encoding, std::uint32_t characters) {
  return {.encoding = encoding, .length_characters = characters};
}

inline std::uint64_t below(Random& random, std::uint64_t limit) { return random() % limit; }

inline int between(Random& random, int low, int high) {
  const auto count = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<int>(below(random, count));
}

inline std::string words(Random& random, std::size_t bytes) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz _/.-0123456789";
  std::string text(bytes, ' ');
  for (char& c : text) c = letters[below(random, letters.size())];
  return text;
}

inline std::string decimal(Random& random, unsigned whole_digits, int scale) {
  std::uint64_t limit = 1;
  for (unsigned i = 0; i < whole_digits; ++i) limit *= 10;
  std::string text = std::to_string(below(random, limit));
  if (scale > 0) {
    text += '.';
    for (int i = 0; i < scale; ++i) text += static_cast<char>('0' + below(random, 10));
  }
  return below(random, 4) == 0 ? "-" + text : text;
}

inline ColumnEncoding from_integer(Encoding encoding, WireInteger wire) {
  return {.encoding = encoding, .wire = wire};
}

template <typename Fill>
RowSet four_columns(const ColumnEncoding& column, std::size_t n_rows, Random& random, Fill fill) {
  RowSet rows({column, column, column, column});
  for (std::size_t i = 0; i < n_rows; ++i) {
    rows.begin_row();
    for (int n = 0; n < 4; ++n) fill(rows, random);
  }
  return rows;
}

}  // namespace millrace::row_fill
