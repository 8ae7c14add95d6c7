#pragma once

#include <cstdint>

namespace millrace {

/// How many bytes a field of the binary protocol takes, or where its length stands.
enum class WireShape : std::uint8_t { one, two, four, eight, temporal, string };

/// What a reader takes the bytes of a field for.
enum class WireContent : std::uint8_t {
  any,
  signed_integer,
  unsigned_integer,
  floating,
  date,  // DATE, DATETIME or TIMESTAMP: each has the shorter form of the others
  time,
  latin1_text,
};

/// One field of the binary protocol as a reader expects it.
struct WireForm {
  WireShape shape = WireShape::string;
  WireContent content = WireContent::any;

  bool operator==(const WireForm&) const = default;
};

}  // namespace millrace
