#pragma once

#include <cstdint>
#include <string_view>

#include "tools/millrace/settings.h"

namespace millrace {

/// What was said, as the shape of its setting reads it.
/// Errors: Error{bad_request} naming the origin and what would do.
SettingValue parse_value(const Assignment& assignment);

/// Read "64MiB", "1.5 GiB", "1048576". Errors: Error{bad_request} naming `origin`.
std::uint64_t parse_size(std::string_view text, std::string_view origin);

}  // namespace millrace
