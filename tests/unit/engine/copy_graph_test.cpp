#include "engine/copy_graph.h"

#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <latch>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/support/scratch_folder.h"

namespace millrace {
namespace {

constexpr std::uint64_t rows_of_each_chunk = 1000;

/// The steps that all lanes of a run make together, and what happens at one of them.
struct Steps {
  std::atomic<unsigned> made{0};
  unsigned at = 0;  // 0: nothing happens
  std::function<void()> then;
};

/// Gives other lanes the processor now and then, by a seed: so a run meets orders that an
/// undisturbed one never does.
class Jitter {
 public:
  Jitter(unsigned seed, Steps& steps) : random_(seed), steps_(steps) {}

  void step() {
    for (unsigned turns = random_() % 4; turns > 0; --turns) std::this_thread::yield();
    if (++steps_.made == steps_.at) steps_.then();
  }

 private:
  std::minstd_rand random_;
  Steps& steps_;
};

/// Makes numbered rows of eight bytes, `rows_of_each_chunk` for every part of a chunk.
class CountingReader final : public ChunkReader {
 public:
  CountingReader(BlockPool& pool, Jitter jitter) : pool_(pool), jitter_(jitter) {}

  void read(ChunkChannel& channel, const Emit& emit) override {
    for (std::size_t part = 0; part < channel.chunk().tables.size(); ++part) {
      ChunkChannel::Announced announced;
      CopyBlock block;
      for (std::uint64_t row = 0; row < rows_of_each_chunk; ++row) {
        if (block.valid() && block.free_space().size() < sizeof row) {
          announced.rows += block.rows();
          if (channel.try_spill(part, block)) {
            block.clear();
          } else {
            ++announced.blocks;
            emit(channel, part, std::move(block));
            block = CopyBlock();
          }
        }
        if (!block.valid()) {
          jitter_.step();
          channel.acquire_credit();
          block = pool_.acquire();
        }
        const std::uint64_t value = channel.chunk().id * rows_of_each_chunk + row;
        std::memcpy(block.free_space().data(), &value, sizeof value);
        block.commit(sizeof value);
      }
      announced.rows += block.rows();
      if (channel.try_spill(part, block)) {
        pool_.release(std::move(block));
        channel.return_credit();
      } else {
        ++announced.blocks;
        emit(channel, part, std::move(block));
      }
      channel.announce(part, std::move(announced));
    }
  }
  void interrupt() noexcept override {}

 private:
  BlockPool& pool_;
  Jitter jitter_;
};

/// All rows that arrived, by table. A chunk's rows come in when it is whole, as by a COMMIT.
struct Arrived {
  std::mutex mutex;
  std::multiset<std::pair<std::size_t, std::uint64_t>> rows;
};

/// Keeps what it is given; fails at chunk `bad`.
class KeepingWriter final : public ChunkWriter {
 public:
  KeepingWriter(BlockPool& pool, Arrived& arrived, std::uint64_t bad, Jitter jitter,
                std::latch* gate)
      : pool_(pool), arrived_(arrived), bad_(bad), jitter_(jitter), gate_(gate) {}

  Receipt store(ChunkChannel& channel) override {
    const Chunk& chunk = channel.chunk();
    if (chunk.id == bad_) throw Error(ErrorKind::exhausted, "the shelf is full");
    if (gate_ != nullptr) gate_->wait();
    Receipt receipt{.chunk = &chunk, .parts = {}};
    std::vector<std::pair<std::size_t, std::uint64_t>> rows;
    for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
      Receipt::Part stored;
      while (std::optional<CopyBlock> block = channel.pop(part)) {
        stored.rows += block->rows();
        stored.copy_bytes += block->size_bytes();
        keep(chunk.tables[part], block->view(), rows);
        pool_.release(std::move(*block));
        channel.return_credit();
        jitter_.step();
      }
      while (const auto spilled = channel.next_spilled(part)) {
        stored.rows += spilled->rows;
        keep(chunk.tables[part], spilled->tuples, rows);
      }
      EXPECT_EQ(stored.rows, channel.announced(part).rows);
      receipt.parts.push_back(stored);
    }
    const std::lock_guard lock(arrived_.mutex);
    arrived_.rows.insert(rows.begin(), rows.end());
    return receipt;
  }
  void interrupt() noexcept override {}

 private:
  static void keep(std::size_t table, std::span<const std::byte> tuples,
                   std::vector<std::pair<std::size_t, std::uint64_t>>& rows) {
    for (std::size_t at = 0; at < tuples.size(); at += sizeof(std::uint64_t)) {
      std::uint64_t value = 0;
      std::memcpy(&value, tuples.data() + at, sizeof value);
      rows.emplace_back(table, value);
    }
  }

