#include "operators/type_mapping.h"

#include <algorithm>
#include <utility>

#include "io/error.h"

namespace millrace {
namespace {

// Source: PostgreSQL, NAMEDATALEN - 1; an enum label is a name.
constexpr std::size_t longest_label_bytes = 63;

std::string with_length(std::string_view type, std::uint64_t length) {
  return std::string(type) + "(" + std::to_string(length) + ")";
}

// PostgreSQL's default precision is 6, as in MySQL's (6); shorter ones are spelled out, so that the
// target rounds where the source did.
std::string with_fraction(std::string_view type, std::uint32_t digits) {
  return digits >= 6 ? std::string(type) : with_length(type, digits);
}

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result += quote;
}

// Text of any kind: which bytes arrive, and how they are read.
struct TextSource {
  bool latin1 = false;
  bool convert = false;
};

TextSource text_source(const SourceColumn& column) {
  switch (handling_of_charset(column.charset)) {
    case CharsetHandling::utf8: return {};
    case CharsetHandling::latin1: return {.latin1 = true};
    case CharsetHandling::convert: return {.convert = true};
  }
  return {};
}

ColumnMapping mapping(std::string type, Encoding encoding) {
  ColumnMapping result;
  result.type = std::move(type);
  result.encoding.encoding = encoding;
  return result;
}

ColumnMapping map_integer(const SourceColumn& column, const TypeChoices& choices, bool bigint_key) {
  switch (column.type) {
    case SourceType::tinyint:
      // An identity column cannot be boolean.
      if (column.display_width == 1 && choices.tinyint1 == Tinyint1Choice::boolean &&
          !column.auto_increment) {
        return mapping("boolean", Encoding::int8_to_bool);
      }
      return mapping("smallint",
                     column.is_unsigned ? Encoding::uint8_to_int2 : Encoding::int8_to_int2);
    case SourceType::smallint:
      return column.is_unsigned ? mapping("integer", Encoding::uint16_to_int4)
                                : mapping("smallint", Encoding::int16_to_int2);
    case SourceType::mediumint: return mapping("integer", Encoding::int32_to_int4);
    case SourceType::integer:
      return column.is_unsigned ? mapping("bigint", Encoding::uint32_to_int8)
                                : mapping("integer", Encoding::int32_to_int4);
    default: break;
  }
  if (!column.is_unsigned) return mapping("bigint", Encoding::int64_to_int8);
  if (bigint_key) {
    auto result = mapping("bigint", Encoding::uint64_to_int8);
    result.note =
        "unsigned bigint key becomes bigint; a value above 9223372036854775807 is a fault";
    return result;
  }
  return mapping("numeric(20,0)", Encoding::uint64_to_numeric);
}

ColumnMapping map_decimal(const SourceColumn& column) {
  auto result = mapping(
      "numeric(" + std::to_string(column.precision) + "," + std::to_string(column.scale) + ")",
      Encoding::decimal_to_numeric);
  result.encoding.scale = static_cast<std::uint8_t>(column.scale);
  return result;
}

ColumnMapping map_bit(const SourceColumn& column, const TypeChoices& choices) {
  const std::uint32_t bits = std::max(column.display_width, 1U);
  if (bits == 1 && choices.bit1 == Bit1Choice::boolean) {
    return mapping("boolean", Encoding::bit_to_bool);
  }
  auto result = mapping(with_length("bit", bits), Encoding::bit_to_bit);
  result.encoding.bits = bits;
  return result;
}

ColumnMapping map_temporal(const SourceColumn& column, const TypeChoices& choices) {
  const std::uint32_t digits = column.fraction_digits;
  ColumnMapping result;
  switch (column.type) {
    case SourceType::date: return mapping("date", Encoding::date_to_date);
    case SourceType::datetime:
      result = mapping(with_fraction(choices.datetime == DatetimeChoice::timestamptz ? "timestamptz"
                                                                                     : "timestamp",
                                     digits),
                       Encoding::datetime_to_timestamp);
      break;
    case SourceType::timestamp:
      result = mapping(with_fraction("timestamptz", digits), Encoding::datetime_to_timestamp);
      break;
    case SourceType::year:
      result = mapping("smallint", Encoding::uint16_to_int2);
      if (column.display_width == 2) {
        result.note = "year(2) arrives as the source gives it: two digits, 0 to 99";
      }
      return result;
    default:
      result = choices.time == TimeChoice::time
                   ? mapping(with_fraction("time", digits), Encoding::time_to_time)
                   : mapping(with_fraction("interval", digits), Encoding::time_to_interval);
      break;
  }
  result.encoding.fraction_digits = digits;
  return result;
}

ColumnMapping map_text(const SourceColumn& column) {
  // A rare catalog says CHARACTER SET binary for what is a binary column.
  if (column.charset == "binary") return mapping("bytea", Encoding::bytes_to_bytea);

  const TextSource source = text_source(column);
  ColumnMapping result;
  const bool has_length = column.type != SourceType::text && column.length_characters > 0;
  if (column.type == SourceType::character && has_length) {
    result = mapping(with_length("character", column.length_characters),
                     source.latin1 ? Encoding::latin1_to_bpchar : Encoding::utf8_to_bpchar);
  } else {
    result = mapping(has_length ? with_length("varchar", column.length_characters) : "text",
                     source.latin1 ? Encoding::latin1_to_text : Encoding::utf8_to_text);
  }
  if (has_length) {
    result.encoding.length_characters = static_cast<std::uint32_t>(column.length_characters);
  } else if (column.type != SourceType::text) {
    result.note = "PostgreSQL has no text of length 0: text instead of " + column.column_type;
  }
  result.convert_in_source = source.convert;
  return result;
}

std::string label_list(const std::vector<std::string>& labels) {
  std::string list;
  for (const std::string& label : labels) {
    if (!list.empty()) list += ", ";
    list += quoted(label, '\'');
  }
  return list;
}

bool all_distinct(std::vector<std::string> labels) {
  std::sort(labels.begin(), labels.end());
  return std::adjacent_find(labels.begin(), labels.end()) == labels.end();
}

ColumnMapping map_enumeration(const SourceColumn& column, const TypeChoices& choices) {
  const TextSource source = text_source(column);
  const bool convert = source.convert && column.charset != "binary";
  if (choices.enumeration == EnumChoice::text) {
    auto result =
        mapping("text", source.latin1 ? Encoding::latin1_to_text : Encoding::utf8_to_text);
    result.convert_in_source = convert;
    return result;
  }
  auto result = mapping("", source.latin1 ? Encoding::latin1_to_enum : Encoding::utf8_to_enum);
  result.convert_in_source = convert;
  result.encoding.allows_empty =
      std::find(column.labels.begin(), column.labels.end(), std::string()) != column.labels.end();

  const bool too_long =
      std::any_of(column.labels.begin(), column.labels.end(),
                  [](const std::string& label) { return label.size() > longest_label_bytes; });
  const bool distinct = all_distinct(column.labels);
  if (choices.enumeration == EnumChoice::native && !too_long && distinct) return result;
  if (choices.enumeration == EnumChoice::native) {
    result.note = too_long ? "a label exceeds 63 bytes: text with a CHECK instead of a native enum"
                           : "a label appears twice: text with a CHECK instead of a native enum";
  }
  result.type = "text";
  result.check_sql = quoted(column.name, '"') + " IN (" + label_list(column.labels) + ")";
  return result;
}

ColumnMapping map_set(const SourceColumn& column, const TypeChoices& choices) {
  const TextSource source = text_source(column);
  ColumnMapping result;
  if (choices.set == SetChoice::text) {
    result = mapping("text", source.latin1 ? Encoding::latin1_to_text : Encoding::utf8_to_text);
  } else {
    result = mapping("text[]",
                     source.latin1 ? Encoding::latin1_to_text_array : Encoding::utf8_to_text_array);
  }
  result.convert_in_source = source.convert && column.charset != "binary";
  return result;
}

ColumnMapping map_json(const SourceColumn& column, const TypeChoices& choices) {
  ColumnMapping result;
  switch (choices.json) {
    case JsonChoice::jsonb: result = mapping("jsonb", Encoding::json_to_jsonb); break;
    case JsonChoice::json: result = mapping("json", Encoding::json_to_json); break;
    case JsonChoice::text: result = mapping("text", Encoding::utf8_to_text); break;
  }
  result.convert_in_source =
      column.charset != "binary" && handling_of_charset(column.charset) != CharsetHandling::utf8;
  return result;
}

// MySQL's names of geometry types, and PostGIS's.
std::string postgis_type(std::string_view data_type) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"point", "Point"},
      {"linestring", "LineString"},
      {"polygon", "Polygon"},
      {"multipoint", "MultiPoint"},
      {"multilinestring", "MultiLineString"},
      {"multipolygon", "MultiPolygon"},
      {"geometrycollection", "GeometryCollection"},
      {"geomcollection", "GeometryCollection"},
  };
  for (const auto& [mysql, postgis] : names) {
    if (data_type == mysql) return "geometry(" + std::string(postgis) + ")";
  }
  return "geometry";
}

