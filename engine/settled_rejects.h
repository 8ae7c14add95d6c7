#pragma once

#include <cstdint>
#include <functional>

#include "engine/job.h"
#include "engine/preparation.h"
#include "engine/reject_files.h"
#include "engine/report.h"

namespace millrace {

/// Whether rows of the job may come to stand in reject files.
bool may_reject(const Job& job);

/// Rows and values that the earlier processes of a resumed run left out count with ours, as
/// preparation.work.stored_of has them; the reject files are put into the state of what is stored.
/// Their lines may be elsewhere, since that process may have had another working folder: then a
/// note says so. `stored`: whether a chunk of the run is.
/// Requires: report.tables are those of the plan.
void settle_rejects(const Job& job, Preparation& preparation, RunReport& report,
                    const std::function<bool(std::uint64_t chunk)>& stored);

}  // namespace millrace