  BlockPool& pool_;
  Arrived& arrived_;
  std::uint64_t bad_;
  Jitter jitter_;
  std::latch* gate_;  // stores nothing before it opens
};

/// Strikes now and then, by a seed: once in about `odds` times.
class Fault {
 public:
  Fault(unsigned seed, unsigned odds) : random_(seed), odds_(odds) {}
  bool strikes() { return random_() % odds_ == 0; }

 private:
  std::mt19937 random_;
  unsigned odds_;
};

/// A reader that loses its session now and then, in the middle of a chunk.
class LosingReader final : public ChunkReader {
 public:
  LosingReader(BlockPool& pool, Jitter jitter, unsigned seed)
      : pool_(pool), inner_(pool, jitter), fault_(seed, blocks_of_the_largest_chunk * 2) {}

  void read(ChunkChannel& channel, const Emit& emit) override {
    inner_.read(channel, [&](ChunkChannel& to, std::size_t part, CopyBlock block) {
      if (fault_.strikes()) {
        pool_.release(std::move(block));
        throw Error(ErrorKind::connection_lost, "the reader's session is lost");
      }
      emit(to, part, std::move(block));
    });
  }
  bool recovers_from(const Error& error) const noexcept override {
    return error.kind() == ErrorKind::connection_lost;
  }
  void interrupt() noexcept override {}

 private:
  static constexpr unsigned blocks_of_the_largest_chunk = 160;

  BlockPool& pool_;
  CountingReader inner_;
  Fault fault_;
};

/// A writer that loses its session now and then: in the middle of a chunk, or with the answer to
/// its COMMIT, which it then finds out.
class LosingWriter final : public ChunkWriter {
 public:
  LosingWriter(BlockPool& pool, Arrived& arrived, Jitter jitter, unsigned seed)
      : pool_(pool), inner_(pool, arrived, ~std::uint64_t{0}, jitter, nullptr), fault_(seed, 10) {}

  Receipt store(ChunkChannel& channel) override {
    stored_.reset();
    if (fault_.strikes()) {
      if (std::optional<CopyBlock> block = channel.pop(0)) {
        pool_.release(std::move(*block));
        channel.return_credit();
      }
      throw Error(ErrorKind::connection_lost, "the writer's session is lost");
    }
    Receipt receipt = inner_.store(channel);
    if (fault_.strikes()) {
      stored_ = std::move(receipt);
      throw Error(ErrorKind::commit_in_doubt, "the answer is lost");
    }
    return receipt;
  }
  bool recovers_from(const Error& error) const noexcept override {
    return error.kind() == ErrorKind::connection_lost || error.kind() == ErrorKind::commit_in_doubt;
  }
  std::optional<Receipt> recover(const Chunk&, unsigned) override { return stored_; }
  void interrupt() noexcept override {}

 private:
  BlockPool& pool_;
  KeepingWriter inner_;
  Fault fault_;
  std::optional<Receipt> stored_;
};

/// A writer that loses a deadlock over chunk 0, once `released` says that the source's lock is
/// gone.
class LateLoser final : public ChunkWriter {
 public:
  LateLoser(BlockPool& pool, Arrived& arrived, Jitter jitter, std::latch& released)
      : inner_(pool, arrived, ~std::uint64_t{0}, jitter, nullptr), released_(released) {}

  Receipt store(ChunkChannel& channel) override {
    const std::uint64_t id = channel.chunk().id;
    Receipt receipt = inner_.store(channel);
    if (id != 0) return receipt;
    released_.wait();
    throw Error(ErrorKind::conflict, "the writer lost a deadlock");
  }
  bool recovers_from(const Error& error) const noexcept override {
    return error.kind() == ErrorKind::conflict;
  }
  void interrupt() noexcept override {}

 private:
  KeepingWriter inner_;
  std::latch& released_;
};

constexpr std::uint64_t none_bad = ~std::uint64_t{0};

/// A plan of `tables` tables: each in three chunks, and all of them in one more as a group's parts.
class CopyGraphTest : public testing::TestWithParam<unsigned> {
 protected:
  CopyGraphTest() {
    constexpr std::size_t tables = 5;
    catalog.tables.resize(tables);
    translation.tables.resize(tables);
    Chunk whole;
    for (std::size_t i = 0; i < tables; ++i) {
      plan.tables.push_back({.source = &catalog.tables[i],
                             .translated = &translation.tables[i],
                             .encoder = RowEncoder({}),
                             .select = {},
                             .copy_sql = {},
                             .key_columns = {}});
      for (int piece = 0; piece < 3; ++piece) add({i});
      whole.tables.push_back(i);
      plan.chunks_of.push_back(4);
    }
    add(whole.tables);
    sizing = {.block_bytes = 256,
              .blocks = std::size_t{4} * lanes(),
              .credits = 2,
              .open_chunks = std::size_t{2} * lanes()};
  }

