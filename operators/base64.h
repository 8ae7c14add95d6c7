#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace {

/// Bytes as base64 with padding. Source: RFC 4648, section 4.
std::string to_base64(std::string_view bytes);

/// The bytes back; none if `text` is not base64 with padding.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace millrace
