#pragma once

#include <vector>

#include "io/source_schema.h"
#include "operators/schema_translation.h"

namespace millrace {

/// What tables that become one say of themselves, and the one table does not: defaults, collations,
/// comments and names of indexes other than the first table's, and all partitions.
///
/// Returns: a note for each thing of the one table that it is said of, however many tables there
///          are: with what is left out and the first table that says so.
/// Requires: `members` are of one shape (shape_differences()) with `merged`, in its members' order.
std::vector<TranslationNote> member_differences(const SourceTable& merged,
                                                const std::vector<const SourceTable*>& members);

}  // namespace millrace
