// encode/<set>/rows:8192      RowEncoder
// naive/<set>/rows:8192       the same rows through text and the C library (bench/reference)
// digested/frames/rows:8192   as encode, each tuple digested while it lies in the cache: as a
// reader does it digest/frames/rows:8192     tuples found by their lengths and digested: as what is
// read back json/<parser>/rows:8192     check_json against simdjson's parser, which builds a tree
// Each set goes through both encoders first; a difference ends the program.
// bytes_per_second counts COPY bytes, items_per_second rows.

#include <simdjson.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/micro/row_set.h"
#include "bench/reference/naive_encoder.h"
#include "operators/json_check.h"
#include "operators/row_encoder.h"
#include "operators/tuple_digest.h"
#include "operators/tuple_digester.h"
#include "operators/wire_field.h"

namespace {

using namespace millrace;

constexpr std::size_t n_rows = 8192;
constexpr std::uint64_t seed = 20261122;

// Encode all rows into one block, `each` is given every tuple; returns the bytes written.
template <class Each>
std::size_t encode_all(const RowEncoder& encoder, const RowSet& set, std::span<std::byte> block,
                       const Each& each) {
  std::size_t written = 0;
  for (const BinaryRowView& row : set.rows()) {
    const RowOutcome outcome = encoder.encode(row, block.subspan(written));
    if (outcome.status != RowStatus::encoded) {
      std::cerr << "a row of the benchmark is not encoded\n";
      std::exit(1);
    }
    each(block.subspan(written, outcome.bytes));
    written += outcome.bytes;
  }
  return written;
}

std::size_t encode_all(const RowEncoder& encoder, const RowSet& set, std::span<std::byte> block) {
  return encode_all(encoder, set, block, [](std::span<const std::byte>) {});
}

std::string naive_all(const RowSet& set) {
  const NaiveEncoder encoder(set.columns());
  std::string all;
  for (const BinaryRowView& row : set.rows()) all += encoder.encode(row);
  return all;
}

void compare_with_reference(std::string_view name, const RowSet& set, const std::string& expected) {
  std::string got(expected.size() + 4096, '\0');
  got.resize(encode_all(RowEncoder(set.columns()), set, std::as_writable_bytes(std::span(got))));
  if (got == expected) return;
  std::cerr << "encode/" << name << " differs from its reference\n";
  std::exit(1);
}

void report(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(n_rows) * state.iterations());
}

void add_encoders(std::string_view name, const std::shared_ptr<const RowSet>& set) {
  const std::string expected = naive_all(*set);
  compare_with_reference(name, *set, expected);
  const std::size_t bytes = expected.size();
  const std::string suffix = std::string(name) + "/rows:" + std::to_string(n_rows);

  benchmark::RegisterBenchmark(("encode/" + suffix).c_str(), [set, bytes](benchmark::State& state) {
    const RowEncoder encoder(set->columns());
    std::vector<std::byte> block(bytes + 4096);
    for (auto _ : state) benchmark::DoNotOptimize(encode_all(encoder, *set, block));
    report(state, bytes);
  });
  benchmark::RegisterBenchmark(("naive/" + suffix).c_str(), [set, bytes](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(naive_all(*set).size());
    report(state, bytes);
  });
  if (name != "frames") return;
  benchmark::RegisterBenchmark(
      ("digested/" + suffix).c_str(), [set, bytes](benchmark::State& state) {
        const RowEncoder encoder(set->columns());
        std::vector<std::byte> block(bytes + 4096);
        TupleDigester digester(set->columns());
        for (auto _ : state) {
          encode_all(encoder, *set, block,
                     [&](std::span<const std::byte> tuple) { digester.add(tuple); });
          benchmark::DoNotOptimize(digester.digest());
        }
        report(state, bytes);
      });
  benchmark::RegisterBenchmark(("digest/" + suffix).c_str(), [set, bytes](benchmark::State& state) {
    std::vector<std::byte> block(bytes + 4096);
    const std::size_t written = encode_all(RowEncoder(set->columns()), *set, block);
    for (auto _ : state) benchmark::DoNotOptimize(digest_of(std::span(block).first(written)));
    report(state, bytes);
  });
}

void add_json_parsers(const RowSet& set) {
  auto texts = std::make_shared<std::vector<simdjson::padded_string>>();
  std::size_t bytes = 0;
  for (const BinaryRowView& row : set.rows()) {
    const std::uint8_t* in = row.fields;
    FieldView field;
    if (!read_string(in, row.end, field)) continue;
    texts->emplace_back(reinterpret_cast<const char*>(field.data), field.bytes);
    bytes += field.bytes;
  }
  const std::string suffix = "/rows:" + std::to_string(n_rows);
  benchmark::RegisterBenchmark(("json/check_json" + suffix).c_str(), [texts, bytes](auto& state) {
    for (auto _ : state) {
      for (const auto& text : *texts) {
        benchmark::DoNotOptimize(check_json(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size(), JsonTarget::jsonb));
      }
    }
    report(state, bytes);
  });
  benchmark::RegisterBenchmark(("json/simdjson_dom" + suffix).c_str(), [texts, bytes](auto& state) {
    simdjson::dom::parser parser;
    for (auto _ : state) {
      for (const auto& text : *texts) benchmark::DoNotOptimize(parser.parse(text).error());
    }
    report(state, bytes);
  });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const NamedRowSet& named : named_row_sets()) {
    std::mt19937_64 random(seed);
    auto set = std::make_shared<RowSet>(named.build(n_rows, random));
    set->finish();
    add_encoders(named.name, set);
    if (named.name == "json") add_json_parsers(*set);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
