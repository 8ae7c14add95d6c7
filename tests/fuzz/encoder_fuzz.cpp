// libFuzzer target for one family of encoders: the bytes are the value of one column, framed as the
// protocol frames it, so that every input reaches the encoder. AddressSanitizer watches.
//
// The input is: encoding, parameter (scale, length, bits), room (2 bytes), value.
// MILLRACE_FUZZ_ENCODINGS: the family, set by CMakeLists.txt.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "operators/row_encoder.h"
#include "operators/tuple_digest.h"
#include "operators/wire_field.h"

namespace {

using namespace millrace;

constexpr std::array family = {MILLRACE_FUZZ_ENCODINGS};

void require(bool holds) {
  if (!holds) std::abort();
}

/// The value with what the protocol puts before it; fixed ones are cut or filled up to their size.
std::vector<std::uint8_t> framed(WireShape shape, std::span<const std::uint8_t> value) {
  std::vector<std::uint8_t> field;
  const auto fixed = [&](std::size_t bytes) {
    field.assign(value.begin(),
                 value.begin() + static_cast<std::ptrdiff_t>(std::min(bytes, value.size())));
    field.resize(bytes);
  };
  switch (shape) {
    case WireShape::one: fixed(1); break;
    case WireShape::two: fixed(2); break;
    case WireShape::four: fixed(4); break;
    case WireShape::eight: fixed(8); break;
    case WireShape::temporal:
      value = value.first(std::min<std::size_t>(value.size(), 12));
      field.push_back(static_cast<std::uint8_t>(value.size()));
      field.insert(field.end(), value.begin(), value.end());
      break;
    case WireShape::string:
      if (value.size() < 0xfb) {
        field.push_back(static_cast<std::uint8_t>(value.size()));
      } else {
        value = value.first(std::min<std::size_t>(value.size(), 0xffff));
        field.push_back(0xfc);
        field.push_back(static_cast<std::uint8_t>(value.size()));
        field.push_back(static_cast<std::uint8_t>(value.size() >> 8));
      }
      field.insert(field.end(), value.begin(), value.end());
      break;
  }
  return field;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::uint8_t parameter = data[1];
  ColumnEncoding column;
  column.encoding = family[data[0] % family.size()];
  column.scale = parameter % 39;
  column.length_characters = parameter;
  column.bits = 1 + parameter % 64U;
  column.fraction_digits = parameter % 7;
  column.allows_empty = parameter % 2 == 0;
  // What only conversions have; a unit of no length is never planned.
  constexpr std::array<std::uint32_t, 3> units = {1, 1'000, 1'000'000};
  column.wire = static_cast<WireInteger>(parameter % 8);
  column.precision = parameter % 66;
  column.microseconds_per_unit = units[parameter % units.size()];
  const std::size_t room = data[2] * 256U + data[3];
  const RowEncoder encoder({column});

  // In memory of exactly its size, the bitmap apart.
  const auto field = framed(wire_shape(column), {data + 4, size - 4});
  const auto fields = std::make_unique<std::uint8_t[]>(field.size());
  std::copy(field.begin(), field.end(), fields.get());
  const std::array<std::uint8_t, 2> bitmap{};
  const BinaryRowView row{bitmap.data(), fields.get(), fields.get() + field.size()};

  auto out = std::make_unique<std::byte[]>(room);
  RowOutcome outcome = encoder.encode(row, {out.get(), room});
  std::size_t had = room;
  if (outcome.status == RowStatus::no_space) {
    require(outcome.bytes > room);
    had = outcome.bytes;
    out = std::make_unique<std::byte[]>(had);
    outcome = encoder.encode(row, {out.get(), had});
    require(outcome.status != RowStatus::no_space);
  }
  if (outcome.status == RowStatus::encoded) {
    require(outcome.bytes <= had);
    require(tuple_bytes({out.get(), outcome.bytes}) == outcome.bytes);
  }
  if (outcome.status == RowStatus::fault) {
    // What does not fit can be told, kept as it was, and left out.
    require(outcome.fault != ValueFault::none && outcome.column == 0);
    require(encoder.describe_value(row, 0).size() <= 80);
    require(encoder.exact_value(row, 0).kind != ExactValue::Kind::null);
    const std::array<std::uint16_t, 1> unfit = {0};
    std::vector<std::uint8_t> scratch;
    std::array<std::byte, 4096> enough{};
    require(encoder.encode(encoder.with_nulls(row, unfit, scratch), enough).status ==
            RowStatus::encoded);
  }
  return 0;
}
