#include "engine/copy_graph.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

constexpr std::uint64_t rows_of_each_chunk = 1000;

/// Makes numbered rows of eight bytes, `rows_of_each_chunk` for every part of a chunk.
class CountingReader final : public ChunkReader {
 public:
  explicit CountingReader(BlockPool& pool) : pool_(pool) {}

  void read(ChunkChannel& channel, const Emit& emit) override {
    for (std::size_t part = 0; part < channel.chunk().tables.size(); ++part) {
      ChunkChannel::Announced announced;
      CopyBlock block;
      for (std::uint64_t row = 0; row < rows_of_each_chunk; ++row) {
        if (block.valid() && block.free_space().size() < sizeof row) {
          send(channel, part, emit, announced, block);
        }
        if (!block.valid()) {
          channel.acquire_credit();
          block = pool_.acquire();
        }
        const std::uint64_t value = channel.chunk().id * rows_of_each_chunk + row;
        std::memcpy(block.free_space().data(), &value, sizeof value);
        block.commit(sizeof value);
      }
      send(channel, part, emit, announced, block);
      channel.announce(part, announced);
    }
  }
  void interrupt() noexcept override {}

 private:
  static void send(ChunkChannel& channel, std::size_t part, const Emit& emit,
                   ChunkChannel::Announced& announced, CopyBlock& block) {
    ++announced.blocks;
    announced.rows += block.rows();
    emit(channel, part, std::move(block));
  }

  BlockPool& pool_;
};

/// All rows that arrived, by table.
struct Arrived {
  std::mutex mutex;
  std::multiset<std::pair<std::size_t, std::uint64_t>> rows;
};

/// Keeps what it is given; fails at chunk `bad`.
class KeepingWriter final : public ChunkWriter {
 public:
  KeepingWriter(BlockPool& pool, Arrived& arrived, std::uint64_t bad)
      : pool_(pool), arrived_(arrived), bad_(bad) {}

  Receipt store(ChunkChannel& channel) override {
    const Chunk& chunk = channel.chunk();
    if (chunk.id == bad_) throw Error(ErrorKind::exhausted, "the shelf is full");
    Receipt receipt{.chunk = &chunk, .parts = {}};
    for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
      Receipt::Part stored;
      while (std::optional<CopyBlock> block = channel.pop(part)) {
        stored.rows += block->rows();
        stored.copy_bytes += block->size_bytes();
        keep(chunk.tables[part], *block);
        pool_.release(std::move(*block));
        channel.return_credit();
      }
      EXPECT_EQ(stored.rows, channel.announced_rows(part));
      receipt.parts.push_back(stored);
    }
    return receipt;
  }
  void interrupt() noexcept override {}

 private:
  void keep(std::size_t table, const CopyBlock& block) {
    const std::lock_guard lock(arrived_.mutex);
    for (std::size_t at = 0; at < block.size_bytes(); at += sizeof(std::uint64_t)) {
      std::uint64_t value = 0;
      std::memcpy(&value, block.view().data() + at, sizeof value);
      arrived_.rows.emplace(table, value);
    }
  }

  BlockPool& pool_;
  Arrived& arrived_;
  std::uint64_t bad_;
};

constexpr std::uint64_t none_bad = ~std::uint64_t{0};

/// A plan of `tables` tables: each in three chunks, and all of them in one more as a group's parts.
class CopyGraphTest : public testing::TestWithParam<unsigned> {
 protected:
  CopyGraphTest() {
    constexpr std::size_t tables = 5;
    SourceCatalog& catalog = catalog_;
    catalog.tables.resize(tables);
    translation_.tables.resize(tables);
    Chunk whole;
    for (std::size_t i = 0; i < tables; ++i) {
      plan_.tables.push_back({.source = &catalog.tables[i],
                              .translated = &translation_.tables[i],
                              .encoder = RowEncoder({}),
                              .select = {},
                              .copy_sql = {},
                              .key_columns = {}});
      for (int piece = 0; piece < 3; ++piece) add({i});
      whole.tables.push_back(i);
      plan_.chunks_of.push_back(4);
    }
    add(whole.tables);
    sizing_ = {.block_bytes = 256, .blocks = 4 * lanes(), .credits = 2, .open_chunks = 2 * lanes()};
    progress_.start(std::vector<Progress::TableSpec>(tables), lanes(), lanes(), 0);
  }

  static unsigned lanes() { return GetParam(); }

  void add(std::vector<std::size_t> tables) {
    Chunk& chunk = plan_.chunks.emplace_back();
    chunk.id = plan_.chunks.size() - 1;
    chunk.tables = std::move(tables);
    chunk.under_lock = chunk.id < 4;
  }

  void run(std::uint64_t bad = none_bad) {
    BlockPool pool(sizing_.block_bytes, sizing_.blocks);
    std::vector<std::unique_ptr<ChunkReader>> readers;
    std::vector<std::unique_ptr<ChunkWriter>> writers;
    for (unsigned i = 0; i < lanes(); ++i) {
      readers.push_back(std::make_unique<CountingReader>(pool));
      writers.push_back(std::make_unique<KeepingWriter>(pool, arrived_, bad));
    }
    std::vector<postgres::Connection> none;
    CopyGraph graph({.plan = plan_,
                     .sizing = sizing_,
                     .progress = progress_,
                     .choices = {},
                     .pool = pool,
                     .readers = std::move(readers),
                     .writers = std::move(writers),
                     .builders = none,
                     .lock_chunks_read = [&] { ++lock_releases_; },
                     .committed = [&](const Receipt&) { ++receipts_; },
                     .built = [](std::size_t, double, bool) {}});
    graph.run();
  }

  SourceCatalog catalog_;
  Translation translation_;
  WorkPlan plan_;
  Sizing sizing_;
  Progress progress_;
  Arrived arrived_;
  std::atomic<int> lock_releases_{0};
  std::size_t receipts_ = 0;
};

TEST_P(CopyGraphTest, BringsEveryRowOfEveryPartOnce) {
  run();

  std::multiset<std::pair<std::size_t, std::uint64_t>> wanted;
  for (const Chunk& chunk : plan_.chunks) {
    for (const std::size_t table : chunk.tables) {
      for (std::uint64_t row = 0; row < rows_of_each_chunk; ++row) {
        wanted.emplace(table, chunk.id * rows_of_each_chunk + row);
      }
    }
  }
  EXPECT_EQ(arrived_.rows, wanted);
  EXPECT_EQ(receipts_, plan_.chunks.size());
  for (std::size_t i = 0; i < plan_.tables.size(); ++i) EXPECT_TRUE(progress_.table(i).done);
}

TEST_P(CopyGraphTest, TellsOnceWhenTheLockIsNoLongerNeeded) {
  run();

  EXPECT_EQ(lock_releases_, 1);
}

TEST_P(CopyGraphTest, EndsAllLanesAndThrowsTheFirstErrorOfAny) {
  try {
    run(7);
    FAIL() << "the error was lost";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the shelf is full");
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, CopyGraphTest, testing::Values(1U, 4U));

}  // namespace
}  // namespace millrace
