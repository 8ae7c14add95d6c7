#include "io/archive/durable_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "io/error.h"

namespace millrace::archive {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int fault) {
  const bool full = fault == ENOSPC || fault == EDQUOT;
  throw Error(full ? ErrorKind::exhausted : ErrorKind::bad_request,
              "cannot write " + path.string() + ": " + std::generic_category().message(fault), {},
              full ? "free some space there, or name another folder" : "check the folder's rights");
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // a file system without it has nothing to sync
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

DurableFile::DurableFile(std::filesystem::path path)
    : path_(std::move(path)), temporary_(path_.string() + ".tmp") {
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (file_ < 0) fail(temporary_, errno);
}

DurableFile::~DurableFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

void DurableFile::write(std::span<const std::byte> bytes, std::span<const std::byte> more) {
  // writev() only reads through the pointers that its type does not say are const.
  std::array<iovec, 2> pieces{{{const_cast<std::byte*>(bytes.data()), bytes.size()},
                               {const_cast<std::byte*>(more.data()), more.size()}}};
  std::size_t left = bytes.size() + more.size();
  while (left > 0) {
    const ssize_t written = ::writev(file_, pieces.data(), pieces.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      fail(temporary_, errno);
    }
    auto done = static_cast<std::size_t>(written);
    size_ += done;
    left -= done;
    for (iovec& piece : pieces) {
      const std::size_t here = std::min(done, piece.iov_len);
      piece.iov_base = static_cast<char*>(piece.iov_base) + here;
      piece.iov_len -= here;
      done -= here;
    }
  }
}

void DurableFile::commit() {
  if (::fdatasync(file_) != 0) fail(temporary_, errno);
  const int closed = ::close(std::exchange(file_, -1));
  if (closed != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int fault = errno;
    ::unlink(temporary_.c_str());
    fail(path_, fault);
  }
  sync_folder(path_.parent_path());
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  DurableFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) {
    throw Error(ErrorKind::bad_request, "cannot read " + path.string(), {},
                "name a folder that millrace extract has written");
  }
  return text;
}

std::uint64_t free_bytes(const std::filesystem::path& folder) {
  std::error_code fault;
  const auto space = std::filesystem::space(folder, fault);
  if (fault) {
    throw Error(ErrorKind::bad_request,
                "cannot use folder " + folder.string() + ": " + fault.message(), {},
                "name a folder that exists and may be written");
  }
  return space.available;
}

}  // namespace millrace::archive
