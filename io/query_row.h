#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

/// One value of a small result, as text; NULL is an empty string with `null` set.
struct Cell {
  std::string text;
  bool null = false;
};
using Row = std::vector<Cell>;

/// A number that counts something; NULL counts nothing. Requires: it is no other text.
inline std::uint64_t count_of(const Cell& cell) { return cell.null ? 0 : std::stoull(cell.text); }

}  // namespace millrace
