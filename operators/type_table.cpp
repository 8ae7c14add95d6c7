#include "operators/type_table.h"

#include <functional>
#include <string_view>
#include <vector>

#include "io/source_schema.h"
#include "operators/type_mapping.h"
#include "operators/type_switches.h"
#include "operators/value_fault.h"

namespace millrace {
namespace {

/// A column that stands for all of its kind.
struct Representative {
  std::string_view shown;  // as the table names it, with n, p and s for numbers
  SourceColumn column;
  bool bigint_key = false;
};

using Adjust = std::function<void(SourceColumn&)>;

Representative sample(std::string_view shown, SourceType type, const Adjust& adjust = {}) {
  Representative one{shown, {}, false};
  one.column.name = "value";
  one.column.type = type;
  one.column.column_type = shown;
  one.column.data_type = shown.substr(0, shown.find_first_of("( "));
  if (adjust) adjust(one.column);
  return one;
}

// Numbers that the table replaces by letters: no type has them by itself.
constexpr std::uint32_t length_n = 77;
constexpr std::uint32_t fraction_n = 5;
constexpr std::uint32_t precision_p = 37;
constexpr std::uint32_t scale_s = 29;

void make_unsigned(SourceColumn& column) { column.is_unsigned = true; }
void make_text(SourceColumn& column) {
  column.charset = "utf8mb4";
  column.length_characters = length_n;
}
void make_fraction(SourceColumn& column) { column.fraction_digits = fraction_n; }
void make_labels(SourceColumn& column) {
  column.charset = "utf8mb4";
  column.labels = {"a", "b"};
}
Adjust with_width(std::uint32_t width) {
  return [width](SourceColumn& column) { column.display_width = width; };
}

std::vector<Representative> representatives() {
  std::vector<Representative> all = {
      sample("tinyint", SourceType::tinyint),
      sample("tinyint unsigned", SourceType::tinyint, make_unsigned),
      sample("tinyint(1), bool", SourceType::tinyint, with_width(1)),
      sample("smallint", SourceType::smallint),
      sample("smallint unsigned", SourceType::smallint, make_unsigned),
      sample("mediumint", SourceType::mediumint),
      sample("mediumint unsigned", SourceType::mediumint, make_unsigned),
      sample("int", SourceType::integer),
      sample("int unsigned", SourceType::integer, make_unsigned),
      sample("bigint", SourceType::bigint),
      sample("bigint unsigned", SourceType::bigint, make_unsigned),
      sample("bigint unsigned, a key", SourceType::bigint, make_unsigned),
      sample("decimal(p,s), signed or not", SourceType::decimal,
             [](SourceColumn& column) {
               column.precision = precision_p;
               column.scale = scale_s;
             }),
      sample("float", SourceType::float32),
      sample("double", SourceType::float64),
      sample("bit(1)", SourceType::bit, with_width(1)),
      sample("bit(n)", SourceType::bit, with_width(length_n)),
      sample("date", SourceType::date),
      sample("datetime(n)", SourceType::datetime, make_fraction),
      sample("timestamp(n)", SourceType::timestamp, make_fraction),
      sample("time(n)", SourceType::time, make_fraction),
      sample("year", SourceType::year),
      sample("char(n)", SourceType::character, make_text),
      sample("varchar(n)", SourceType::varchar, make_text),
      sample("tinytext, text, mediumtext, longtext", SourceType::text, make_text),
      sample("binary(n)", SourceType::binary),
      sample("varbinary(n)", SourceType::varbinary),
      sample("tinyblob, blob, mediumblob, longblob", SourceType::blob),
      sample("enum", SourceType::enumeration, make_labels),
      sample("set", SourceType::set, make_labels),
      sample("json", SourceType::json, make_text),
      sample("geometry", SourceType::geometry),
      sample("point and the other shapes", SourceType::geometry),
      sample("uuid (MariaDB)", SourceType::uuid),
      sample("inet4, inet6 (MariaDB)", SourceType::inet6),
  };
  for (Representative& one : all) one.bigint_key = one.shown.ends_with("a key");
  return all;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

std::string type_shown(const Representative& one, const TypeChoices& choices) {
  const ColumnMapping mapping = map_column(one.column, choices, one.bigint_key);
  std::string type = mapping.type.empty() ? "enum type of its own" : mapping.type;
  if (!mapping.check_sql.empty()) type += " with CHECK";
  const std::string numeric = std::to_string(precision_p) + "," + std::to_string(scale_s);
  replace_all(type, "(" + numeric + ")", "(p,s)");
  replace_all(type, "(" + std::to_string(length_n) + ")", "(n)");
  replace_all(type, "(" + std::to_string(fraction_n) + ")", "(n)");
  return type;
}

// What else a switch makes of the column.
std::string switched_shown(const Representative& one) {
  const std::string usual = type_shown(one, {});
  std::string text;
  for (const TypeSwitch& type_switch : type_switches()) {
    for (const TypeSwitchValue& value : type_switch.values) {
      TypeChoices choices;
      value.choose(choices);
      const std::string type = type_shown(one, choices);
      if (type == usual) continue;
      if (!text.empty()) text += "; ";
      text += type + ": `" + std::string(type_switch.option) + " " + std::string(value.name) + "`";
    }
  }
  return text;
}

std::vector<ValueFault> faults_of(Encoding encoding) {
  using enum ValueFault;
  switch (encoding) {
    case Encoding::int8_to_bool:
    case Encoding::bit_to_bool: return {not_boolean};
    case Encoding::uint64_to_int8: return {out_of_range};
    case Encoding::date_to_date:
    case Encoding::datetime_to_timestamp: return {zero_date, invalid_time};
    case Encoding::time_to_time: return {out_of_range};
    case Encoding::utf8_to_text:
    case Encoding::utf8_to_bpchar:
    case Encoding::utf8_to_text_array: return {nul_in_text, invalid_utf8};
    case Encoding::latin1_to_text:
    case Encoding::latin1_to_bpchar:
    case Encoding::latin1_to_text_array: return {nul_in_text};
    case Encoding::utf8_to_enum:
    case Encoding::latin1_to_enum: return {invalid_enum};
    case Encoding::json_to_jsonb: return {invalid_json, equal_keys, invalid_utf8};
    case Encoding::json_to_json: return {invalid_json, invalid_utf8};
    case Encoding::geometry_to_ewkb: return {invalid_geometry};
    // Only rules lead there: docs/conversions.md lists their faults.
    case Encoding::integer_to_int2:
    case Encoding::integer_to_int4:
    case Encoding::integer_to_int8:
    case Encoding::integer_to_numeric:
    case Encoding::integer_to_float4:
    case Encoding::integer_to_rounded_float4:
    case Encoding::integer_to_float8:
    case Encoding::integer_to_bool:
    case Encoding::nonzero_to_bool:
    case Encoding::integer_to_text:
    case Encoding::integer_to_timestamp:
    case Encoding::uint32_to_inet:
    case Encoding::float_to_float8:
    case Encoding::double_to_float4:
    case Encoding::text_to_int2:
    case Encoding::text_to_int4:
    case Encoding::text_to_int8:
    case Encoding::text_to_float8:
    case Encoding::text_to_bool:
    case Encoding::bytes_to_uuid:
    case Encoding::swapped_bytes_to_uuid:
    case Encoding::bytes_to_inet:
    case Encoding::int8_to_int2:
    case Encoding::uint8_to_int2:
    case Encoding::int16_to_int2:
    case Encoding::uint16_to_int4:
    case Encoding::uint16_to_int2:
    case Encoding::int32_to_int4:
    case Encoding::uint32_to_int8:
    case Encoding::int64_to_int8:
    case Encoding::uint64_to_numeric:
    case Encoding::decimal_to_numeric:
    case Encoding::float_to_float4:
    case Encoding::double_to_float8:
    case Encoding::bit_to_bit:
    case Encoding::time_to_interval:
    case Encoding::bytes_to_bytea:
    case Encoding::text_to_uuid:
    case Encoding::text_to_inet: return {};
  }
  return {};
}

std::string faults_shown(Encoding encoding) {
  std::string text;
  for (const ValueFault fault : faults_of(encoding)) {
    if (!text.empty()) text += ", ";
    text += describe(fault);
  }
  return text;
}

constexpr std::string_view head = R"(# Types

Generated by `millrace docs types` from the code that maps them: change the code, not this page.

The default is the type that holds every value of the source type; where the whole field expects
another one, that one. A value that the target cannot hold is a fault: it is never changed silently.

| MySQL, MariaDB | PostgreSQL | with a switch | faults |
|---|---|---|---|
)";

constexpr std::string_view tail = R"(
## What to know

- `bigint unsigned` stays `bigint` where it is an `auto_increment` key, or a column whose foreign key
  points at one. `tinyint(1) auto_increment` is `smallint`: an identity column cannot be boolean.
- `(n)` of `datetime`, `timestamp` and `time` is the number of digits behind the second; for 6, which
  is PostgreSQL's own, nothing is written.
- `zerofill` is a way of printing that PostgreSQL has not: the number arrives, `00042` is `42`. That, and
  what `double(8,2)` rounds no more, is noted.
- A type that holds every value of the source's may hold more: nothing keeps -1 out of what was `unsigned`,
  200 out of what was `tinyint`, or 300 characters out of what was `tinytext`. A CHECK of your own does.
- `timestamp` values are instants: they are read in UTC and arrive as `timestamptz`. `datetime` values
  have no zone and get none.
- Zero and partial dates (`0000-00-00`, `2020-00-15`) exist in no calendar. Years 1 to 999 arrive as
  what they are; MySQL's year 0 is PostgreSQL's year 1 BC: `0000-05-05` arrives as `0001-05-05 BC`.
- `interval` values hold hours, not days: `838:59:59` arrives as `838:59:59`.
- `char(n)` is padded with blanks to n characters, as PostgreSQL keeps it. `char(0)` and `varchar(0)`
  become `text`.
- Text arrives as UTF-8. `utf8mb4`, `utf8mb3` and `ascii` are checked and copied. `latin1` is cp1252,
  as MySQL has it. Every other character set is converted by the source.
- An enum with a label above 63 bytes, or the same label twice, becomes `text` with a CHECK.
- The members of a `set` are split at commas; MySQL's empty set is the empty array.
- `jsonb` takes numbers of any length that `numeric` holds; `\u0000`, lone surrogates and equal keys in one object are faults.
- Geometry is WKB, and EWKB where it has an SRID; the order of the coordinates is that of the source's
  storage: longitude first.
)";

}  // namespace

std::string types_table_markdown() {
  std::string page(head);
  for (const Representative& one : representatives()) {
    const ColumnMapping mapping = map_column(one.column, {}, one.bigint_key);
    page += "| " + std::string(one.shown) + " | " + type_shown(one, {}) + " | " +
            switched_shown(one) + " | " + faults_shown(mapping.encoding.encoding) + " |\n";
  }
  page +=
      "\n## Switches\n\nOn the command line (`--tinyint1 smallint`) and in a job file "
      "(`tinyint1 = \"smallint\"`); the first value is the default.\n\n"
      "| switch | of | value | becomes |\n|---|---|---|---|\n";
  for (const TypeSwitch& type_switch : type_switches()) {
    for (const TypeSwitchValue& value : type_switch.values) {
      page += "| `" + std::string(type_switch.option) + "` | " + std::string(type_switch.subject) +
              " | `" + std::string(value.name) + "` | " + std::string(value.meaning) + " |\n";
    }
  }
  return page += tail;
}

}  // namespace millrace
