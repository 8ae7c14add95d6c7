#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/source_schema.h"

namespace millrace {

/// In what `table` differs from `model`, where both are to become one table: a line for each
/// difference, in words. Order of columns, comments, defaults, collations, plain indexes and sizes
/// may differ.
std::vector<std::string> shape_differences(const SourceTable& table, const SourceTable& model);

/// The column of that name; null: the table has none.
const SourceColumn* find_column(const SourceTable& table, std::string_view name);

/// Whether two indexes are over the same things in the same order, whatever their names.
bool same_index(const SourceIndex& a, const SourceIndex& b);

}  // namespace millrace
