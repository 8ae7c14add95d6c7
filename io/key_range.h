#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// One key of a table: a SQL literal per key column, in key order, ready for the source's dialect
/// (`42`, `-1`, `'2020-01-01'`, `x'00ff'`, `_utf8mb4 x'616263'`).
using KeyTuple = std::vector<std::string>;

/// Keys k with begin <= k < end in the order of the source's key. No begin: unbounded below; no
/// end: unbounded above. Ranges that share a bound share no key.
struct KeyRange {
  std::optional<KeyTuple> begin;
  std::optional<KeyTuple> end;

  bool operator==(const KeyRange&) const = default;
};

}  // namespace millrace
