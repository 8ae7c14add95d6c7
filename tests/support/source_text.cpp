#include "tests/support/source_text.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace millrace {
namespace {

constexpr std::pair<std::string_view, SourceType> types[] = {
    {"tinyint", SourceType::tinyint},
    {"smallint", SourceType::smallint},
    {"mediumint", SourceType::mediumint},
    {"int", SourceType::integer},
    {"bigint", SourceType::bigint},
    {"decimal", SourceType::decimal},
    {"float", SourceType::float32},
    {"double", SourceType::float64},
    {"bit", SourceType::bit},
    {"date", SourceType::date},
    {"datetime", SourceType::datetime},
    {"timestamp", SourceType::timestamp},
    {"time", SourceType::time},
    {"year", SourceType::year},
    {"char", SourceType::character},
    {"varchar", SourceType::varchar},
    {"tinytext", SourceType::text},
    {"text", SourceType::text},
    {"mediumtext", SourceType::text},
    {"longtext", SourceType::text},
    {"binary", SourceType::binary},
    {"varbinary", SourceType::varbinary},
    {"tinyblob", SourceType::blob},
    {"blob", SourceType::blob},
    {"mediumblob", SourceType::blob},
    {"longblob", SourceType::blob},
    {"enum", SourceType::enumeration},
    {"set", SourceType::set},
    {"json", SourceType::json},
    {"geometry", SourceType::geometry},
    {"point", SourceType::geometry},
    {"linestring", SourceType::geometry},
    {"polygon", SourceType::geometry},
    {"multipoint", SourceType::geometry},
    {"multilinestring", SourceType::geometry},
    {"multipolygon", SourceType::geometry},
    {"geometrycollection", SourceType::geometry},
    {"uuid", SourceType::uuid},
    {"inet4", SourceType::inet4},
    {"inet6", SourceType::inet6},
    {"vector", SourceType::unknown},
};

SourceType type_named(std::string_view name) {
  for (const auto& [known, type] : types) {
    if (known == name) return type;
  }
  throw std::runtime_error("unknown source type " + std::string(name));
}

template <typename Number>
Number number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("not a number of this width: " + std::string(text));
  }
  return value;
}

std::vector<std::string> labels_of(std::string_view list) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < list.size();) {
    if (list[i] != '\'') throw std::runtime_error("labels must be in quotes");
    std::string label;
    for (++i; i < list.size(); ++i) {
      if (list[i] == '\'' && (i + 1 == list.size() || list[i + 1] != '\'')) break;
      if (list[i] == '\'') ++i;
      label += list[i];
    }
    labels.push_back(label);
    i += i + 1 < list.size() && list[i + 1] == ',' ? 2 : 1;
  }
  return labels;
}

void set_arguments(SourceColumn& column, std::string_view arguments) {
  if (column.type == SourceType::enumeration || column.type == SourceType::set) {
    column.labels = labels_of(arguments);
    return;
  }
  const std::size_t comma = arguments.find(',');
  const auto first = number_of<std::uint32_t>(arguments.substr(0, comma));
  switch (column.type) {
    case SourceType::decimal:
      column.precision = first;
      if (comma != std::string_view::npos) {
        column.scale = number_of<std::uint32_t>(arguments.substr(comma + 1));
      }
      break;
    case SourceType::datetime:
    case SourceType::timestamp:
    case SourceType::time: column.fraction_digits = first; break;
    case SourceType::character:
    case SourceType::varchar: column.length_characters = first; break;
    case SourceType::binary:
    case SourceType::varbinary: column.length_bytes = first; break;
    default: column.display_width = first; break;
  }
}

bool has_charset(SourceType type) {
  switch (type) {
    case SourceType::character:
    case SourceType::varchar:
    case SourceType::text:
    case SourceType::enumeration:
    case SourceType::set:
    case SourceType::json: return true;
    default: return false;
  }
}

std::vector<std::uint32_t> numbers_in(std::string_view text) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = text.find_first_not_of("0123456789", i);
    const std::size_t stop = end == std::string_view::npos ? text.size() : end;
    numbers.push_back(number_of<std::uint32_t>(text.substr(i, stop - i)));
    i = stop + 1;
  }
  return numbers;
}

