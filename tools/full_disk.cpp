// A disk that fills up, for tests: preloaded into a PostgreSQL server by
// `tools/servers restart NAME --disk-left BYTES`. Each process of the server may make the tables'
// files longer by so many bytes; then growing fails as on a full disk (ENOSPC). Rewriting what is
// there goes on, as it does on a real one, and so does the write-ahead log, as if on a disk of its
// own.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
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

/// Whether the descriptor is a table's file: below base/ of the data directory.
bool is_table_file(int descriptor) {
  std::array<char, 4096> path;
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), path.data(), path.size());
  if (length <= 0) return false;
  const std::string_view target(path.data(), static_cast<std::size_t>(length));
  return target.find("/data/base/") != std::string_view::npos;
}

/// Whether the file may reach up to `end`; what it grows by is taken off the budget.
bool may_reach(int descriptor, off_t end) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0 || end <= status.st_size) return true;
  if (!is_table_file(descriptor)) return true;
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

int posix_fallocate(int descriptor, off_t offset, off_t length) {
  static const auto real = next<decltype(&posix_fallocate)>("posix_fallocate");
  return may_reach(descriptor, offset + length) ? real(descriptor, offset, length) : ENOSPC;
}

}  // extern "C"
