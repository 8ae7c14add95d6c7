#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace millrace::archive {

inline constexpr std::size_t frame_header_bytes = 32;

/// What stands before the tuples of one block (io/archive/chunk_file.h has the grammar).
struct FrameHeader {
  std::uint32_t part = 0;
  std::uint32_t rows = 0;
  std::uint32_t raw_bytes = 0;
  std::uint32_t packed_bytes = 0;
  std::uint64_t payload_checksum = 0;
};

std::array<std::byte, frame_header_bytes> encode(const FrameHeader& header) noexcept;
/// None where the header's own checksum does not hold.
std::optional<FrameHeader> decode(std::span<const std::byte, frame_header_bytes> bytes) noexcept;
/// The header of a frame. Errors: exhausted where a block is too large for one.
FrameHeader frame_of(std::uint32_t part, std::uint64_t rows, std::size_t raw_bytes,
                     std::span<const std::byte> payload);
std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept;

/// Turns blocks into payloads: zstd's working memory and room for one payload, kept from block to
/// block. One per lane.
class Packer {
 public:
  explicit Packer(int level);
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  /// The payload for `raw`: packed, or `raw` itself where packing does not pay. Valid until the
  /// next call, or as long as `raw`.
  std::span<const std::byte> pack(std::span<const std::byte> raw);

  /// What one of this level may hold, for the memory's budget.
  static std::size_t memory_bytes(int level) noexcept;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::vector<std::byte> packed_;
};

/// Turns payloads back into tuples. One per lane.
class Unpacker {
 public:
  Unpacker();
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  /// Fill `out` with the tuples of `payload`; false where they are not that many bytes.
  bool unpack(std::span<const std::byte> payload, std::span<std::byte> out) noexcept;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Make room for `bytes`, and give up the room that one huge block has needed.
void fit(std::vector<std::byte>& buffer, std::size_t bytes);

}  // namespace millrace::archive
