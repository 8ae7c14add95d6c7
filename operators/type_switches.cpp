#include "operators/type_switches.h"

#include <array>

namespace millrace {
namespace {

// `Field` is the member of TypeChoices, `value` the choice.
template <auto Field, auto value>
constexpr TypeSwitchValue offer(std::string_view name, std::string_view meaning) {
  return {name, meaning, [](TypeChoices& choices) { choices.*Field = value; },
          [](const TypeChoices& choices) { return choices.*Field == value; }};
}

constexpr std::array tinyint1_values = {
    offer<&TypeChoices::tinyint1, Tinyint1Choice::boolean>(
        "boolean", "boolean; a value other than 0 and 1 is a fault"),
    offer<&TypeChoices::tinyint1, Tinyint1Choice::smallint>("smallint",
                                                            "smallint, which holds every value"),
};
constexpr std::array bit1_values = {
    offer<&TypeChoices::bit1, Bit1Choice::boolean>("boolean", "boolean"),
    offer<&TypeChoices::bit1, Bit1Choice::bit>("bit", "bit(1)"),
};
constexpr std::array time_values = {
    offer<&TypeChoices::time, TimeChoice::interval>(
        "interval", "interval, which holds -838:59:59 to 838:59:59"),
    offer<&TypeChoices::time, TimeChoice::time>(
        "time", "time; a negative one or one above 24:00:00 is a fault"),
};
constexpr std::array datetime_values = {
    offer<&TypeChoices::datetime, DatetimeChoice::timestamp>("timestamp", "timestamp without zone"),
    offer<&TypeChoices::datetime, DatetimeChoice::timestamptz>(
        "timestamptz", "timestamp with time zone; the values are taken as UTC"),
};
constexpr std::array enum_values = {
    offer<&TypeChoices::enumeration, EnumChoice::native>(
        "native", "an enum type of its own; the empty error value is a fault"),
    offer<&TypeChoices::enumeration, EnumChoice::check>(
        "check", "text with a CHECK of the labels; the empty error value is a fault"),
    offer<&TypeChoices::enumeration, EnumChoice::text>("text", "text, which holds every value"),
};
constexpr std::array set_values = {
    offer<&TypeChoices::set, SetChoice::array>("array", "text[], one element per member"),
    offer<&TypeChoices::set, SetChoice::text>("text", "text, members separated by commas"),
};
constexpr std::array json_values = {
    offer<&TypeChoices::json, JsonChoice::jsonb>("jsonb",
                                                 "jsonb; \\u0000, lone surrogates and equal keys "
                                                 "are faults, spacing and key order are lost"),
    offer<&TypeChoices::json, JsonChoice::json>("json", "json, which keeps the text as it is"),
    offer<&TypeChoices::json, JsonChoice::text>("text", "text, unchecked"),
};
constexpr std::array geometry_values = {
    offer<&TypeChoices::geometry, GeometryChoice::automatic>(
        "auto", "PostGIS geometry where the target has PostGIS, else bytea that holds EWKB"),
    offer<&TypeChoices::geometry, GeometryChoice::bytea>("bytea", "bytea that holds EWKB"),
    offer<&TypeChoices::geometry, GeometryChoice::postgis>("postgis", "PostGIS geometry"),
};

constexpr std::array switches = {
    TypeSwitch{"tinyint1", "--tinyint1", "tinyint(1)", tinyint1_values},
    TypeSwitch{"bit1", "--bit1", "bit(1)", bit1_values},
    TypeSwitch{"time", "--time", "time", time_values},
    TypeSwitch{"datetime", "--datetime", "datetime", datetime_values},
    TypeSwitch{"enum", "--enum", "enum", enum_values},
    TypeSwitch{"set", "--set", "set", set_values},
    TypeSwitch{"json", "--json-type", "json", json_values},
    TypeSwitch{"geometry", "--geometry", "geometry", geometry_values},
};

}  // namespace

std::span<const TypeSwitch> type_switches() noexcept { return switches; }

bool choose_type(TypeChoices& choices, std::string_view name, std::string_view value) noexcept {
  for (const TypeSwitch& one : switches) {
    if (one.name != name) continue;
    for (const TypeSwitchValue& offered : one.values) {
      if (offered.name != value) continue;
      offered.choose(choices);
      return true;
    }
  }
  return false;
}

}  // namespace millrace