ColumnMapping map_geometry(const SourceColumn& column, const TypeChoices& choices) {
  return choices.geometry == GeometryChoice::postgis
             ? mapping(postgis_type(column.data_type), Encoding::geometry_to_ewkb)
             : mapping("bytea", Encoding::geometry_to_ewkb);
}

[[noreturn]] void refuse(const SourceColumn& column) {
  Where where;
  where.side = Side::source;
  where.column = column.name;
  throw Error(ErrorKind::bad_request,
              "cannot map column type: no PostgreSQL type is known for " +
                  (column.column_type.empty() ? column.data_type : column.column_type),
              std::move(where), "leave the table out with --exclude");
}

}  // namespace

CharsetHandling handling_of_charset(std::string_view charset) noexcept {
  // Empty: types without a charset (UUID, INET6), whose text is ASCII.
  for (const std::string_view utf8 : {"", "utf8mb4", "utf8mb3", "utf8", "ascii"}) {
    if (charset == utf8) return CharsetHandling::utf8;
  }
  return charset == "latin1" ? CharsetHandling::latin1 : CharsetHandling::convert;
}

ColumnMapping map_column(const SourceColumn& column, const TypeChoices& choices, bool bigint_key) {
  switch (column.type) {
    case SourceType::tinyint:
    case SourceType::smallint:
    case SourceType::mediumint:
    case SourceType::integer:
    case SourceType::bigint: return map_integer(column, choices, bigint_key);
    case SourceType::decimal: return map_decimal(column);
    case SourceType::float32: return mapping("real", Encoding::float_to_float4);
    case SourceType::float64: return mapping("double precision", Encoding::double_to_float8);
    case SourceType::bit: return map_bit(column, choices);
    case SourceType::date:
    case SourceType::datetime:
    case SourceType::timestamp:
    case SourceType::time:
    case SourceType::year: return map_temporal(column, choices);
    case SourceType::character:
    case SourceType::varchar:
    case SourceType::text: return map_text(column);
    case SourceType::binary:
    case SourceType::varbinary:
    case SourceType::blob: return mapping("bytea", Encoding::bytes_to_bytea);
    case SourceType::enumeration: return map_enumeration(column, choices);
    case SourceType::set: return map_set(column, choices);
    case SourceType::json: return map_json(column, choices);
    case SourceType::geometry: return map_geometry(column, choices);
    case SourceType::uuid: return mapping("uuid", Encoding::text_to_uuid);
    case SourceType::inet4:
    case SourceType::inet6: return mapping("inet", Encoding::text_to_inet);
    case SourceType::unknown: refuse(column);
  }
  refuse(column);
}

}  // namespace millrace
