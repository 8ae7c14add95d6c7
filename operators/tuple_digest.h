#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace millrace {

/// A digest of many COPY binary tuples that does not depend on their order: the sum, modulo 2^64,
/// of the 64-bit XXH3 of each tuple's bytes (field count and length words included), and their
/// count. Equal rows count as often as they occur; merging digests of parts gives that of the
/// whole.
struct TupleDigest {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;

  /// Add one whole tuple.
  void add(std::span<const std::byte> tuple) noexcept;

  void merge(const TupleDigest& other) noexcept {
    rows += other.rows;
    sum += other.sum;
  }

  bool operator==(const TupleDigest&) const = default;
};

/// What one tuple adds to the sum.
std::uint64_t tuple_hash(std::span<const std::byte> tuple) noexcept;

/// The bytes of the tuple that `tuples` begins with; none if it does not hold a whole one.
std::optional<std::size_t> tuple_bytes(std::span<const std::byte> tuples) noexcept;

/// Field `wanted` of a whole tuple, from 0, with its length word in front.
/// Requires: the tuple has that many fields. Cost: walks the fields before it.
std::span<const std::byte> field_in_tuple(std::span<const std::byte> tuple,
                                          std::size_t wanted) noexcept;

/// The digest of back-to-back tuples without header and trailer (a CopyBlock's view).
/// None if the bytes are not whole tuples.
std::optional<TupleDigest> digest_of(std::span<const std::byte> tuples) noexcept;

}  // namespace millrace
