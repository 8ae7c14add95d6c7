#include "io/archive/frame.h"

#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <string>

#include "io/archive/little_endian.h"
#include "io/error.h"

namespace millrace::archive {

namespace {
// Blocks are of 256 KiB; what one value larger than a block has needed is given back.
constexpr std::size_t kept_bytes = std::size_t{1} << 20;
}  // namespace

std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::array<std::byte, frame_header_bytes> encode(const FrameHeader& header) noexcept {
  std::array<std::byte, frame_header_bytes> bytes;
  store_little(bytes.data(), header.part);
  store_little(bytes.data() + 4, header.rows);
  store_little(bytes.data() + 8, header.raw_bytes);
  store_little(bytes.data() + 12, header.packed_bytes);
  store_little(bytes.data() + 16, header.payload_checksum);
  store_little(bytes.data() + 24, checksum_of(std::span(bytes).first(24)));
  return bytes;
}

std::optional<FrameHeader> decode(std::span<const std::byte, frame_header_bytes> bytes) noexcept {
  if (checksum_of(bytes.first(24)) != load_little<std::uint64_t>(bytes.data() + 24)) {
    return std::nullopt;
  }
  return FrameHeader{
      load_little<std::uint32_t>(bytes.data()), load_little<std::uint32_t>(bytes.data() + 4),
      load_little<std::uint32_t>(bytes.data() + 8), load_little<std::uint32_t>(bytes.data() + 12),
      load_little<std::uint64_t>(bytes.data() + 16)};
}

FrameHeader frame_of(std::uint32_t part, std::uint64_t rows, std::size_t raw_bytes,
                     std::span<const std::byte> payload) {
  if (raw_bytes > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorKind::exhausted,
                "cannot keep a row of " + std::to_string(raw_bytes) + " bytes in a file", {},
                "leave the table out with --exclude");
  }
  return {part, static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(raw_bytes),
          static_cast<std::uint32_t>(payload.size()), checksum_of(payload)};
}

void fit(std::vector<std::byte>& buffer, std::size_t bytes) {
  if (buffer.size() > kept_bytes && bytes <= kept_bytes) {
    buffer.clear();
    buffer.shrink_to_fit();
  }
  if (buffer.size() < bytes) buffer.resize(bytes);
}

struct Packer::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
};

Packer::Packer(int level) : context_(std::make_unique<Context>()) {
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_compressionLevel, level);
  // Frames carry checksums of their own, and their sizes stand beside them.
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_contentSizeFlag, 0);
}

Packer::~Packer() { ZSTD_freeCCtx(context_->zstd); }

std::span<const std::byte> Packer::pack(std::span<const std::byte> raw) {
  // What does not become shorter is stored as it is: so there need be no room for more than it.
  fit(packed_, raw.size());
  const std::size_t bytes =
      ZSTD_compress2(context_->zstd, packed_.data(), raw.size(), raw.data(), raw.size());
  if (ZSTD_isError(bytes) != 0 || bytes >= raw.size()) return raw;
  return std::span(packed_).first(bytes);
}

std::size_t Packer::memory_bytes(int level) noexcept {
  // A payload of 256 KiB, and what ZSTD_sizeof_CCtx() says after a block of as much. Measured with
  // zstd 1.5.4, in KiB: level 1 568, 2 632, 4 1,272, 5 2,040, 6 to 11 3,576, 12 4,600, 19 5,375.
  constexpr std::size_t mebibyte = std::size_t{1} << 20;
  if (level <= 2) return mebibyte;
  if (level <= 4) return 2 * mebibyte;
  return level <= 12 ? 5 * mebibyte : 6 * mebibyte;
}

struct Unpacker::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
};

Unpacker::Unpacker() : context_(std::make_unique<Context>()) {}
Unpacker::~Unpacker() { ZSTD_freeDCtx(context_->zstd); }

bool Unpacker::unpack(std::span<const std::byte> payload, std::span<std::byte> out) noexcept {
  if (payload.size() == out.size()) {
    std::copy(payload.begin(), payload.end(), out.begin());
    return true;
  }
  const std::size_t bytes =
      ZSTD_decompressDCtx(context_->zstd, out.data(), out.size(), payload.data(), payload.size());
  return ZSTD_isError(bytes) == 0 && bytes == out.size();
}

}  // namespace millrace::archive
