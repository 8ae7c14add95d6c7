#include "operators/tuple_stream.h"

#include "operators/byte_order.h"

namespace millrace {

std::size_t TupleStream::header_bytes(std::span<const std::byte> bytes) noexcept {
  constexpr std::size_t fixed = 19;  // signature, flags, length of the extension
  if (bytes.size() < fixed) return 0;
  const std::size_t extension =
      load_big<std::uint32_t>(reinterpret_cast<const std::uint8_t*>(bytes.data()) + 15);
  return bytes.size() - fixed < extension ? 0 : fixed + extension;
}

}  // namespace millrace
