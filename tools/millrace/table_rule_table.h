#pragma once

#include "operators/table_rule.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// One [[table]] of a job file: name selects; rename, where, drop_columns, rename_columns,
/// add_columns say what becomes of the tables; optional lets it select none.
/// Errors: Error{bad_request} with the place in the file.
TableRule read_table_rule(const SettingTable& table);

}  // namespace millrace
