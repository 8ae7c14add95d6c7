#pragma once

#include <span>
#include <string_view>

#include "operators/type_mapping.h"

namespace millrace {

/// One value of a switch of the type mapping.
struct TypeSwitchValue {
  std::string_view name;     // "boolean"
  std::string_view meaning;  // "tinyint(1) becomes boolean; a value other than 0 and 1 is a fault"
  void (*choose)(TypeChoices& choices);
  bool (*chosen)(const TypeChoices& choices);
};

/// One switch: `--tinyint1 smallint` on the command line, `tinyint1 = "smallint"` under [types] in
/// a job file.
struct TypeSwitch {
  std::string_view name;                    // in a job file
  std::string_view option;                  // on the command line
  std::string_view subject;                 // the source type that it is about
  std::span<const TypeSwitchValue> values;  // the default first
};

/// Every switch that TypeChoices has, in the order of docs/types.md.
std::span<const TypeSwitch> type_switches() noexcept;

/// Set one switch. False, with `choices` as they were, if there is no such switch or value.
bool choose_type(TypeChoices& choices, std::string_view name, std::string_view value) noexcept;

}  // namespace millrace
