#include "io/postgres/tuple_writer.h"

#include <type_traits>

namespace millrace::postgres {

namespace {
constexpr std::int32_t oid_of_integer = 23;  // Source: pg_type.dat, int4
}  // namespace

/// Big-endian, as everything in the format.
template <class Word>
void TupleWriter::put(Word word) {
  using Bits = std::make_unsigned_t<Word>;
  const auto bits = static_cast<Bits>(word);
  for (std::size_t shift = sizeof(Bits) * 8; shift != 0; shift -= 8) {
    bytes_.push_back(static_cast<std::byte>((bits >> (shift - 8)) & 0xffU));
  }
}

void TupleWriter::put_length(std::size_t bytes) { put(static_cast<std::int32_t>(bytes)); }

void TupleWriter::begin(std::uint16_t fields) { put(fields); }

void TupleWriter::add_null() { put(std::int32_t{-1}); }

void TupleWriter::add_boolean(bool value) {
  put_length(1);
  bytes_.push_back(value ? std::byte{1} : std::byte{0});
}

void TupleWriter::add_integer(std::int32_t value) {
  put_length(sizeof value);
  put(value);
}

void TupleWriter::add_bigint(std::int64_t value) {
  put_length(sizeof value);
  put(value);
}

void TupleWriter::add_text(std::string_view value) {
  put_length(value.size());
  const auto bytes = std::as_bytes(std::span(value));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void TupleWriter::add_integers(std::span<const std::int32_t> values) {
  // array := int32(dimensions) int32(has nulls) int32(oid) {int32(size) int32(lower bound)}
  // element* Source: src/backend/utils/adt/arrayfuncs.c, array_recv().
  constexpr std::size_t word = sizeof(std::int32_t);
  if (values.empty()) {
    put_length(3 * word);
    put(std::int32_t{0});
    put(std::int32_t{0});
    put(oid_of_integer);
    return;
  }
  put_length(5 * word + values.size() * 2 * word);
  put(std::int32_t{1});
  put(std::int32_t{0});
  put(oid_of_integer);
  put_length(values.size());
  put(std::int32_t{1});
  for (const std::int32_t value : values) add_integer(value);
}

}  // namespace millrace::postgres
