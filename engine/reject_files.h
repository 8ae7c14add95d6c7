#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
namespace millrace {

struct WorkPlan;

/// An open file, closed by its owner's end. Move-only.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) noexcept : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileHandle();

  int get() const noexcept { return descriptor_; }

 private:
  int descriptor_ = -1;
};

class RejectFiles;

/// The rows that one chunk rejects of one table, in a file of the chunk's own until it is settled.
///
/// Legal order: add*, sync, then one of join (the chunk is committed), keep (nobody knows), or the
/// destructor (it is not: the file goes). So a row is in the table's reject file if, and only if,
/// the rest of its chunk is in the target: sync comes before COMMIT, join after it, and what stands
/// between is settled by RejectFiles::settle.
///
/// Threads: one at a time.
class ChunkRejects {
 public:
  /// `part`: of the chunk; several may be of one consolidated table.
  ChunkRejects(RejectFiles& files, std::size_t table, std::uint64_t chunk, std::size_t part = 0);
  ChunkRejects(const ChunkRejects&) = delete;
  ChunkRejects& operator=(const ChunkRejects&) = delete;
  ~ChunkRejects();

  /// Errors (all of these): Error{exhausted} naming the file and the system's reason.
  void add(std::string_view line);
  /// Everything is on the disk, under the chunk's name.
  void sync();
  /// Append it to the table's file.
  void join();
  /// Leave the chunk's file for the one who finds out whether the chunk is committed.
  void keep() noexcept { kept_ = true; }
  /// It is not, after all: they go with this object.
  void drop() noexcept { kept_ = false; }

 private:
  void flush();

  RejectFiles& files_;
  std::size_t table_;
  std::uint64_t chunk_;
  std::size_t part_;
  std::string path_;
  FileHandle file_;
  std::string buffer_;
  bool kept_ = false;
};

/// The reject files of one run: `folder`/database.table.jsonl, each made when its table's first
/// row is rejected. See reject_line.h for what is in them.
///
/// Threads: any, once refuse_or_settle() is through.
class RejectFiles {
 public:
  /// Makes nothing yet. `plan` outlives it.
  RejectFiles(std::string folder, const WorkPlan& plan);

  /// For a run that starts anew. Errors: Error{bad_request} naming the files that an earlier run
  /// left of these tables, or a folder that cannot be written.
  void refuse_old_files() const;
  /// For a run that goes on: put the files into the state that the target is in. Lines of chunks
  /// that are committed stay, or are joined where the run broke off before it could; lines of other
  /// chunks go, since those are read again. Returns how many rows each table's file then has.
  std::map<std::size_t, std::uint64_t> settle(
      const std::function<bool(std::uint64_t chunk)>& committed);

  /// The table's reject file; there only if one of its rows was rejected.
  std::string path_of(std::size_t table) const;

 private:
  friend class ChunkRejects;

  std::string chunk_path(std::size_t table, std::uint64_t chunk, std::size_t part) const;
  /// Of a chunk's file before sync(): unlike any other, so that a second try is not in its way.
  std::string draft_path(std::size_t table, std::uint64_t chunk, std::size_t part);
  void append(std::size_t table, const std::string& from);

  std::string folder_;
  const WorkPlan& plan_;
  std::atomic<std::uint64_t> drafts_{0};
  std::mutex mutex_;  // guards appending
};

}  // namespace millrace
