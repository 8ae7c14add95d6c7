#pragma once

#include <cstdint>
#include <filesystem>

namespace millrace::archive {

/// The hold of one process on a folder, for as long as this lives; gone with the process, however
/// it ends.
class FolderLock {
 public:
  /// Does not wait.
  explicit FolderLock(const std::filesystem::path& folder) noexcept;
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  bool held() const noexcept { return state_ == State::held; }
  /// Somebody else holds it. Where neither is so, the folder cannot be opened, or its file system
  /// has no such locks (NFS).
  bool held_by_other() const noexcept { return state_ == State::held_by_other; }

 private:
  enum class State : std::uint8_t { unknown, held, held_by_other };

  State state_ = State::unknown;
  int descriptor_;
};

}  // namespace millrace::archive
