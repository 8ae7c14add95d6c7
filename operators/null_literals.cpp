#include "operators/null_literals.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include "operators/column_kinds.h"

namespace millrace {

using namespace column_kinds;

namespace {

template <typename Number>
bool read_number(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// The bits that an integer has on the wire; none where no value of the column can be it.
bool wire_bits(WireInteger wire, const std::string& text, std::uint64_t& bits) {
  const auto index = static_cast<unsigned>(wire);
  const unsigned width = 8U << index / 2;
  if (index % 2 == 1) {
    return read_number(text, bits) && (width == 64 || bits >> width == 0);
  }
  std::int64_t value = 0;
  if (!read_number(text, value)) return false;
  bits = static_cast<std::uint64_t>(value);
  const std::int64_t limit = std::numeric_limits<std::int64_t>::max() >> (64 - width);
  return value <= limit && value >= -limit - 1;
}

bool is_plain_number(const std::string& text) {
  double value = 0;
  return read_number(text, value);
}

/// A decimal as the server sends it: `scale` digits behind the point, no plus, no leading zeros;
/// none where the column cannot hold it.
std::optional<std::string> decimal_text(std::string_view text, std::uint32_t scale) {
  double value = 0;
  if (!read_number(std::string(text), value)) return std::nullopt;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  std::string_view whole = text.substr(0, text.find('.'));
  std::string_view fraction = whole.size() == text.size() ? "" : text.substr(whole.size() + 1);
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  while (fraction.size() > scale && fraction.ends_with('0')) fraction.remove_suffix(1);
  if (fraction.size() > scale) return std::nullopt;
  std::string digits = whole.empty() ? "0" : std::string(whole);
  if (scale > 0) {
    digits += '.' + std::string(fraction) + std::string(scale - fraction.size(), '0');
  }
  const bool zero = digits.find_first_not_of("0.") == digits.npos;
  return (negative && !zero ? "-" : "") + digits;
}

}  // namespace

void add_null_values(const SourceColumn& column, const CastRule& rule, const ColumnMapping& mapping,
                     ColumnLiterals& literals) {
  for (const std::string& text : rule.null_if) {
    const auto unfit = [&]() {
      refuse_rule(rule, "'" + text + "' is no value of " + shown_type(column),
                  "null if takes values as the source has them: 0, -1, '', '0000-00-00'");
    };
    if (is_integer(column)) {
      std::uint64_t bits = 0;
      // A rule for many columns may name a value that only some of their types have.
      if (wire_bits(wire_of(column), text, bits)) {
        literals.null_integers.push_back(bits);
      } else if (!is_plain_number(text)) {
        unfit();
      }
    } else if (is_float(column) || is_double(column)) {
      double value = 0;
      if (!read_number(text, value)) unfit();
      literals.null_floats.push_back(is_float(column) ? double{static_cast<float>(value)} : value);
    } else if (is_instant(column)) {
      if (text != "0000-00-00" && text != "0000-00-00 00:00:00") unfit();
      literals.null_zero_date = true;
    } else if (is_time(column) || column.type == SourceType::bit || is_geometry(column)) {
      unfit();
    } else if (column.type == SourceType::decimal) {
      // A rule for many columns may name a value that only some of them can hold.
      if (const auto sent = decimal_text(text, column.scale)) {
        literals.null_texts.push_back(*sent);
      } else if (!is_plain_number(text)) {
        unfit();
      }
    } else {
      const bool ascii = std::all_of(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      const bool arrives_as_latin1 = !mapping.convert_in_source &&
                                     handling_of_charset(column.charset) == CharsetHandling::latin1;
      if (!ascii && arrives_as_latin1) unfit();
      literals.null_texts.push_back(text);
    }
  }
}

}  // namespace millrace