  static unsigned lanes() { return GetParam(); }

  void add(std::vector<std::size_t> tables) {
    Chunk& chunk = plan.chunks.emplace_back();
    chunk.id = plan.chunks.size() - 1;
    chunk.tables = std::move(tables);
    chunk.under_lock = chunk.id < 4;
  }

  /// Every row of every part of every chunk, once.
  std::multiset<std::pair<std::size_t, std::uint64_t>> all_rows() const {
    std::multiset<std::pair<std::size_t, std::uint64_t>> rows;
    for (const Chunk& chunk : plan.chunks) {
      for (const std::size_t table : chunk.tables) {
        for (std::uint64_t row = 0; row < rows_of_each_chunk; ++row) {
          rows.emplace(table, chunk.id * rows_of_each_chunk + row);
        }
      }
    }
    return rows;
  }

  /// Interrupted when all lanes together have made `stop_after` of them; 0: never.
  void run(std::uint64_t bad = none_bad, unsigned seed = 1, unsigned stop_after = 0) {
    std::latch gate(1);
    std::latch released(1);
    arrived.rows.clear();
    receipts = 0;
    steps.made = 0;
    progress.emplace().start(std::vector<Progress::TableSpec>(plan.tables.size()), lanes(), lanes(),
                             0);
    BlockPool pool(sizing.block_bytes, sizing.blocks);
    std::vector<std::unique_ptr<ChunkReader>> readers;
    std::vector<std::unique_ptr<ChunkWriter>> writers;
    for (unsigned i = 0; i < lanes(); ++i) {
      const Jitter reading(seed + 2 * i, steps);
      const Jitter writing(seed + 2 * i + 1, steps);
      if (losing) {
        readers.push_back(std::make_unique<LosingReader>(pool, reading, seed + 2 * i));
        writers.push_back(std::make_unique<LosingWriter>(pool, arrived, writing, seed + 2 * i + 1));
      } else if (loses_late) {
        readers.push_back(std::make_unique<CountingReader>(pool, reading));
        writers.push_back(std::make_unique<LateLoser>(pool, arrived, writing, released));
      } else {
        readers.push_back(std::make_unique<CountingReader>(pool, reading));
        writers.push_back(std::make_unique<KeepingWriter>(pool, arrived, bad, writing,
                                                          writers_wait ? &gate : nullptr));
      }
    }
    std::vector<postgres::Connection> none;
    RetryPauses pauses({.retries = 1000, .longest_pause = std::chrono::milliseconds(0)});
    CopyGraph graph({.plan = plan,
                     .sizing = sizing,
                     .progress = *progress,
                     .choices = {},
                     .pool = pool,
                     .readers = std::move(readers),
                     .writers = std::move(writers),
                     .builders = none,
                     .lock_chunks_read =
                         [&] {
                           ++lock_releases;
                           released.count_down();
                         },
                     .all_read =
                         [&] {
                           if (!gate.try_wait()) gate.count_down();
                         },
                     .spill = spill,
                     .committed = [&](const Receipt&) { ++receipts; },
                     .built = [](std::size_t, double, bool) {},
                     .pauses = losing || loses_late ? &pauses : nullptr,
                     .open_builder = {},
                     .retried = [&](const RetryReport&) { ++retries; }});
    steps.at = stop_after;
    steps.then = [&] {
      graph.interrupt(std::make_exception_ptr(Error(ErrorKind::cancelled, "stopped on request")));
    };
    graph.run();
  }

  /// What stands in the target is whole chunks, each once, and no more than the receipts tell of.
  void expect_whole_chunks_only() const {
    std::size_t parts = 0;
    for (const Chunk& chunk : plan.chunks) {
      for (const std::size_t table : chunk.tables) {
        std::uint64_t found = 0;
        for (std::uint64_t row = 0; row < rows_of_each_chunk; ++row) {
          const auto count = arrived.rows.count({table, chunk.id * rows_of_each_chunk + row});
          ASSERT_LE(count, 1U);
          found += count;
        }
        ASSERT_TRUE(found == 0 || found == rows_of_each_chunk) << "chunk " << chunk.id;
        parts += found == rows_of_each_chunk ? 1 : 0;
      }
    }
    EXPECT_EQ(arrived.rows.size(), parts * rows_of_each_chunk);
  }

