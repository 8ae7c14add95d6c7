#pragma once

#include <vector>

#include "bench/micro/row_set.h"

namespace millrace {

/// The sets of the encodings that few tables have: each its own, so that none is without a figure.
std::vector<NamedRowSet> rare_row_sets();

}  // namespace millrace
