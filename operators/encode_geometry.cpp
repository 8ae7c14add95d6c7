#include "operators/encode_geometry.h"

#include <cstring>

#include "operators/byte_order.h"

namespace millrace {
namespace {

constexpr std::size_t srid_bytes = 4;
constexpr std::size_t head_bytes = 5;  // byte order and type
constexpr std::uint32_t has_srid = 0x20000000;
constexpr int deepest_nesting = 64;

enum class Shape : std::uint32_t {
  any = 0,
  point = 1,
  linestring = 2,
  polygon = 3,
  multipoint = 4,
  multilinestring = 5,
  multipolygon = 6,
  collection = 7,
};

struct Bytes {
  const std::uint8_t* at;
  const std::uint8_t* end;

  std::size_t left() const noexcept { return static_cast<std::size_t>(end - at); }
  bool skip(std::uint64_t n) noexcept {
    if (left() < n) return false;
    at += n;
    return true;
  }
};

std::uint32_t load(const std::uint8_t* from, bool little) noexcept {
  return little ? load_little<std::uint32_t>(from) : load_big<std::uint32_t>(from);
}

bool read_count(Bytes& wkb, bool little, std::uint32_t& count) noexcept {
  if (wkb.left() < 4) return false;
  count = load(wkb.at, little);
  return wkb.skip(4);
}

bool skip_points(Bytes& wkb, bool little) noexcept {
  std::uint32_t count = 0;
  return read_count(wkb, little, count) && wkb.skip(std::uint64_t{count} * 16);
}

// Step over one geometry, which must be `expected` unless that is `any`.
bool skip_geometry(Bytes& wkb, Shape expected, int depth) noexcept {
  if (wkb.left() < head_bytes || wkb.at[0] > 1 || depth > deepest_nesting) return false;
  const bool little = wkb.at[0] == 1;
  const auto shape = static_cast<Shape>(load(wkb.at + 1, little));
  if (expected != Shape::any && shape != expected) return false;
  wkb.at += head_bytes;

  std::uint32_t count = 0;
  Shape inner = Shape::any;
  switch (shape) {
    case Shape::point: return wkb.skip(16);
    case Shape::linestring: return skip_points(wkb, little);
    case Shape::polygon:
      if (!read_count(wkb, little, count)) return false;
      for (; count != 0; --count) {
        if (!skip_points(wkb, little)) return false;
      }
      return true;
    case Shape::multipoint: inner = Shape::point; break;
    case Shape::multilinestring: inner = Shape::linestring; break;
    case Shape::multipolygon: inner = Shape::polygon; break;
    case Shape::collection: break;
    case Shape::any:
    default: return false;
  }
  if (!read_count(wkb, little, count)) return false;
  for (; count != 0; --count) {
    if (!skip_geometry(wkb, inner, depth + 1)) return false;
  }
  return true;
}

}  // namespace

ValueFault encode_geometry(std::uint8_t*& to, FieldView field) noexcept {
  if (field.bytes < srid_bytes + head_bytes) return ValueFault::invalid_geometry;
  const std::uint8_t* const head = field.data + srid_bytes;
  const std::uint8_t* const end = field.data + field.bytes;
  Bytes wkb{head, end};
  if (!skip_geometry(wkb, Shape::any, 0) || wkb.left() != 0) return ValueFault::invalid_geometry;

  const auto srid = load_little<std::uint32_t>(field.data);
  if (srid == 0) {
    const std::size_t bytes = field.bytes - srid_bytes;
    store_big(to, static_cast<std::uint32_t>(bytes));
    std::memcpy(to + 4, head, bytes);
    to += 4 + bytes;
    return ValueFault::none;
  }
  const bool little = head[0] == 1;
  const std::uint32_t type = load(head + 1, little) | has_srid;
  const auto in_order = [little](std::uint32_t value) {
    return little ? value : swap_bytes(value);
  };
  const std::uint32_t words[2] = {in_order(type), in_order(srid)};
  store_big(to, static_cast<std::uint32_t>(field.bytes));
  to[4] = head[0];
  std::memcpy(to + 5, words, sizeof words);
  const std::size_t body = field.bytes - srid_bytes - head_bytes;
  std::memcpy(to + 13, head + head_bytes, body);
  to += 13 + body;
  return ValueFault::none;
}

}  // namespace millrace
