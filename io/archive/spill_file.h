#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/archive/folder_lock.h"
#include "io/archive/frame.h"

namespace millrace::archive {

/// The folder of a run's spill files, and how much may lie there. The run has a sub-folder of its
/// own, which goes away with it; those that killed runs have left behind are removed. Threads: all
/// calls may run concurrently.
class SpillSpace {
 public:
  /// `limit_bytes`: the most that may lie there at once; 0: what the disk has.
  /// Errors: bad_request where the folder may not be written.
  SpillSpace(const std::filesystem::path& folder, std::uint64_t limit_bytes);
  ~SpillSpace();
  SpillSpace(const SpillSpace&) = delete;
  SpillSpace& operator=(const SpillSpace&) = delete;

  const std::filesystem::path& folder() const noexcept { return folder_; }
  /// Claim room; false where the limit would be passed.
  bool claim(std::uint64_t bytes) noexcept;
  void give_back(std::uint64_t bytes) noexcept;
  /// Remember why room was refused, once.
  void tell_full(const std::string& why);

  std::uint64_t total_bytes() const noexcept { return total_; }  // that went this way
  std::uint64_t peak_bytes() const noexcept { return peak_; }    // that lay there at once
  /// Why room was refused, the first time; empty: never.
  std::string full() const;

 private:
  std::filesystem::path folder_;
  std::optional<FolderLock> lock_;
  std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0}, total_{0}, peak_{0};
  mutable std::mutex mutex_;
  std::string full_;
};

/// The blocks of one chunk that its writer could not yet take, packed, in a file of their own.
///
/// The file has frames and no header or trailer: what is where is in memory, since nobody reads it
/// after this process. It is not synced, and gone with this object.
///
/// Threads: one that adds, one that reads; a part is read when all of it has been added.
class SpillFile {
 public:
  struct Frame {
    std::span<const std::byte> tuples;  // valid until the next call
    std::uint64_t rows = 0;
  };

  SpillFile(SpillSpace& space, std::uint64_t chunk, std::size_t parts);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// Keep a block's tuples. False where there is no room: nothing is kept then, and the space knows
  /// why. Errors: bad_request where the file cannot be made at all.
  bool add(std::size_t part, std::span<const std::byte> tuples, std::uint64_t rows, Packer& packer);
  /// Nothing is added for now: keep no descriptor open.
  void rest() noexcept;
  /// The part's next frame; none after its last.
  /// Errors: internal where the file does not hold what was written.
  std::optional<Frame> next(std::size_t part);
  /// Every part is read from its first frame again. Threads: the one that reads.
  void rewind() noexcept;
  bool empty() const noexcept { return size_ == 0; }

 private:
  struct Part {
    std::vector<std::uint64_t> offsets;
    std::size_t read = 0;
  };

  bool open(int flags) noexcept;

  SpillSpace& space_;
  std::filesystem::path path_;
  std::vector<Part> parts_;
  std::uint64_t size_ = 0;
  int file_ = -1;     // of the thread that adds
  int reading_ = -1;  // of the thread that reads
  std::vector<std::byte> payload_, tuples_;
  std::optional<Unpacker> unpacker_;
};

}  // namespace millrace::archive
