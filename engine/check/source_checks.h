#pragma once

#include "engine/check/finding.h"
#include "engine/work_plan.h"
#include "io/mysql/server_facts.h"

namespace millrace {

/// What of the source would hold up, slow down or limit a run. `chunk_bytes`: the most that one
/// stream of a table with a key reads.
Findings check_source(const mysql::ServerFacts& facts, const WorkPlan& work,
                      std::uint64_t chunk_bytes);

}  // namespace millrace
