#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/source_schema.h"
#include "operators/column_encoding.h"

namespace millrace {

enum class Tinyint1Choice : std::uint8_t { boolean, smallint };
enum class Bit1Choice : std::uint8_t { boolean, bit };
enum class TimeChoice : std::uint8_t { interval, time };
enum class EnumChoice : std::uint8_t { native, check, text };
enum class SetChoice : std::uint8_t { array, text };
enum class GeometryChoice : std::uint8_t {
  automatic,  // postgis where the target has it, else bytea: resolved before map_column() sees it
  bytea,
  postgis,
};
enum class DatetimeChoice : std::uint8_t { timestamp, timestamptz };
enum class JsonChoice : std::uint8_t { jsonb, json, text };

/// The switches of the type mapping; the defaults are the ones in docs/types.md.
struct TypeChoices {
  Tinyint1Choice tinyint1 = Tinyint1Choice::boolean;
  Bit1Choice bit1 = Bit1Choice::boolean;
  TimeChoice time = TimeChoice::interval;
  EnumChoice enumeration = EnumChoice::native;
  SetChoice set = SetChoice::array;
  GeometryChoice geometry = GeometryChoice::automatic;
  DatetimeChoice datetime = DatetimeChoice::timestamp;
  JsonChoice json = JsonChoice::jsonb;
};

/// What one source column becomes.
struct ColumnMapping {
  std::string type;         // PostgreSQL SQL; for a native enum empty: the caller names the type
  ColumnEncoding encoding;  // how its bytes are turned
  bool convert_in_source =
      false;              // SELECT CONVERT(column USING utf8mb4): a charset we do not decode
  std::string check_sql;  // CHECK condition with the column's name in quotes; empty: none
  std::string note;       // told to the user when not empty
};

/// Map one column. `bigint_key`: an unsigned bigint that is an auto_increment key or whose foreign
/// key points at one stays bigint (a value above 2^63-1 is then a fault).
///
/// Requires: column.name is the target's name, if the caller renames (it stands in check_sql).
/// Ensures:  a native enum's labels are distinct and at most 63 bytes each; others become `check`.
/// Errors:   Error{bad_request} for a type that we do not know.
ColumnMapping map_column(const SourceColumn& column, const TypeChoices& choices, bool bigint_key);

/// How the bytes of a column with this charset are read.
enum class CharsetHandling : std::uint8_t {
  utf8,     // utf8mb4, utf8mb3, ascii: validated and copied
  latin1,   // MySQL's latin1, which is cp1252: decoded in place
  convert,  // everything else: the source converts to utf8mb4
};

CharsetHandling handling_of_charset(std::string_view charset) noexcept;

}  // namespace millrace
