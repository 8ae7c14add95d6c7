#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/work_plan.h"
#include "io/mysql/connection.h"

namespace millrace {

/// Count the rows of each table of `plan` by COUNT(*) over its chunks, side by side, as `sessions`
/// see them. Rows that a filter keeps back are not counted; those that would be rejected are.
/// `interrupt` wakes the sessions when one of them failed.
std::vector<std::uint64_t> count_source_rows(std::vector<mysql::Connection>& sessions,
                                             const WorkPlan& plan,
                                             const std::function<void()>& interrupt);

}  // namespace millrace
