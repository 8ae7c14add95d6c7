#include "operators/tuple_digest.h"

#include <xxhash.h>

#include "operators/byte_order.h"

namespace millrace {

std::uint64_t tuple_hash(std::span<const std::byte> tuple) noexcept {
  return XXH3_64bits(tuple.data(), tuple.size());
}

void TupleDigest::add(std::span<const std::byte> tuple) noexcept {
  sum += tuple_hash(tuple);
  ++rows;
}

std::optional<std::size_t> tuple_bytes(std::span<const std::byte> tuples) noexcept {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(tuples.data());
  const std::size_t left = tuples.size();
  if (left < 2) return std::nullopt;
  const auto columns = static_cast<std::int16_t>(load_big<std::uint16_t>(begin));
  if (columns < 0) return std::nullopt;  // -1 is the trailer
  std::size_t at = 2;
  for (int column = 0; column < columns; ++column) {
    if (left - at < 4) return std::nullopt;
    const auto bytes = static_cast<std::int32_t>(load_big<std::uint32_t>(begin + at));
    at += 4;
    if (bytes <= 0) {
      if (bytes < -1) return std::nullopt;
      continue;
    }
    if (left - at < static_cast<std::size_t>(bytes)) return std::nullopt;
    at += static_cast<std::size_t>(bytes);
  }
  return at;
}

std::span<const std::byte> field_in_tuple(std::span<const std::byte> tuple,
                                          std::size_t wanted) noexcept {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(tuple.data());
  std::size_t at = 2;
  for (std::size_t field = 0;; ++field) {
    const auto bytes = static_cast<std::int32_t>(load_big<std::uint32_t>(begin + at));
    const std::size_t length = 4 + (bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
    if (field == wanted) return tuple.subspan(at, length);
    at += length;
  }
}

std::optional<TupleDigest> digest_of(std::span<const std::byte> tuples) noexcept {
  TupleDigest digest;
  while (!tuples.empty()) {
    const auto bytes = tuple_bytes(tuples);
    if (!bytes) return std::nullopt;
    digest.add(tuples.first(*bytes));
    tuples = tuples.subspan(*bytes);
  }
  return digest;
}

}  // namespace millrace
