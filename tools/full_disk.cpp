// A disk that fills up, for tests: preloaded into a PostgreSQL server by
// `tools/servers restart NAME --disk-left BYTES`, or into any program. Each process may make the
// files whose path holds MILLRACE_DISK_PATH longer by MILLRACE_DISK_LEFT bytes; then growing fails
// as on a full disk (ENOSPC). Rewriting what is there goes on, as it does on a real one. Without
// MILLRACE_DISK_PATH these are a server's tables, and its write-ahead log goes on as if on a disk
// of its own. With MILLRACE_DISK_FREE every disk says that so many bytes are free.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::atomic<long long>& bytes_left() {
  static std::atomic<long long> left = [] {
    const char* text = std::getenv("MILLRACE_DISK_LEFT");
    return text == nullptr ? 0 : std::atoll(text);
  }();
  return left;
}

/// What the paths of the files have in common: tables lie below base/ of the data directory.
const std::string& path_part() {
  static const std::string part = [] {
    const char* text = std::getenv("MILLRACE_DISK_PATH");
    return std::string(text == nullptr ? "/data/base/" : text);
  }();
  return part;
}

bool is_on_the_disk(int descriptor) {
  std::array<char, 4096> path;
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), path.data(), path.size());
  if (length <= 0) return false;
  const std::string_view target(path.data(), static_cast<std::size_t>(length));
  return target.find(path_part()) != std::string_view::npos;
}

/// Whether the file may reach up to `end`; what it grows by is taken off the budget.
bool may_reach(int descriptor, off_t end) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0 || end <= status.st_size) return true;
  if (!is_on_the_disk(descriptor)) return true;
  const long long growth = end - status.st_size;
  return bytes_left().fetch_sub(growth) >= growth;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  static const auto real = next<decltype(&pwrite)>("pwrite");
  if (may_reach(descriptor, offset + static_cast<off_t>(count))) {
    return real(descriptor, bytes, count, offset);
  }
  errno = ENOSPC;
  return -1;
}

ssize_t pwritev(int descriptor, const iovec* parts, int part_count, off_t offset) {
  static const auto real = next<decltype(&pwritev)>("pwritev");
  off_t end = offset;
  for (int i = 0; i < part_count; ++i) end += static_cast<off_t>(parts[i].iov_len);
  if (may_reach(descriptor, end)) return real(descriptor, parts, part_count, offset);
  errno = ENOSPC;
  return -1;
}

ssize_t writev(int descriptor, const iovec* parts, int part_count) {
  static const auto real = next<decltype(&writev)>("writev");
  off_t end = lseek(descriptor, 0, SEEK_CUR);
  if (end < 0) return real(descriptor, parts, part_count);  // no file
  for (int i = 0; i < part_count; ++i) end += static_cast<off_t>(parts[i].iov_len);
  if (may_reach(descriptor, end)) return real(descriptor, parts, part_count);
  errno = ENOSPC;
  return -1;
}

int posix_fallocate(int descriptor, off_t offset, off_t length) {
  static const auto real = next<decltype(&posix_fallocate)>("posix_fallocate");
  return may_reach(descriptor, offset + length) ? real(descriptor, offset, length) : ENOSPC;
}

int statvfs(const char* path, struct statvfs* facts) {
  static const auto real = next<int (*)(const char*, struct statvfs*)>("statvfs");
  const int result = real(path, facts);
  const char* const free_bytes = std::getenv("MILLRACE_DISK_FREE");
  if (result == 0 && free_bytes != nullptr) {
    facts->f_bavail = facts->f_bfree = std::strtoull(free_bytes, nullptr, 10) / facts->f_frsize;
  }
  return result;
}

}  // extern "C"
