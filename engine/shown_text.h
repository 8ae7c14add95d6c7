#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace {

// Names and messages come from the servers: any bytes may be in them. These make them fit to show.

/// `text` as it may stand in HTML, SVG and a quoted attribute.
///
/// Ensures: the result is UTF-8 and well-formed XML text: what is neither becomes U+FFFD.
std::string html_escaped(std::string_view text);

/// Columns of a terminal that `text` takes: none for what is not UTF-8's first byte, two for wide
/// scripts.
std::size_t columns_of(std::string_view text) noexcept;

/// `text` in at most `columns`, on one line: control characters and broken UTF-8 become '?', and
/// what is too long loses its middle, since long names differ at their ends.
std::string fitted(std::string_view text, std::size_t columns, std::string_view ellipsis = "…");

/// fitted() and padded with spaces to exactly `columns`.
std::string padded(std::string_view text, std::size_t columns, std::string_view ellipsis = "…");

/// `text`, a line of printable words, in lines of at most `width` terminal columns, all but the
/// first indented by `indent` blanks; at least 24 columns are left for words. Ends with a line
/// feed.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace millrace
