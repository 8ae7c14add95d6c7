#pragma once

#include <array>
#include <span>
#include <string_view>

#include "io/source_schema.h"
#include "operators/cast_rule.h"
#include "operators/target_type.h"
#include "operators/type_mapping.h"
#include "operators/value_fault.h"

namespace millrace {

/// What a conversion is asked to do.
struct ConversionRequest {
  const SourceColumn& column;
  const TargetType& target;
  const TypeChoices& choices;
  bool bigint_key = false;
};

/// One way from a source type to a target type. The table of them is what docs/conversions.md
/// lists.
struct NamedConversion {
  std::string_view from;     // "any integer"
  std::string_view to;       // "timestamptz"
  std::string_view name;     // behind "using"; empty: the two types' own
  std::string_view meaning;  // how a value gets there
  std::array<ValueFault, 3> faults;
  bool (*takes)(const SourceColumn& column);
  bool (*makes)(const ConversionRequest& request);
  ColumnMapping (*map)(const ConversionRequest& request);
};

/// All conversions, in the order of docs/conversions.md.
std::span<const NamedConversion> named_conversions() noexcept;

/// Map one column by a rule that selects it.
///
/// Requires: as map_column.
/// Errors:   Error{bad_request} where no conversion leads there, naming those that the column's
///           type has; where the rule's words do not fit the type.
ColumnMapping convert_column(const SourceColumn& column, const CastRule& rule,
                             const TypeChoices& choices, bool bigint_key);

}  // namespace millrace
