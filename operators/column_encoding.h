#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// How one field of the MySQL binary protocol becomes one COPY binary field.
/// Named source_to_target.
enum class Encoding : std::uint8_t {
  int8_to_int2,
  uint8_to_int2,
  int8_to_bool,
  // completed by whoever writes row_encoder.cpp
};

/// One column's encoding with its parameters; read-only once planned, shared by all lanes.
struct ColumnEncoding {
  Encoding encoding = Encoding::int8_to_int2;
  std::uint8_t scale = 0;               // numeric: digits after the point (dscale)
  std::uint32_t length_characters = 0;  // bpchar: pad to; varchar: the most allowed; 0: no limit
  std::uint32_t bits = 0;               // bit(n)
  std::uint32_t fraction_digits = 0;
};

}  // namespace millrace
