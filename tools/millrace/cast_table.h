#pragma once

#include "operators/cast_rule.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// One [[cast]] of a job file: the keys column, type, unsigned, nullable, auto_increment, default
/// select; to, using, null_if, true, false, optional say what becomes of it.
/// Errors: Error{bad_request} with the place in the file.
CastRule read_cast_table(const SettingTable& table);

}  // namespace millrace
