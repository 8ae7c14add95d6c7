#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/stop_request.h"

namespace millrace {

/// What a look at a whole archive found.
struct ArchiveCheck {
  bool complete = false;           // extract came to its end
  std::uint64_t chunks = 0;        // that the manifest names
  std::uint64_t chunks_there = 0;  // whose files are there and whole
  std::uint64_t rows = 0;          // in those
  std::uint64_t file_bytes = 0;    // of those
  std::uint64_t tables = 0;
  std::vector<std::string> faults;  // one line each: file, offset, what is broken
};

/// Read every byte of the archive in `folder` and compare it with its checksums, counts and
/// digests, on `lanes` threads. Needs no server and changes nothing.
/// Errors: bad_request where there is no archive, bad_data where the manifest itself is broken.
ArchiveCheck check_archive(const std::string& folder, unsigned lanes, const StopRequest& stop);

}  // namespace millrace
