#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

namespace millrace {

/// The stream number of a name, so that tables of one farm draw independent values.
///
/// Source: FNV-1a, 64 bits.
constexpr std::uint64_t stream_of(std::string_view name) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

/// Draw numbers that depend on nothing but (seed, stream, unit): any lane may write any unit of a
/// table, in any order, and the table comes out the same.
///
/// Source: splitmix64, Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t unit) noexcept
      : state_(mix(seed + golden * mix(stream + golden * mix(unit + golden)))) {}

  std::uint64_t next() noexcept { return mix(state_ += golden); }

  /// Any of [0, bound). Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) noexcept {
    __extension__ using Product = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Product>(next()) * bound) >> 64);
  }

  /// Any of [first, last], both included. Requires: first <= last.
  std::int64_t between(std::int64_t first, std::int64_t last) noexcept {
    return first + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(last - first) + 1));
  }

  /// True once in `n` draws on average.
  bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }

  /// Any of [0, 1).
  double fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Any element of an array.
  template <typename Array>
  const auto& pick(const Array& values) noexcept {
    return values[below(std::size(values))];
  }

 private:
  static constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

  static constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace millrace
