// libFuzzer target: bytes pick the columns, the room and the row; AddressSanitizer watches.
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined ...   (target millrace_row_fuzz)
// The input is: number of columns, for each its encoding and scale or length, room (2 bytes), row.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "operators/row_encoder.h"
#include "operators/tuple_digest.h"

namespace {

using namespace millrace;

class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }
  std::span<const std::uint8_t> rest() const { return bytes_; }

 private:
  std::span<const std::uint8_t> bytes_;
};

ColumnEncoding any_column(Input& input) {
  const auto encoding = static_cast<unsigned>(input.byte() % n_encodings);
  const std::uint8_t parameter = input.byte();
  ColumnEncoding column;
  column.encoding = static_cast<Encoding>(encoding);
  column.scale = parameter % 39;
  column.length_characters = parameter;
  column.bits = 1 + parameter % 64U;
  column.allows_empty = parameter % 2 == 0;
  column.wire = static_cast<WireInteger>(parameter % 8);
  column.precision = static_cast<std::uint8_t>(column.scale + parameter % 20);
  column.microseconds_per_unit = parameter % 2 == 0 ? 1'000'000 : 1'000;
  if (parameter % 3 == 0) {
    column.literals = SharedLiterals({.null_integers = {0, parameter},
                                      .null_floats = {},
                                      .null_texts = {"", "a"},
                                      .null_zero_date = true,
                                      .true_texts = {"Y"},
                                      .false_texts = {"N", ""}});
  }
  return column;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  std::vector<ColumnEncoding> columns(1 + input.byte() % 12U);
  for (ColumnEncoding& column : columns) column = any_column(input);
  const std::size_t room = input.byte() * 256U + input.byte();
  const RowEncoder encoder(columns);

  // The row in memory of exactly its size, the bitmap apart.
  std::vector<std::uint8_t> bitmap((columns.size() + 9) / 8);
  for (std::uint8_t& byte : bitmap) byte = input.byte() & input.byte();
  const auto rest = input.rest();
  const auto fields = std::make_unique<std::uint8_t[]>(rest.size());
  std::copy(rest.begin(), rest.end(), fields.get());
  const BinaryRowView row{bitmap.data(), fields.get(), fields.get() + rest.size()};

  auto out = std::make_unique<std::byte[]>(room);
  std::span<const std::byte> tuple;
  RowOutcome outcome = encoder.encode(row, {out.get(), room});
  if (outcome.status == RowStatus::no_space) {
    require(outcome.bytes > room);
    const std::size_t enough = outcome.bytes;
    out = std::make_unique<std::byte[]>(enough);
    outcome = encoder.encode(row, {out.get(), enough});
    require(outcome.status != RowStatus::no_space);
  }
  if (outcome.status == RowStatus::encoded) {
    tuple = {out.get(), outcome.bytes};
    require(tuple_bytes(tuple) == tuple.size());
  }
  if (outcome.status == RowStatus::fault) {
    require(outcome.fault != ValueFault::none && outcome.column < columns.size());
    require(encoder.describe_value(row, outcome.column).size() <= 80);
  }
  return 0;
}
