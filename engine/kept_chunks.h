#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/stop_request.h"
#include "engine/work_plan.h"
#include "io/archive/manifest.h"

namespace millrace {

/// Find out which chunks of an unfinished archive are there and whole, and enter into the manifest
/// what each came to: totals, losses and, where the plan makes digests, the proofs. All files are
/// read to their end, side by side: there may be terabytes of them. A broken one counts as none: it
/// is written anew.
///
/// Shape:   one value per chunk of the manifest, in order; 1: it is there. Not vector<bool>: lanes
///          write it side by side.
/// Errors:  those of reading; cancelled.
/// Threads: blocks, and reads on `lanes` of its own.
std::vector<std::uint8_t> find_kept_chunks(const std::filesystem::path& folder,
                                           archive::Manifest& manifest, const WorkPlan& plan,
                                           unsigned lanes, StopRequest& stop);

/// Take the chunks of the manifest, less those that are kept, into the plan: its tables are the
/// manifest's, in the same order, and its chunks are replaced.
void restore_chunks(const archive::Manifest& manifest, const std::vector<std::uint8_t>& kept,
                    WorkPlan& plan);

/// As the plan has it.
Chunk planned_chunk(const archive::ArchiveChunk& chunk);

}  // namespace millrace
