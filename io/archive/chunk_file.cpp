#include "io/archive/chunk_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "io/archive/little_endian.h"
#include "io/error.h"

namespace millrace::archive {

namespace {

constexpr std::string_view magic = "MILLRACE";
constexpr std::size_t fixed_header_bytes = 24;  // before the parts
constexpr std::size_t part_bytes = 16;
constexpr std::size_t total_bytes = 24;
constexpr std::size_t file_checksum_bytes = 16;
constexpr std::uint32_t trailer_part = 0xffffffffU;
// A group has at most a hundred tables; more than this is a broken header.
constexpr std::uint32_t most_parts = 1U << 20;

template <class Number>
void put(std::vector<std::byte>& out, Number number) {
  out.resize(out.size() + sizeof number);
  store_little(out.data() + out.size() - sizeof number, number);
}

/// The checksum over a whole file, added to as it goes by.
class RunningChecksum {
 public:
  RunningChecksum() : state_(XXH3_createState()) { XXH3_128bits_reset(state_); }
  ~RunningChecksum() { XXH3_freeState(state_); }
  RunningChecksum(const RunningChecksum&) = delete;
  RunningChecksum& operator=(const RunningChecksum&) = delete;

  void add(std::span<const std::byte> bytes) noexcept {
    XXH3_128bits_update(state_, bytes.data(), bytes.size());
  }
  std::array<std::byte, file_checksum_bytes> value() const noexcept {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_));
    return std::bit_cast<std::array<std::byte, file_checksum_bytes>>(canonical);
  }

 private:
  XXH3_state_t* state_;
};

std::string hexadecimal(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

}  // namespace

struct ChunkFileWriter::State {
  DurableFile file;
  Packer& packer;
  RunningChecksum sum;
  std::vector<PartTotal> totals;

  void write(std::span<const std::byte> head, std::span<const std::byte> body = {}) {
    sum.add(head);
    sum.add(body);
    file.write(head, body);
  }
};

ChunkFileWriter::ChunkFileWriter(const std::filesystem::path& path, const ChunkHeader& header,
                                 Packer& packer)
    : state_(new State{.file = DurableFile(path),
                       .packer = packer,
                       .sum = {},
                       .totals = std::vector<PartTotal>(header.parts.size())}) {
  std::vector<std::byte> bytes;
  for (const char letter : magic) bytes.push_back(static_cast<std::byte>(letter));
  put(bytes, chunk_file_version);
  put(bytes, static_cast<std::uint32_t>(header.parts.size()));
  put(bytes, header.chunk);
  for (const ChunkPart& part : header.parts) {
    put(bytes, part.table);
    put(bytes, part.signature);
  }
  put(bytes, checksum_of(bytes));
  state_->write(bytes);
}

ChunkFileWriter::~ChunkFileWriter() = default;

void ChunkFileWriter::add(std::uint32_t part, std::span<const std::byte> tuples,
                          std::uint64_t rows) {
  State& state = *state_;
  const std::span<const std::byte> payload = state.packer.pack(tuples);
  state.write(encode(frame_of(part, rows, tuples.size(), payload)), payload);
  state.totals[part].rows += rows;
  state.totals[part].raw_bytes += tuples.size();
}

std::uint64_t ChunkFileWriter::size_bytes() const noexcept { return state_->file.size_bytes(); }

ChunkTotals ChunkFileWriter::finish(std::span<const std::uint64_t> digests) {
  State& state = *state_;
  ChunkTotals totals;
  std::vector<std::byte> payload;
  for (std::size_t i = 0; i < state.totals.size(); ++i) {
    state.totals[i].digest = digests[i];
    put(payload, state.totals[i].rows);
    put(payload, state.totals[i].raw_bytes);
    put(payload, state.totals[i].digest);
  }
  // The payload's own checksum would cover the file's and that one it: so it covers the totals.
  FrameHeader header = frame_of(trailer_part, 0, payload.size(), payload);
  header.raw_bytes += file_checksum_bytes;
  header.packed_bytes += file_checksum_bytes;
  state.write(encode(header), payload);
  const auto whole = state.sum.value();
  state.file.write(whole);
  totals.parts = state.totals;
  totals.file_bytes = state.file.size_bytes();
  totals.checksum = hexadecimal(whole);
  state.file.commit();
  return totals;
}

struct ChunkFileReader::State {
  std::filesystem::path path;
  int file = -1;
  std::uint64_t offset = 0;        // of the next byte to read
  std::uint64_t frame_offset = 0;  // where the frame under way begins
  RunningChecksum sum;
  ChunkHeader header;
  std::vector<PartTotal> seen;
  ChunkTotals totals;
  std::vector<std::byte> buffer;
  std::span<std::byte> payload;  // of the frame under way, in `buffer`
  Unpacker unpacker;

  explicit State(std::filesystem::path given) : path(std::move(given)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (file >= 0) ::close(file);
  }

  [[noreturn]] void refuse(const std::string& why, std::uint64_t at) const {
    throw Error(
        ErrorKind::bad_data,
        "cannot use chunk file " + path.string() + ": " + why + " at offset " + std::to_string(at),
        {},
        "copy the file anew from where it was extracted (millrace archive verify checks "
        "it), or extract again");
  }

