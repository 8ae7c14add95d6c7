#pragma once

#include "engine/job.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "engine/stop_request.h"

namespace millrace {

/// Write what the job selects of the source into the folder job.archive, for load(). Needs no
/// target. With job.resume it goes on with an archive that a run before left incomplete, provided
/// that the source has not changed.
///
/// Ensures: every file in the folder is whole; the report is filled whatever happens.
/// Errors:  bad_request where the folder is taken or the source has changed since; conflict where
///          another process extracts into it now; exhausted where the disk is full, or will be by
///          all that is known; what the source says.
void extract(const Job& job, Progress& progress, StopRequest& stop, RunReport& report);

/// Bring the archive in job.archive into the job's target. Needs no source.
/// Ensures and errors: as migrate(); bad_data where a file is missing or broken, by name and
///                     offset, and nothing of its chunk is in the target.
void load(const Job& job, Progress& progress, StopRequest& stop, RunReport& report);

/// How much room the extracted chunks are expected to take, for `data_bytes` of tables on the
/// source. A guess on the safe side: most data becomes smaller still.
std::uint64_t expected_archive_bytes(std::uint64_t data_bytes) noexcept;

}  // namespace millrace
