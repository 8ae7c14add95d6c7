#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace millrace::archive {

/// A file that appears under its name only when it is whole: written beside it as NAME.tmp, synced
/// and renamed. So whoever copies a folder at any moment may trust every file without ".tmp".
///
/// Legal order: construct, write any number of times, commit; the destructor without commit removes
/// what was written.
/// Errors:  exhausted where the disk is full (ENOSPC, EDQUOT), bad_request for the rest; both name
///          the file.
/// Threads: one.
class DurableFile {
 public:
  explicit DurableFile(std::filesystem::path path);
  ~DurableFile();
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  /// Append two pieces as one.
  void write(std::span<const std::byte> bytes, std::span<const std::byte> more = {});
  std::uint64_t size_bytes() const noexcept { return size_; }
  /// Sync and give the file its name.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

/// Write a whole file in one go, durably.
void write_file(const std::filesystem::path& path, const std::string& text);

/// What stands in a file. Errors: bad_request naming it.
std::string read_file(const std::filesystem::path& path);

/// Bytes that an ordinary account may still write in the folder's file system.
std::uint64_t free_bytes(const std::filesystem::path& folder);

}  // namespace millrace::archive
