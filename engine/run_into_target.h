#pragma once

#include "engine/job.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "engine/run_source.h"
#include "engine/stop_request.h"

namespace millrace {

/// Bring everything that `source` has into the job's target: tables, rows, keys.
/// Ensures and errors: as migrate().
void run_into_target(const Job& job, RunSource& source, Progress& progress, StopRequest& stop,
                     RunReport& report);

}  // namespace millrace
