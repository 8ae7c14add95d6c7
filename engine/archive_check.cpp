#include "engine/archive_check.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "engine/failure.h"
#include "io/archive/manifest.h"
#include "io/error.h"
#include "operators/tuple_digest.h"

namespace millrace {

namespace {

namespace fs = std::filesystem;

/// Read one chunk file to its end, adding up its rows' digests. Errors: bad_data.
archive::ChunkTotals read_whole(const archive::Manifest& manifest,
                                const archive::ArchiveChunk& chunk, const fs::path& path,
                                std::vector<std::byte>& tuples) {
  archive::ChunkFileReader file(path);
  if (file.header() != archive::header_of(manifest, chunk)) {
    file.refuse("it is not the chunk that the manifest means");
  }
  std::vector<TupleDigest> digests(chunk.tables.size());
  while (const auto frame = file.next()) {
    tuples.resize(frame->raw_bytes);
    file.unpack(tuples);
    const std::optional<TupleDigest> digest = digest_of(tuples);
    if (!digest || digest->rows != frame->rows) file.refuse("a frame holds no whole tuples");
    digests[frame->part].merge(*digest);
  }
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (digests[i].sum != file.totals().parts[i].digest) {
      file.refuse("its rows differ from their digest");
    }
  }
  if (chunk.totals && *chunk.totals != file.totals()) {
    file.refuse("its totals are not those of the manifest");
  }
  return file.totals();
}

}  // namespace

ArchiveCheck check_archive(const std::string& folder, unsigned lanes, const StopRequest& stop) {
  const archive::Manifest manifest = archive::read_manifest(folder);
  ArchiveCheck check;
  check.complete = manifest.complete;
  check.chunks = manifest.chunks.size();
  check.tables = manifest.tables.size();
  std::vector<std::string> faults(manifest.chunks.size());  // each chunk's own; no lock
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> there{0}, rows{0}, bytes{0};
  Failure failure([] {});
  const auto read_some = [&] {
    std::vector<std::byte> tuples;
    for (std::size_t at = next++; at < manifest.chunks.size() && !failure.failed(); at = next++) {
      stop.check();
      const fs::path path = archive::chunk_path(folder, manifest.chunks[at].id);
      if (!manifest.complete && !fs::exists(path)) continue;
      try {
        const auto totals = read_whole(manifest, manifest.chunks[at], path, tuples);
        ++there;
        bytes += totals.file_bytes;
        for (const archive::PartTotal& part : totals.parts) rows += part.rows;
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_data) throw;
        faults[at] = error.message();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < lanes; ++i) {
      threads.emplace_back([&] {
        try {
          read_some();
        } catch (...) {
          failure.set(std::current_exception());
        }
      });
    }
  }
  failure.rethrow();
  std::erase(faults, "");
  check.faults = std::move(faults);
  check.chunks_there = there;
  check.rows = rows;
  check.file_bytes = bytes;
  return check;
}

}  // namespace millrace
