#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace {

/// `text` as it may stand in HTML, SVG and a quoted attribute.
///
/// Ensures: the result is UTF-8 and well-formed XML text: what is neither becomes U+FFFD.
std::string html_escaped(std::string_view text);

/// At most `characters` characters of `text`, not escaped, with … where something was cut.
std::string shortened(std::string_view text, std::size_t characters);

}  // namespace millrace
