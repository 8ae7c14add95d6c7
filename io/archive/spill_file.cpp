#include "io/archive/spill_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "io/error.h"

namespace millrace::archive {

namespace fs = std::filesystem;

namespace {

constexpr const char* prefix = "millrace-spill-";

std::string words(int fault) { return std::generic_category().message(fault); }

/// What runs that were killed have left: nobody holds their folders any more.
void remove_abandoned(const fs::path& folder) {
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(folder, fault)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    const FolderLock lock(entry.path());
    if (!lock.held()) continue;
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

SpillSpace::SpillSpace(const fs::path& folder, std::uint64_t limit_bytes) : limit_(limit_bytes) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  std::string pattern = (folder / prefix).string() + "XXXXXX";
  if (fault || ::mkdtemp(pattern.data()) == nullptr) {
    throw Error(
        ErrorKind::bad_request,
        "cannot spill into " + folder.string() + ": " + (fault ? fault.message() : words(errno)),
        {}, "name a folder that may be written, or leave out --spill");
  }
  folder_ = pattern;
  lock_.emplace(folder_);
  remove_abandoned(folder);
}

SpillSpace::~SpillSpace() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool SpillSpace::claim(std::uint64_t bytes) noexcept {
  const std::uint64_t used = used_.fetch_add(bytes) + bytes;
  if (limit_ != 0 && used > limit_) {
    used_.fetch_sub(bytes);
    return false;
  }
  total_.fetch_add(bytes);
  std::uint64_t peak = peak_.load();
  while (used > peak && !peak_.compare_exchange_weak(peak, used)) {
  }
  return true;
}

void SpillSpace::give_back(std::uint64_t bytes) noexcept { used_.fetch_sub(bytes); }

void SpillSpace::tell_full(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (full_.empty()) full_ = why;
}

std::string SpillSpace::full() const {
  const std::lock_guard lock(mutex_);
  return full_;
}

SpillFile::SpillFile(SpillSpace& space, std::uint64_t chunk, std::size_t parts)
    : space_(space), path_(space.folder() / (std::to_string(chunk) + ".spill")), parts_(parts) {}

SpillFile::~SpillFile() {
  rest();
  if (reading_ >= 0) ::close(reading_);
  if (size_ == 0) return;
  ::unlink(path_.c_str());
  space_.give_back(size_);
}

bool SpillFile::open(int flags) noexcept {
  file_ = ::open(path_.c_str(), flags | O_CLOEXEC, 0600);
  return file_ >= 0;
}

bool SpillFile::add(std::size_t part, std::span<const std::byte> tuples, std::uint64_t rows,
                    Packer& packer) {
  if (file_ < 0 && !open(O_WRONLY | O_CREAT)) {
    space_.tell_full(words(errno));
    return false;
  }
  const std::span<const std::byte> payload = packer.pack(tuples);
  std::array<std::byte, frame_header_bytes> header =
      encode(frame_of(static_cast<std::uint32_t>(part), rows, tuples.size(), payload));
  const std::uint64_t bytes = header.size() + payload.size();
  if (!space_.claim(bytes)) {
    space_.tell_full("the limit was reached");
    return false;
  }
  std::array<iovec, 2> pieces{
      {{header.data(), header.size()}, {const_cast<std::byte*>(payload.data()), payload.size()}}};
  ::lseek(file_, static_cast<off_t>(size_), SEEK_SET);
  std::uint64_t done = 0;
  while (done < bytes) {
    const ssize_t written = ::writev(file_, pieces.data(), pieces.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      // A disk that is full is no failure: the block stays where it is, and its reader waits.
      space_.tell_full(words(errno));
      if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) errno = 0;
      space_.give_back(bytes);
      return false;
    }
    auto left = static_cast<std::size_t>(written);
    done += left;
    for (iovec& piece : pieces) {
      const std::size_t here = std::min(left, piece.iov_len);
      piece.iov_base = static_cast<char*>(piece.iov_base) + here;
      piece.iov_len -= here;
      left -= here;
    }
  }
  parts_[part].offsets.push_back(size_);
  size_ += bytes;
  return true;
}

void SpillFile::rest() noexcept {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
}

void SpillFile::rewind() noexcept {
  for (Part& part : parts_) part.read = 0;
}

std::optional<SpillFile::Frame> SpillFile::next(std::size_t part) {
  Part& here = parts_[part];
  if (here.read == here.offsets.size()) return std::nullopt;
  const auto refuse = [&](const std::string& why) {
    return Error(ErrorKind::internal, "cannot read back spilled rows from " + path_.string() +
                                          ": " + why + " at offset " +
                                          std::to_string(here.offsets[here.read]));
  };
  if (reading_ < 0) reading_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (reading_ < 0) throw refuse(words(errno));
  if (!unpacker_) unpacker_.emplace();
  auto offset = static_cast<off_t>(here.offsets[here.read]);
  const auto read = [&](std::span<std::byte> out) {
    while (!out.empty()) {
      const ssize_t n_bytes = ::pread(reading_, out.data(), out.size(), offset);
      if (n_bytes < 0 && errno == EINTR) continue;
      if (n_bytes <= 0) throw refuse(n_bytes == 0 ? "it ends early" : words(errno));
      out = out.subspan(static_cast<std::size_t>(n_bytes));
      offset += n_bytes;
    }
  };
  std::array<std::byte, frame_header_bytes> bytes;
  read(bytes);
  const std::optional<FrameHeader> header = decode(bytes);
  if (!header || header->part != part) throw refuse("a frame's header is broken");
  fit(payload_, header->packed_bytes);
  const std::span<std::byte> payload = std::span(payload_).first(header->packed_bytes);
  read(payload);
  fit(tuples_, header->raw_bytes);
  const std::span<std::byte> tuples = std::span(tuples_).first(header->raw_bytes);
  if (checksum_of(payload) != header->payload_checksum || !unpacker_->unpack(payload, tuples)) {
    throw refuse("a frame differs from its checksum");
  }
  ++here.read;
  return Frame{tuples, header->rows};
}

}  // namespace millrace::archive
