#pragma once

#include "operators/consolidation.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// One [[consolidate]] of a job file: from, into, source_column, source_value.
/// Errors: Error{bad_request} with the place in the file.
ConsolidationRule read_consolidate_table(const SettingTable& table);

}  // namespace millrace
