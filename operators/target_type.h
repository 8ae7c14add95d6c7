#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// A PostgreSQL type as a rule names it: "numeric(12,2)" has the base "numeric" and two arguments.
struct TargetType {
  std::string base;  // PostgreSQL's own spelling as the mapping writes it: "integer", "varchar"
  std::optional<std::uint32_t> first;   // precision or length
  std::optional<std::uint32_t> second;  // scale

  /// "numeric(12,2)".
  std::string text() const;
};

/// Read a type; the spellings int, int4, bool, float8, decimal, char, timestamp with time zone and
/// their like are read as what they are in PostgreSQL. None where the text is no such thing.
std::optional<TargetType> read_target_type(std::string_view text);

}  // namespace millrace
