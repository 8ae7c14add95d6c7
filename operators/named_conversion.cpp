#include "operators/named_conversion.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/nearest_word.h"
#include "operators/column_kinds.h"
#include "operators/null_literals.h"

namespace millrace {
namespace {

using namespace column_kinds;
using Request = ConversionRequest;

// ---- what a target is

// One of these types, without a length.
template <const auto& names>
bool is_one_of(const Request& request) {
  return !request.target.first &&
         std::find(names.begin(), names.end(), request.target.base) != names.end();
}
template <std::size_t n>
using Names = std::array<std::string_view, n>;

constexpr Names<3> to_integers = {"smallint", "integer", "bigint"};
constexpr Names<1> to_real = {"real"};
constexpr Names<1> to_double_precision = {"double precision"};
constexpr Names<1> to_boolean = {"boolean"};
constexpr Names<1> to_text = {"text"};
constexpr Names<2> to_instants = {"timestamptz", "timestamp"};
constexpr Names<1> to_inet = {"inet"};
constexpr Names<1> to_uuid = {"uuid"};
constexpr Names<1> to_bytea = {"bytea"};
constexpr Names<2> to_documents = {"jsonb", "json"};
constexpr Names<1> to_native_enum = {"enum"};
constexpr Names<1> to_text_array = {"text[]"};
constexpr Names<1> to_date = {"date"};
constexpr Names<1> to_bit = {"bit"};
constexpr Names<1> to_geometry = {"geometry"};

bool is_numeric(const Request& request) {
  const TargetType& target = request.target;
  if (target.base != "numeric") return false;
  constexpr std::uint32_t most_digits = 1000;  // Source: PostgreSQL, NUMERIC_MAX_PRECISION
  return !target.first ||
         (*target.first >= 1 && *target.first <= most_digits && target.second.value_or(0) <= 38 &&
          target.second.value_or(0) <= *target.first);
}
// The scale is the source's, and there is room for all its digits.
bool is_wider_numeric(const Request& request) {
  const TargetType& target = request.target;
  return is_numeric(request) &&
         (!target.first || (target.second.value_or(0) == request.column.scale &&
                            *target.first >= request.column.precision));
}
bool is_text_of_length(const Request& request) {
  const TargetType& target = request.target;
  constexpr std::uint32_t most = 10'485'760;  // Source: PostgreSQL, MaxAttrSize
  if (target.base == "text") return !target.first;
  if (target.base == "varchar" && !target.first) return true;
  return (target.base == "varchar" || target.base == "character") && target.first &&
         !target.second && *target.first >= 1 && *target.first <= most;
}
// With as many digits behind the second as the source has, or more.
bool is_moment(const Request& request) {
  const TargetType& target = request.target;
  return (target.base == "timestamptz" || target.base == "timestamp") && !target.second &&
         (!target.first || (*target.first >= request.column.fraction_digits && *target.first <= 6));
}
bool is_time_of_day(const Request& request) {
  const TargetType& target = request.target;
  return (target.base == "time" || target.base == "interval") && !target.second &&
         (!target.first || *target.first == request.column.fraction_digits);
}

// ---- how it gets there

ColumnMapping mapping(const Request& request, Encoding encoding) {
  ColumnMapping result;
  result.type = request.target.text();
  result.encoding.encoding = encoding;
  if (is_integer(request.column)) result.encoding.wire = wire_of(request.column);
  return result;
}

template <Encoding encoding>
ColumnMapping by(const Request& request) {
  return mapping(request, encoding);
}

Encoding of_width(const Request& request, Encoding int2, Encoding int4, Encoding int8) {
  if (request.target.base == "smallint") return int2;
  return request.target.base == "integer" ? int4 : int8;
}

ColumnMapping integer_to_integer(const Request& request) {
  return mapping(request, of_width(request, Encoding::integer_to_int2, Encoding::integer_to_int4,
                                   Encoding::integer_to_int8));
}

ColumnMapping integer_to_numeric(const Request& request) {
  auto result = mapping(request, Encoding::integer_to_numeric);
  // Every integer has at most 20 digits: what goes beyond is no limit.
  const std::uint32_t scale = request.target.second.value_or(0);
  const std::uint32_t precision = request.target.first.value_or(0);
  const bool limited = precision != 0 && precision - scale < 20;
  result.encoding.precision = static_cast<std::uint8_t>(limited ? precision : 0);
  result.encoding.scale = static_cast<std::uint8_t>(scale);
  return result;
}

template <std::uint32_t microseconds>
ColumnMapping epoch(const Request& request) {
  auto result = mapping(request, Encoding::integer_to_timestamp);
  result.encoding.microseconds_per_unit = microseconds;
  return result;
}

// Text arrives as UTF-8 or as latin1; what is converted into a number or the like is ASCII in
// both, so that only character sets of another kind need the source's help.
ColumnMapping from_text(const Request& request, Encoding encoding) {
  auto result = mapping(request, encoding);
  result.convert_in_source =
      request.column.charset != "binary" &&
      handling_of_charset(request.column.charset) == CharsetHandling::convert;
  return result;
}

template <Encoding encoding>
ColumnMapping by_text(const Request& request) {
  return from_text(request, encoding);
}

ColumnMapping text_to_integer(const Request& request) {
  return from_text(request, of_width(request, Encoding::text_to_int2, Encoding::text_to_int4,
                                     Encoding::text_to_int8));
}

// Words and documents may hold any letter: they are compared and stored as UTF-8.
template <Encoding encoding>
ColumnMapping by_utf8(const Request& request) {
  auto result = mapping(request, encoding);
  result.convert_in_source = request.column.charset != "binary" &&
                             handling_of_charset(request.column.charset) != CharsetHandling::utf8;
  return result;
}

ColumnMapping to_document(const Request& request) {
  return request.target.base == "jsonb" ? by_utf8<Encoding::json_to_jsonb>(request)
                                        : by_utf8<Encoding::json_to_json>(request);
}

ColumnMapping text_to_text(const Request& request) {
  const TargetType& target = request.target;
  const CharsetHandling handling = handling_of_charset(request.column.charset);
  const bool latin1 = handling == CharsetHandling::latin1;
  const bool padded = target.base == "character";
  auto result =
      mapping(request, padded ? (latin1 ? Encoding::latin1_to_bpchar : Encoding::utf8_to_bpchar)
                              : (latin1 ? Encoding::latin1_to_text : Encoding::utf8_to_text));
  result.encoding.length_characters = target.first.value_or(0);
  result.convert_in_source =
      request.column.charset != "binary" && handling == CharsetHandling::convert;
  return result;
}

ColumnMapping decimal_to_numeric(const Request& request) {
  auto result = mapping(request, Encoding::decimal_to_numeric);
  result.encoding.scale = static_cast<std::uint8_t>(request.column.scale);
  return result;
}

// What a switch offers for all columns of a type, for this one.
template <auto field, auto value>
ColumnMapping by_switch(const Request& request) {
  TypeChoices choices = request.choices;
  choices.*field = value;
  return map_column(request.column, choices, request.bigint_key);
}

ColumnMapping moment_to_moment(const Request& request) {
  auto result = mapping(request, Encoding::datetime_to_timestamp);
  const std::uint32_t digits = request.column.fraction_digits;
  if (!request.target.first && digits < 6 && request.column.type != SourceType::date) {
    result.type += "(" + std::to_string(digits) + ")";
  }
  result.encoding.fraction_digits = digits;
  return result;
}

ColumnMapping time_to_time(const Request& request) {
  return request.target.base == "time"
             ? by_switch<&TypeChoices::time, TimeChoice::time>(request)
             : by_switch<&TypeChoices::time, TimeChoice::interval>(request);
}

ColumnMapping json_to_document(const Request& request) {
  if (request.target.base == "jsonb") {
    return by_switch<&TypeChoices::json, JsonChoice::jsonb>(request);
  }
  return by_switch<&TypeChoices::json, JsonChoice::json>(request);
}

using enum ValueFault;
using Faults = std::array<ValueFault, 3>;
constexpr Faults no_faults = {none, none};

// clang-format off
constexpr std::array conversions = {
  NamedConversion{"any integer, year", "smallint, integer, bigint", "", "the same number",
    {out_of_range, none}, is_integer, is_one_of<to_integers>, integer_to_integer},
  NamedConversion{"any integer, year", "numeric, numeric(p,s)", "", "the same number, with s zeros behind the point",
    {out_of_range, none}, is_integer, is_numeric, integer_to_numeric},
  NamedConversion{"any integer, year", "real", "", "the same number; one that has more than 24 bits is a fault",
    {inexact, none}, is_integer, is_one_of<to_real>, by<Encoding::integer_to_float4>},
  NamedConversion{"any integer, year", "real", "rounded", "the nearest number that real has",
    no_faults, is_integer, is_one_of<to_real>, by<Encoding::integer_to_rounded_float4>},
  NamedConversion{"any integer, year", "double precision", "", "the same number; one that has more than 53 bits is a fault",
    {inexact, none}, is_integer, is_one_of<to_double_precision>, by<Encoding::integer_to_float8>},
  NamedConversion{"any integer, year", "boolean", "", "0 is false, 1 is true, anything else a fault",
    {not_boolean, none}, is_integer, is_one_of<to_boolean>, by<Encoding::integer_to_bool>},
  NamedConversion{"any integer, year", "boolean", "nonzero", "0 is false, anything else true, as in MySQL",
    no_faults, is_integer, is_one_of<to_boolean>, by<Encoding::nonzero_to_bool>},
  NamedConversion{"any integer, year", "text", "", "its decimal digits",
    no_faults, is_integer, is_one_of<to_text>, by<Encoding::integer_to_text>},
  NamedConversion{"any integer", "timestamptz, timestamp", "epoch", "seconds since 1970 in UTC",
    {out_of_range, none}, is_integer, is_one_of<to_instants>, epoch<1'000'000>},
  NamedConversion{"any integer", "timestamptz, timestamp", "epoch-milliseconds", "milliseconds since 1970 in UTC",
    {out_of_range, none}, is_integer, is_one_of<to_instants>, epoch<1'000>},
  NamedConversion{"any integer", "timestamptz, timestamp", "epoch-microseconds", "microseconds since 1970 in UTC",
    {out_of_range, none}, is_integer, is_one_of<to_instants>, epoch<1>},
  NamedConversion{"any integer", "inet", "", "an IPv4 address, as INET_ATON() makes it",
    {invalid_inet, none}, is_integer, is_one_of<to_inet>, by<Encoding::uint32_to_inet>},
  NamedConversion{"float", "double precision", "", "the same number",
    no_faults, is_float, is_one_of<to_double_precision>, by<Encoding::float_to_float8>},
  NamedConversion{"double", "real", "", "the nearest number that real has; one that is too large or too small for it is a fault",
    {out_of_range, none}, is_double, is_one_of<to_real>, by<Encoding::double_to_float4>},
  NamedConversion{"decimal(p,s)", "numeric, numeric(q,s)", "", "the same number; q is p or more",
    no_faults, is_decimal, is_wider_numeric, decimal_to_numeric},
  NamedConversion{"decimal(p,0)", "smallint, integer, bigint", "", "the same number",
    {out_of_range, none}, is_whole_decimal, is_one_of<to_integers>, text_to_integer},
  NamedConversion{"decimal(p,s)", "double precision", "", "the nearest number that double precision has",
    no_faults, is_decimal, is_one_of<to_double_precision>, by<Encoding::text_to_float8>},
  NamedConversion{"char, varchar, any text, enum", "smallint, integer, bigint", "", "the number that is written there",
    {invalid_number, out_of_range}, is_word, is_one_of<to_integers>, text_to_integer},
  NamedConversion{"char, varchar, any text, enum", "double precision", "", "the number that is written there, to the nearest",
    {invalid_number, out_of_range}, is_word, is_one_of<to_double_precision>, by_text<Encoding::text_to_float8>},
  NamedConversion{"char, varchar, any text, enum", "boolean", "", "by the rule's words (`true Y false N`); without them true, t, yes, y, on, 1 and false, f, no, n, off, 0, also in capitals",
    {unknown_word, none}, is_word, is_one_of<to_boolean>, by_utf8<Encoding::text_to_bool>},
  NamedConversion{"char, varchar, any text", "uuid", "", "32 digits, with dashes as 8-4-4-4-12 or without any",
    {invalid_uuid, none}, is_string, is_one_of<to_uuid>, by_text<Encoding::text_to_uuid>},
  NamedConversion{"char, varchar, any text", "inet", "", "an IPv4 or IPv6 address, with /n behind it or without",
    {invalid_inet, none}, is_string, is_one_of<to_inet>, by_text<Encoding::text_to_inet>},
  NamedConversion{"char, varchar, any text, any blob", "jsonb, json", "", "the document, checked as PostgreSQL checks it",
    {invalid_json, equal_keys, invalid_utf8}, [](const SourceColumn& c) { return is_string(c) || is_bytes(c); }, is_one_of<to_documents>, to_document},
  NamedConversion{"char, varchar, any text", "text, varchar(n), character(n)", "", "the same text",
    {too_long, none}, is_string, is_text_of_length, text_to_text},
  NamedConversion{"char, varchar, any text", "bytea", "", "the bytes as the source stores them, in its own character set",
    no_faults, is_string, is_one_of<to_bytea>, by<Encoding::bytes_to_bytea>},
  NamedConversion{"binary, varbinary, any blob", "text, varchar(n)", "", "the bytes as text: they must be UTF-8",
    {invalid_utf8, nul_in_text}, is_bytes, [](const Request& r) { return r.target.base != "character" && is_text_of_length(r); }, text_to_text},
  NamedConversion{"binary(16), varbinary, any blob", "uuid", "", "16 bytes in the order in which they are written",
    {invalid_uuid, none}, is_short_bytes, is_one_of<to_uuid>, by<Encoding::bytes_to_uuid>},
  NamedConversion{"binary(16), varbinary, any blob", "uuid", "swapped", "16 bytes as UUID_TO_BIN(u, 1) leaves them: the time's high part first",
    {invalid_uuid, none}, is_short_bytes, is_one_of<to_uuid>, by<Encoding::swapped_bytes_to_uuid>},
  NamedConversion{"binary, varbinary, any blob", "inet", "", "4 or 16 bytes, as INET6_ATON() makes them",
    {invalid_inet, none}, is_bytes, is_one_of<to_inet>, by<Encoding::bytes_to_inet>},
  NamedConversion{"enum", "enum", "", "an enum type of its own",
    {invalid_enum, none}, is_enum, is_one_of<to_native_enum>, by_switch<&TypeChoices::enumeration, EnumChoice::native>},
  NamedConversion{"enum", "text", "", "the label",
    no_faults, is_enum, is_one_of<to_text>, by_switch<&TypeChoices::enumeration, EnumChoice::text>},
  NamedConversion{"enum", "text", "check", "the label, and a CHECK of all labels",
    {invalid_enum, none}, is_enum, is_one_of<to_text>, by_switch<&TypeChoices::enumeration, EnumChoice::check>},
  NamedConversion{"set", "text[]", "", "one element per member",
    no_faults, is_set, is_one_of<to_text_array>, by_switch<&TypeChoices::set, SetChoice::array>},
  NamedConversion{"set", "text", "", "the members with commas between them",
    no_faults, is_set, is_one_of<to_text>, by_switch<&TypeChoices::set, SetChoice::text>},
  NamedConversion{"json", "jsonb, json", "", "the document, checked as PostgreSQL checks it",
    {invalid_json, equal_keys}, is_json, is_one_of<to_documents>, json_to_document},
  NamedConversion{"json", "text", "", "the document as it is, unchecked",
    no_faults, is_json, is_one_of<to_text>, by_switch<&TypeChoices::json, JsonChoice::text>},
  NamedConversion{"date, datetime(n), timestamp(n)", "timestamptz, timestamp", "", "the same moment in UTC",
    {zero_date, none}, is_instant, is_moment, moment_to_moment},
  NamedConversion{"datetime(n), timestamp(n)", "date", "", "the day; a time other than 00:00:00 is a fault",
    {zero_date, invalid_time}, is_instant, is_one_of<to_date>, by<Encoding::date_to_date>},
  NamedConversion{"time(n)", "time, interval", "", "the same time; time takes none below 0 or above 24:00:00",
    {out_of_range, none}, is_time, is_time_of_day, time_to_time},
  NamedConversion{"bit(1)", "boolean", "", "0 is false, 1 is true",
    no_faults, is_bit1, is_one_of<to_boolean>, by_switch<&TypeChoices::bit1, Bit1Choice::boolean>},
  NamedConversion{"bit(1)", "bit", "", "the bit",
    no_faults, is_bit1, is_one_of<to_bit>, by_switch<&TypeChoices::bit1, Bit1Choice::bit>},
  NamedConversion{"uuid, inet4, inet6 (MariaDB)", "text", "", "as it is written",
    no_faults, is_address, is_one_of<to_text>, text_to_text},
  NamedConversion{"geometry", "bytea", "", "EWKB",
    {invalid_geometry, none}, is_geometry, is_one_of<to_bytea>, by_switch<&TypeChoices::geometry, GeometryChoice::bytea>},
  NamedConversion{"geometry", "geometry", "", "PostGIS geometry",
    {invalid_geometry, none}, is_geometry, is_one_of<to_geometry>, by_switch<&TypeChoices::geometry, GeometryChoice::postgis>},
};
// clang-format on

// ---- the rule's words

const std::vector<std::string> usual_true = {"true", "t", "yes", "y", "on", "1",
                                             "TRUE", "T", "YES", "Y", "ON"};
const std::vector<std::string> usual_false = {"false", "f", "no", "n", "off", "0",
                                              "FALSE", "F", "NO", "N", "OFF"};

/// Whatever the column's type leads to, for a hint.
std::string ways_from(const SourceColumn& column) {
  std::set<std::string_view> seen;
  std::string list;
  for (const NamedConversion& conversion : conversions) {
    if (!conversion.takes(column) || !seen.insert(conversion.to).second) continue;
    list += (list.empty() ? "" : ", ") + std::string(conversion.to);
  }
  return list;
}

[[noreturn]] void refuse_way(const SourceColumn& column, const CastRule& rule,
                             const ConversionRequest& request) {
  std::vector<std::string_view> names;
  for (const NamedConversion& conversion : conversions) {
    if (conversion.takes(column) && conversion.makes(request)) names.push_back(conversion.name);
  }
  const std::string way = shown_type(column) + " to " + request.target.text();
  if (names.empty()) {
    const std::string ways = ways_from(column);
    refuse_rule(rule, "no conversion is known from " + way,
                ways.empty() ? "docs/conversions.md lists them" : "it may become " + ways);
  }
  std::string list;
  for (const std::string_view name : names) {
    if (!name.empty()) list += (list.empty() ? "" : " or ") + std::string(name);
  }
  if (rule.conversion.empty()) {
    refuse_rule(rule, "it does not say how " + way + " is meant", "write using " + list);
  }
  const std::string_view meant = nearest_word(rule.conversion, names);
  refuse_rule(rule, "no conversion " + rule.conversion + " leads from " + way,
              !meant.empty() ? "did you mean using " + std::string(meant) + "?"
              : list.empty() ? "leave out using: there is one way only"
                             : "write using " + list + ", or leave using out");
}

}  // namespace

std::span<const NamedConversion> named_conversions() noexcept { return conversions; }

ColumnMapping convert_column(const SourceColumn& column, const CastRule& rule,
                             const TypeChoices& choices, bool bigint_key) {
  ColumnMapping result = map_column(column, choices, bigint_key);
  if (!rule.to.empty()) {
    const auto target = read_target_type(rule.to);
    if (!target)
      refuse_rule(rule, "'" + rule.to + "' is no type", "docs/conversions.md lists them");
    const ConversionRequest request{column, *target, choices, bigint_key};
    // What the column becomes anyway needs no conversion, and keeps its own encoder.
    const bool as_usual = rule.conversion.empty() && target->text() == result.type;
    if (!as_usual) {
      const auto found = std::find_if(
          conversions.begin(), conversions.end(), [&](const NamedConversion& conversion) {
            return conversion.name == rule.conversion && conversion.takes(column) &&
                   conversion.makes(request);
          });
      if (found == conversions.end()) refuse_way(column, rule, request);
      result = found->map(request);
    }
  } else if (!rule.conversion.empty()) {
    refuse_rule(rule, "using " + rule.conversion + " stands without a type",
                "write => TYPE using ...");
  }
  if (is_integer(column)) result.encoding.wire = wire_of(column);

  ColumnLiterals literals;
  if (result.encoding.encoding == Encoding::text_to_bool) {
    const bool own = !rule.true_words.empty() || !rule.false_words.empty();
    literals.true_texts = own ? rule.true_words : usual_true;
    literals.false_texts = own ? rule.false_words : usual_false;
  } else if (!rule.true_words.empty() || !rule.false_words.empty()) {
    refuse_rule(rule, "words of truth for " + shown_type(column) + ", which is no text",
                "true and false belong to text that becomes boolean");
  }
  add_null_values(column, rule, result, literals);
  if (literals != ColumnLiterals{}) result.encoding.literals = SharedLiterals(std::move(literals));
  return result;
}

}  // namespace millrace