  SourceCatalog catalog;
  Translation translation;
  WorkPlan plan;
  Sizing sizing;
  std::optional<Progress> progress;  // of the last run
  Arrived arrived;
  std::atomic<int> lock_releases{0};
  archive::SpillSpace* spill = nullptr;
  bool writers_wait = false;  // no writer stores anything before all is read
  Steps steps;
  std::size_t receipts = 0;
  bool losing = false;  // lanes lose their sessions now and then
  bool loses_late =
      false;  // chunk 0 is not stored, and known to be so after the lock is given back
  std::atomic<unsigned> retries{0};
};

TEST_P(CopyGraphTest, BringsEveryRowOfEveryPartOnce) {
  run();

  EXPECT_EQ(arrived.rows, all_rows());
  EXPECT_EQ(receipts, plan.chunks.size());
  for (std::size_t i = 0; i < plan.tables.size(); ++i) EXPECT_TRUE(progress->table(i).done);
}

TEST_P(CopyGraphTest, TellsOnceWhenTheLockIsNoLongerNeeded) {
  run();

  EXPECT_EQ(lock_releases, 1);
}

TEST_P(CopyGraphTest, EndsAllLanesAndThrowsTheFirstErrorOfAny) {
  try {
    run(7);
    FAIL() << "the error was lost";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the shelf is full");
  }
}

TEST_P(CopyGraphTest, SaysWhatToDoAboutAChunkThatCannotBeReadAgain) {
  loses_late = true;
  for (Chunk& chunk : plan.chunks) chunk.under_lock = chunk.id == 0;
  try {
    run();
    FAIL() << "rows of another instant were taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the writer lost a deadlock");
    EXPECT_NE(error.hint().find("--resume"), std::string::npos) << error.hint();
  }
}

TEST_P(CopyGraphTest, ReadsAllWhileNoWriterStoresAnything) {
  const ScratchFolder folder;
  archive::SpillSpace space(folder.path(), 0);

  spill = &space;
  writers_wait = true;

  run();

  EXPECT_EQ(arrived.rows, all_rows());
  EXPECT_GT(space.total_bytes(), 0U);
  EXPECT_EQ(lock_releases, 1);
}

TEST_P(CopyGraphTest, GoesOnInMemoryWhereTheSpillHasNoRoom) {
  const ScratchFolder folder;
  archive::SpillSpace space(folder.path(), 3000);

  spill = &space;

  run();

  EXPECT_EQ(arrived.rows, all_rows());
  EXPECT_LE(space.peak_bytes(), 3000U);
}

TEST_P(CopyGraphTest, LeavesNoSpillFileBehindWhenItFails) {
  const ScratchFolder folder;
  {
    archive::SpillSpace space(folder.path(), 0);
    spill = &space;
    EXPECT_THROW(run(7), Error);
    EXPECT_TRUE(std::filesystem::is_empty(space.folder()));
  }
}

/// A run that is disturbed in an order that the seed decides.
class DisturbedCopyGraph : public CopyGraphTest {};

TEST_P(DisturbedCopyGraph, BringsEveryRowWhateverTheOrderOfTheLanes) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    run(none_bad, seed);

    EXPECT_EQ(arrived.rows.size(), (3 + 1) * plan.tables.size() * rows_of_each_chunk);
    expect_whole_chunks_only();
  }
}

TEST_P(DisturbedCopyGraph, BringsEveryRowOnceThoughItsLanesLoseTheirSessions) {
  losing = true;
  for (Chunk& chunk : plan.chunks) chunk.under_lock = false;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    run(none_bad, seed);

    EXPECT_EQ(arrived.rows.size(), (3 + 1) * plan.tables.size() * rows_of_each_chunk);
    EXPECT_EQ(receipts, plan.chunks.size());
    expect_whole_chunks_only();
  }
  EXPECT_GT(retries, 20U);
}

TEST_P(DisturbedCopyGraph, EndsInOrderWhereverItIsInterrupted) {
  std::mt19937 random(GetParam());
  run();
  const unsigned steps_of_a_run = steps.made;
  for (unsigned seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    try {
      run(none_bad, seed, 1 + static_cast<unsigned>(random() % steps_of_a_run));
      FAIL() << "the interrupt was lost";
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), "stopped on request");
    }
    EXPECT_LT(receipts, plan.chunks.size());
    expect_whole_chunks_only();
  }
}

INSTANTIATE_TEST_SUITE_P(Lanes, DisturbedCopyGraph, testing::Values(1U, 4U));
INSTANTIATE_TEST_SUITE_P(Lanes, CopyGraphTest, testing::Values(1U, 4U));

}  // namespace
}  // namespace millrace
