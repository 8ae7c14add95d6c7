#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::mysql {

/// A byte string about half-way between `low` and `high`, in byte order.
/// Ensures: low < middle < high. None where there is no room (adjacent strings, or high <= low).
std::optional<std::string> middle_of_bytes(std::string_view low, std::string_view high);

/// A text about half-way between `low` and `high` (UTF-8) as a collation might see them: by code
/// point, or letters without case and accent when `fold_case`. The answer is a probe: the server
/// decides where it falls. None where the two have no room between them.
std::optional<std::string> middle_of_text(std::string_view low, std::string_view high,
                                          bool fold_case);

}  // namespace millrace::mysql