  void read(std::span<std::byte> out, const char* what) {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t n_bytes = ::read(file, out.data() + done, out.size() - done);
      if (n_bytes < 0 && errno == EINTR) continue;
      if (n_bytes < 0) refuse(std::generic_category().message(errno), offset + done);
      if (n_bytes == 0) refuse(std::string("it ends within ") + what, offset + done);
      done += static_cast<std::size_t>(n_bytes);
    }
    offset += out.size();
  }

  void read_header() {
    std::vector<std::byte> bytes(fixed_header_bytes);
    read(bytes, "its header");
    if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) {
      refuse("it is no chunk file", 0);
    }
    const auto version = load_little<std::uint32_t>(bytes.data() + 8);
    const auto parts = load_little<std::uint32_t>(bytes.data() + 12);
    if (version != chunk_file_version) {
      refuse("it is of version " + std::to_string(version) + ", this program reads " +
                 std::to_string(chunk_file_version),
             8);
    }
    if (parts > most_parts) refuse("its header is broken", 12);
    bytes.resize(fixed_header_bytes + parts * part_bytes + sizeof(std::uint64_t));
    read(std::span(bytes).subspan(fixed_header_bytes), "its header");
    const std::span<const std::byte> checked = std::span(bytes).first(bytes.size() - 8);
    if (checksum_of(checked) != load_little<std::uint64_t>(checked.data() + checked.size())) {
      refuse("its header is broken", 0);
    }
    header.chunk = load_little<std::uint64_t>(bytes.data() + 16);
    for (std::uint32_t i = 0; i < parts; ++i) {
      const std::byte* at = bytes.data() + fixed_header_bytes + i * part_bytes;
      header.parts.push_back({load_little<std::uint64_t>(at), load_little<std::uint64_t>(at + 8)});
    }
    seen.resize(parts);
    sum.add(bytes);
  }

  /// Everything that must hold at the end of the file.
  void check_trailer(std::span<const std::byte> frame_header, std::uint64_t payload_sum) {
    const std::size_t size = header.parts.size() * total_bytes;
    if (payload.size() != size + file_checksum_bytes) refuse("its trailer is broken", frame_offset);
    const std::span<const std::byte> body = payload.first(size);
    if (checksum_of(body) != payload_sum) refuse("its trailer is broken", frame_offset);
    sum.add(frame_header);
    sum.add(body);
    const auto whole = sum.value();
    if (std::memcmp(whole.data(), payload.data() + size, whole.size()) != 0) {
      refuse("its checksum differs from its content", offset - whole.size());
    }
    for (std::size_t i = 0; i < header.parts.size(); ++i) {
      const std::byte* at = body.data() + i * total_bytes;
      const PartTotal total{load_little<std::uint64_t>(at), load_little<std::uint64_t>(at + 8),
                            load_little<std::uint64_t>(at + 16)};
      if (total.rows != seen[i].rows || total.raw_bytes != seen[i].raw_bytes) {
        refuse("it tells " + std::to_string(total.rows) + " rows and holds " +
                   std::to_string(seen[i].rows),
               frame_offset);
      }
      totals.parts.push_back(total);
    }
    std::byte more{};
    if (::read(file, &more, 1) != 0) refuse("something follows its end", offset);
    totals.file_bytes = offset;
    totals.checksum = hexadecimal(whole);
  }
};

ChunkFileReader::ChunkFileReader(std::filesystem::path path)
    : state_(std::make_unique<State>(std::move(path))) {
  State& state = *state_;
  state.file = ::open(state.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (state.file < 0) {
    throw Error(ErrorKind::bad_data,
                "cannot read chunk file " + state.path.string() + ": " +
                    std::generic_category().message(errno),
                {}, "copy the file anew from where it was extracted, or extract again");
  }
  ::posix_fadvise(state.file, 0, 0, POSIX_FADV_SEQUENTIAL);
  state.read_header();
}

ChunkFileReader::~ChunkFileReader() = default;

const ChunkHeader& ChunkFileReader::header() const noexcept { return state_->header; }
const ChunkTotals& ChunkFileReader::totals() const noexcept { return state_->totals; }

void ChunkFileReader::refuse(const std::string& why) const {
  state_->refuse(why, state_->frame_offset);
}

std::optional<ChunkFileReader::Frame> ChunkFileReader::next() {
  State& state = *state_;
  state.frame_offset = state.offset;
  std::array<std::byte, frame_header_bytes> bytes;
  state.read(bytes, "a frame");
  const std::optional<FrameHeader> frame = decode(bytes);
  const bool trailer = frame && frame->part == trailer_part;
  if (!frame || frame->packed_bytes > frame->raw_bytes ||
      (!trailer && frame->part >= state.seen.size())) {
    state.refuse("a frame's header is broken", state.frame_offset);
  }
  fit(state.buffer, frame->packed_bytes);
  state.payload = std::span(state.buffer).first(frame->packed_bytes);
  state.read(state.payload, trailer ? "its trailer" : "a frame");
  if (trailer) {
    state.check_trailer(bytes, frame->payload_checksum);
    return std::nullopt;
  }
  if (checksum_of(state.payload) != frame->payload_checksum) {
    state.refuse("a frame differs from its checksum", state.frame_offset);
  }
  state.sum.add(bytes);
  state.sum.add(state.payload);
  state.seen[frame->part].rows += frame->rows;
  state.seen[frame->part].raw_bytes += frame->raw_bytes;
  return Frame{frame->part, frame->rows, frame->raw_bytes};
}

void ChunkFileReader::unpack(std::span<std::byte> out) {
  State& state = *state_;
  if (!state.unpacker.unpack(state.payload, out)) {
    state.refuse("a frame cannot be unpacked", state.frame_offset);
  }
}

}  // namespace millrace::archive
