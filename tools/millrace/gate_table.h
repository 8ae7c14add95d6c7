#pragma once

#include "engine/job.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// One [[gate]] of a job file: the keys sql, expect, hint and at ("source" or "target").
/// Errors: Error{bad_request} with the place in the file.
Gate read_gate_table(const SettingTable& table);

}  // namespace millrace
