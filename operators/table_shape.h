#pragma once

#include <string>
#include <vector>

#include "io/source_schema.h"

namespace millrace {

/// In what `table` differs from `model`, where both are to become one table: a line for each
/// difference, in words. Order of columns, comments, defaults, plain indexes and sizes may differ,
/// and so may the collation of a column that no unique key is over.
std::vector<std::string> shape_differences(const SourceTable& table, const SourceTable& model);

/// Whether two indexes are over the same things in the same order, whatever their names.
bool same_index(const SourceIndex& a, const SourceIndex& b);

}  // namespace millrace