// "12:34:56.5" behind `skip` numbers of `numbers`.
WireClock clock_of(std::string_view text, std::size_t skip) {
  const std::size_t point = text.find('.');
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  fraction.resize(6, '0');
  const auto numbers = numbers_in(text.substr(0, point));
  if (numbers.size() < skip + 3) return {};
  return {numbers[skip], numbers[skip + 1], numbers[skip + 2], number_of<std::uint32_t>(fraction)};
}

WireField datetime_value(std::string_view text) {
  const auto date = numbers_in(text.substr(0, text.find(' ')));
  if (date.size() != 3) throw std::runtime_error("not a date: " + std::string(text));
  return wire_datetime(date[0], date[1], date[2], clock_of(text, 3));
}

WireField time_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  WireClock clock = clock_of(negative ? text.substr(1) : text, 0);
  const unsigned days = clock.hour / 24;
  clock.hour %= 24;
  return wire_time(negative, days, clock);
}

WireField bit_value(const SourceColumn& column, std::string_view digits) {
  const std::size_t bits = column.display_width == 0 ? 1 : column.display_width;
  std::uint64_t value = 0;
  for (const char c : digits) value = value << 1 | (c == '1' ? 1 : 0);
  std::string bytes;
  for (std::size_t i = (bits + 7) / 8; i-- > 0;) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return wire_string(bytes);
}

WireField blob_value(std::string_view text) {
  if (!text.starts_with("0x")) return wire_string(text);
  std::string bytes;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return wire_string(bytes);
}

template <typename Signed, typename Unsigned>
WireField integer_value(const SourceColumn& column, std::string_view text) {
  return column.is_unsigned ? wire_fixed(number_of<Unsigned>(text))
                            : wire_fixed(number_of<Signed>(text));
}

}  // namespace

SourceColumn column_of(std::string_view type) {
  SourceColumn column;
  column.name = "value";
  column.column_type = type;
  const std::size_t name_end = type.find_first_of("( ");
  column.data_type = type.substr(0, name_end);
  column.type = type_named(column.data_type);
  if (has_charset(column.type)) column.charset = "utf8mb4";

  std::string_view rest = name_end == std::string_view::npos ? "" : type.substr(name_end);
  if (rest.starts_with('(')) {
    const std::size_t close = rest.rfind(')');
    set_arguments(column, rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
  column.is_unsigned = rest.find(" unsigned") != std::string_view::npos;
  column.auto_increment = rest.find(" auto_increment") != std::string_view::npos;
  constexpr std::string_view charset = " charset ";
  if (const std::size_t at = rest.find(charset); at != std::string_view::npos) {
    column.charset = rest.substr(at + charset.size());
  }
  return column;
}

WireField wire_value(const SourceColumn& column, std::string_view text) {
  switch (column.type) {
    case SourceType::tinyint: return integer_value<std::int8_t, std::uint8_t>(column, text);
    case SourceType::smallint: return integer_value<std::int16_t, std::uint16_t>(column, text);
    case SourceType::mediumint:
    case SourceType::integer: return integer_value<std::int32_t, std::uint32_t>(column, text);
    case SourceType::bigint: return integer_value<std::int64_t, std::uint64_t>(column, text);
    case SourceType::float32: return wire_fixed(std::strtof(std::string(text).c_str(), nullptr));
    case SourceType::float64: return wire_fixed(std::strtod(std::string(text).c_str(), nullptr));
    case SourceType::year: return wire_fixed(number_of<std::uint16_t>(text));
    case SourceType::bit: return bit_value(column, text);
    case SourceType::date:
    case SourceType::datetime:
    case SourceType::timestamp: return datetime_value(text);
    case SourceType::time: return time_value(text);
    case SourceType::binary:
    case SourceType::varbinary:
    case SourceType::blob:
    case SourceType::geometry: return blob_value(text);
    case SourceType::decimal:
    case SourceType::character:
    case SourceType::varchar:
    case SourceType::text:
    case SourceType::enumeration:
    case SourceType::set:
    case SourceType::json:
    case SourceType::uuid:
    case SourceType::inet4:
    case SourceType::inet6: return wire_string(text);
    case SourceType::unknown: break;
  }
  throw std::runtime_error("no wire form for " + column.column_type);
}

}  // namespace millrace
