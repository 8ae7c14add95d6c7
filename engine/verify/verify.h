#pragma once

#include "engine/job.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "engine/run_source.h"
#include "engine/stop_request.h"

namespace millrace {

/// Hold the target against the source: read every row of both at one instant each, with the same
/// encoders as a migration, compare table by table, and find the rows that differ. Writes nothing
/// but what job.repair asks for.
///
/// Ensures: the report is filled whatever happens, also when it throws.
/// Errors:  difference where the two are not equal, after everything was compared; otherwise as
///          migrate().
/// Threads: one call at a time per Progress; `stop` may be raised from any thread.
void verify(const Job& job, RunSource& source, Progress& progress, StopRequest& stop,
            RunReport& report);
/// The same for a MySQL or MariaDB server at job.source.
void verify(const Job& job, Progress& progress, StopRequest& stop, RunReport& report);

}  // namespace millrace
