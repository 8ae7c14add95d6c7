#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/micro/row_set.h"
#include "engine/copy_graph.h"
#include "engine/sizing.h"
#include "io/error.h"

// What the engine itself costs, and how it scales: the whole graph of a run, with readers that take
// rows of the binary protocol from memory instead of a socket, and writers that count blocks and
// send them nowhere. Everything between is the real thing: encoders, blocks, credits, channels.

namespace millrace {
namespace {

struct Request {
  std::uint64_t rows = 8'000'000;
  unsigned readers = 2;
  unsigned writers = 2;
  unsigned chunks = 0;  // 0: 16 for each reader
};

constexpr std::size_t rows_in_memory = 20'000;  // some MiB: more than the caches hold

/// Hands its share of each chunk's rows to the encoder, over and over the same ones in memory.
class MemoryReader final : public ChunkReader {
 public:
  MemoryReader(const WorkPlan& plan, const RowSet& rows, std::uint64_t rows_per_chunk,
               BlockPool& pool, Progress& progress)
      : plan_(plan),
        rows_(rows),
        rows_per_chunk_(rows_per_chunk),
        pool_(pool),
        progress_(progress) {}

  void read(ChunkChannel& channel, const Emit& emit) override {
    const RowEncoder& encoder = plan_.tables[channel.chunk().tables.front()].encoder;
    ChunkChannel::Announced announced;
    CopyBlock block;
    const auto send = [&] {
      progress_.table(0).rows_read.fetch_add(block.rows(), std::memory_order_relaxed);
      ++announced.blocks;
      announced.rows += block.rows();
      emit(channel, 0, std::exchange(block, CopyBlock()));
    };
    for (std::uint64_t n = 0; n < rows_per_chunk_;) {
      if (!block.valid()) {
        channel.acquire_credit();
        block = pool_.acquire();
      }
      const RowOutcome outcome =
          encoder.encode(rows_.rows()[n % rows_.rows().size()], block.free_space());
      if (outcome.status == RowStatus::encoded) {
        block.commit(outcome.bytes);
        ++n;
      } else if (outcome.status == RowStatus::no_space && !block.empty()) {
        send();
      } else {
        throw Error(ErrorKind::internal, "a made-up row cannot be encoded");
      }
    }
    if (block.valid()) send();
    channel.announce(0, announced);
  }
  void interrupt() noexcept override {}

 private:
  const WorkPlan& plan_;
  const RowSet& rows_;
  std::uint64_t rows_per_chunk_;
  BlockPool& pool_;
  Progress& progress_;
};

/// Counts what it is given and sends the blocks home.
class NullWriter final : public ChunkWriter {
 public:
  explicit NullWriter(BlockPool& pool) : pool_(pool) {}

  Receipt store(ChunkChannel& channel) override {
    Receipt receipt{.chunk = &channel.chunk(), .parts = {}};
    Receipt::Part part;
    while (std::optional<CopyBlock> block = channel.pop(0)) {
      part.rows += block->rows();
      part.copy_bytes += block->size_bytes();
      pool_.release(std::move(*block));
      channel.return_credit();
    }
    receipt.parts.push_back(part);
    return receipt;
  }
  void interrupt() noexcept override {}

 private:
  BlockPool& pool_;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

nlohmann::ordered_json run(const Request& request) {
  std::mt19937_64 random(1);
  RowSet rows = named_row_sets().front().build(rows_in_memory, random);
  rows.finish();

  SourceTable source;
  TranslatedTable translated;
  WorkPlan plan;
  plan.tables.push_back({.source = &source,
                         .translated = &translated,
                         .encoder = RowEncoder(rows.columns()),
                         .select = {},
                         .copy_sql = {},
                         .key_columns = {}});
  const unsigned chunks = request.chunks != 0 ? request.chunks : 16 * request.readers;
  for (unsigned i = 0; i < chunks; ++i) {
    Chunk& chunk = plan.chunks.emplace_back();
    chunk.id = i;
    chunk.tables = {0};
  }
  plan.chunks_of = {chunks};

  const Sizing sizing = work_out_sizing({.readers = request.readers,
                                         .writers = request.writers,
                                         .builders = 1,
                                         .memory_bytes = std::size_t{1} << 30},
                                        {});
  Progress progress;
  progress.start(std::vector<Progress::TableSpec>(1), request.readers, request.writers, 0);
  BlockPool pool(sizing.block_bytes, sizing.blocks);
  std::vector<std::unique_ptr<ChunkReader>> readers;
  std::vector<std::unique_ptr<ChunkWriter>> writers;
  for (unsigned i = 0; i < request.readers; ++i) {
    readers.push_back(
        std::make_unique<MemoryReader>(plan, rows, request.rows / chunks, pool, progress));
  }
  for (unsigned i = 0; i < request.writers; ++i) {
    writers.push_back(std::make_unique<NullWriter>(pool));
  }
  std::uint64_t stored = 0;
  std::uint64_t bytes = 0;
  std::vector<postgres::Connection> no_builders;
  CopyGraph graph({.plan = plan,
                   .sizing = sizing,
                   .progress = progress,
                   .choices = {.keys = false, .analyze = false},
                   .pool = pool,
                   .readers = std::move(readers),
                   .writers = std::move(writers),
                   .builders = no_builders,
                   .lock_chunks_read = [] {},
                   .committed =
                       [&](const Receipt& receipt) {
                         stored += receipt.parts.front().rows;
                         bytes += receipt.parts.front().copy_bytes;
                       },
                   .built = [](std::size_t, double, bool) {}});
  const double cpu_before = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  graph.run();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  const double cpu = cpu_seconds() - cpu_before;
  return {{"readers", request.readers},
          {"writers", request.writers},
          {"rows", stored},
          {"copy_bytes", bytes},
          {"wall_s", wall.count()},
          {"cpu_s", cpu},
          {"rows_per_s", static_cast<double>(stored) / wall.count()},
          {"rows_per_cpu_s", static_cast<double>(stored) / cpu},
          {"bytes_per_s", static_cast<double>(bytes) / wall.count()}};
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  millrace::Request request;
  CLI::App app("Measure the engine alone: rows from memory, blocks to nowhere. Prints JSON.");
  app.add_option("--rows", request.rows, "rows of 13 mixed columns")->capture_default_str();
  app.add_option("--readers", request.readers, "lanes that encode")->check(CLI::Range(1, 256));
  app.add_option("--writers", request.writers, "lanes that take blocks")->check(CLI::Range(1, 256));
  app.add_option("--chunks", request.chunks, "16 for each reader");
  CLI11_PARSE(app, argc, argv);
  try {
    fmt::print("{}\n", millrace::run(request).dump(1));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_engine: {}\n", error.what());
    return 1;
  }
}
