#pragma once

#include "operators/cast_rule.h"
#include "operators/type_mapping.h"

namespace millrace {

/// Add the values of the source that a rule's `null if` names to `literals`, as they lie on the
/// wire of a column that is mapped so.
///
/// Errors: Error (bad_request) for a text that no value of the column's type is; what only other
///         columns' types can hold is passed over: a rule may be for many.
void add_null_values(const SourceColumn& column, const CastRule& rule, const ColumnMapping& mapping,
                     ColumnLiterals& literals);

}  // namespace millrace
