#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/archive/durable_file.h"
#include "io/archive/frame.h"

// A chunk file. All numbers are little-endian; u32 and u64 are their widths. checksum is XXH3.
//
//   file    = header frame* trailer
//   header  = magic version parts:u32 chunk:u64 part{parts} checksum:u64   of all header bytes
//   magic   = "MILLRACE"                                                    8 bytes
//   version = u32                                                           1
//   part    = table:u64 signature:u64
//   frame   = part:u32 rows:u32 raw_bytes:u32 packed_bytes:u32 checksum:u64 of the payload
//             checksum:u64                                                  of the 24 bytes before
//             payload                                                       packed_bytes
//   trailer = a frame of part 0xffffffff whose payload is total{parts} checksum:u128
//             of all bytes of the file before it
//   total   = rows:u64 raw_bytes:u64 digest:u64
//
// A frame's payload holds whole COPY binary tuples of one part, compressed with zstd; where that
// did not make them shorter (packed_bytes == raw_bytes) they stand there as they are.
// docs/formats/archive.md has a worked example.
namespace millrace::archive {

inline constexpr std::uint32_t chunk_file_version = 1;

/// A table's share in a chunk: which table of the manifest, and what its columns were.
struct ChunkPart {
  std::uint64_t table = 0;
  std::uint64_t signature = 0;

  bool operator==(const ChunkPart&) const = default;
};

struct ChunkHeader {
  std::uint64_t chunk = 0;
  std::vector<ChunkPart> parts;

  bool operator==(const ChunkHeader&) const = default;
};

/// What a part came to. The digest is TupleDigest's sum: whoever has the tuples adds it up.
struct PartTotal {
  std::uint64_t rows = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t digest = 0;

  bool operator==(const PartTotal&) const = default;
};

/// What a whole chunk file came to, for the manifest.
struct ChunkTotals {
  std::vector<PartTotal> parts;
  std::uint64_t file_bytes = 0;
  std::string checksum;  // 32 hexadecimal digits

  bool operator==(const ChunkTotals&) const = default;
};

/// Writes one chunk file; it appears under its name when finish() returns, or never.
/// Errors:  as DurableFile.
/// Threads: one.
class ChunkFileWriter {
 public:
  ChunkFileWriter(const std::filesystem::path& path, const ChunkHeader& header, Packer& packer);
  ~ChunkFileWriter();
  ChunkFileWriter(const ChunkFileWriter&) = delete;
  ChunkFileWriter& operator=(const ChunkFileWriter&) = delete;

  /// Append whole tuples of one part; parts in ascending order.
  void add(std::uint32_t part, std::span<const std::byte> tuples, std::uint64_t rows);
  std::uint64_t size_bytes() const noexcept;
  /// `digests`: of each part, in order.
  ChunkTotals finish(std::span<const std::uint64_t> digests);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one chunk file and trusts nothing in it: every frame is checked before it is handed out,
/// the totals before the end is told.
///
/// Errors:  bad_data, naming the file and the offset at which it is broken.
/// Threads: one.
class ChunkFileReader {
 public:
  /// A frame that has passed its checks; the payload is still packed.
  struct Frame {
    std::uint32_t part = 0;
    std::uint32_t rows = 0;
    std::uint32_t raw_bytes = 0;
  };

  explicit ChunkFileReader(std::filesystem::path path);
  ~ChunkFileReader();
  ChunkFileReader(const ChunkFileReader&) = delete;
  ChunkFileReader& operator=(const ChunkFileReader&) = delete;

  const ChunkHeader& header() const noexcept;
  /// The next frame; none at the end, when the trailer has been checked against the frames.
  std::optional<Frame> next();
  /// Put the tuples of the frame that next() gave into `out`. Requires: out.size() == raw_bytes.
  void unpack(std::span<std::byte> out);
  /// What the trailer says. Requires: next() gave none.
  const ChunkTotals& totals() const noexcept;
  /// Throw what a broken file throws, at the place where we stand.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::archive
