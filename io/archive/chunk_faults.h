#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

// What the rows of a chunk lost on the way, beside its file as long as the archive is not complete:
//
//   chunks/ID.faults   a JSON object: "parts", an array of {"rejected", "nulled"}, one per part
//
// It is there before the chunk's file is, and only where something was lost; chunks.jsonl of a
// complete archive has the same. Who goes on with an archive knows it from here.
namespace millrace::archive {

/// What the policy on values that do not fit did to one part.
struct PartFaults {
  std::uint64_t rows_rejected = 0;
  std::uint64_t values_nulled = 0;

  bool any() const noexcept { return rows_rejected + values_nulled != 0; }
  bool operator==(const PartFaults&) const = default;
};

/// Note what the chunk's parts lost, in the place of what an earlier attempt noted; no file where
/// neither lost anything. Errors: as DurableFile.
void write_chunk_faults(const std::filesystem::path& folder, std::uint64_t chunk,
                        std::span<const PartFaults> parts);

/// What was noted; empty: nothing was lost. Errors: bad_data naming the file, where it is broken.
std::vector<PartFaults> read_chunk_faults(const std::filesystem::path& folder, std::uint64_t chunk,
                                          std::size_t parts);

/// The archive is complete: its list has all of them.
void remove_chunk_faults(const std::filesystem::path& folder, std::uint64_t chunk) noexcept;

}  // namespace millrace::archive
