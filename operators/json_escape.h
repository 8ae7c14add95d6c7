#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// Append `code` as UTF-8.
void put_utf8(std::uint32_t code, std::string& out);

/// The character that the escape at the start of `rest` (behind its backslash) stands for; steps
/// past it. Requires: a string that check_json() has passed.
std::uint32_t take_escape(std::string_view& rest) noexcept;

/// Append the characters that `raw`, what stands between a string's quotes, stands for.
void append_unescaped(std::string_view raw, std::string& out);

}  // namespace millrace
