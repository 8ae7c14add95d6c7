#include "engine/chunk_channel.h"

#include <filesystem>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/support/scratch_folder.h"

namespace millrace {
namespace {

Chunk chunk_of(std::size_t tables) {
  Chunk chunk;
  for (std::size_t i = 0; i < tables; ++i) chunk.tables.push_back(i);
  return chunk;
}

CopyBlock block_of(std::size_t rows) {
  CopyBlock block(64);
  for (std::size_t i = 0; i < rows; ++i) block.commit(1);
  return block;
}

TEST(ChunkChannel, EndsWhenTheAnnouncedBlocksAreTaken) {
  const Chunk chunk = chunk_of(1);
  ChunkChannel channel(chunk, 4);
  channel.push(0, block_of(3));
  channel.announce(0, {.blocks = 1, .rows = 3, .digest = TupleDigest{.rows = 3, .sum = 77}});

  EXPECT_EQ(channel.pop(0)->rows(), 3U);
  EXPECT_FALSE(channel.pop(0));
  EXPECT_EQ(channel.announced(0).rows, 3U);
  EXPECT_EQ(channel.announced(0).digest, (TupleDigest{.rows = 3, .sum = 77}));
}

TEST(ChunkChannel, WaitsForABlockThatTheAnnouncementOvertook) {
  const Chunk chunk = chunk_of(1);
  ChunkChannel channel(chunk, 4);
  channel.announce(0, {.blocks = 1, .rows = 2});
  auto taken = std::async(std::launch::async, [&] { return channel.pop(0)->rows(); });

  channel.push(0, block_of(2));

  EXPECT_EQ(taken.get(), 2U);
}

TEST(ChunkChannel, KeepsTheTablesOfAGroupApart) {
  const Chunk chunk = chunk_of(2);
  ChunkChannel channel(chunk, 4);
  channel.push(1, block_of(5));
  channel.announce(1, {.blocks = 1, .rows = 5});
  channel.announce(0, {});

  EXPECT_FALSE(channel.pop(0));
  EXPECT_EQ(channel.pop(1)->rows(), 5U);
  EXPECT_FALSE(channel.pop(1));
}

TEST(ChunkChannel, GivesTheReaderItsBlocksBackOnceTheWriterAbandonedIt) {
  const Chunk chunk = chunk_of(1);
  ChunkChannel channel(chunk, 1);
  channel.acquire_credit();
  channel.push(0, block_of(1));

  EXPECT_EQ(channel.abandon().size(), 1U);
  channel.acquire_credit();  // none is left, and none is needed
  EXPECT_TRUE(channel.push(0, block_of(1)));
}

TEST(ChunkChannel, TellsTheWriterThatTheReaderGaveUp) {
  const Chunk chunk = chunk_of(1);
  ChunkChannel channel(chunk, 1);
  channel.push(0, block_of(1));
  channel.give_up();

  EXPECT_THROW(channel.pop(0), Error);
  EXPECT_TRUE(channel.given_up());
}

TEST(ChunkChannel, HoldsTheReaderBackWhenItsCreditsAreSpent) {
  const Chunk chunk = chunk_of(1);
  ChunkChannel channel(chunk, 1);
  channel.acquire_credit();
  std::atomic<bool> given{false};
  auto second = std::async(std::launch::async, [&] {
    channel.acquire_credit();
    given = true;
  });

  EXPECT_FALSE(given);
  channel.return_credit();

  second.get();
  EXPECT_TRUE(given);
}

TEST(ChunkChannel, WakesBothEndsWhenClosed) {
  const Chunk chunk = chunk_of(1);
  ChunkChannel channel(chunk, 1);
  channel.acquire_credit();
  auto reader = std::async(std::launch::async, [&] { channel.acquire_credit(); });
  auto writer = std::async(std::launch::async, [&] { channel.pop(0); });

  channel.close();

  EXPECT_THROW(reader.get(), Error);
  EXPECT_THROW(writer.get(), Error);
}

/// A channel of one part with two credits, whose blocks may go to a file.
class SpillingChannel : public testing::Test {
 protected:
  SpillingChannel() { channel_.allow_spill(space_, packer_); }

  CopyBlock lent(std::size_t rows) {
    channel_.acquire_credit();
    CopyBlock block = pool_.acquire();
    for (std::size_t i = 0; i < rows; ++i) block.commit(1);
    return block;
  }

  std::uint64_t spilled_rows() {
    std::uint64_t rows = 0;
    while (const auto frame = channel_.next_spilled(0)) rows += frame->rows;
    return rows;
  }

  ScratchFolder folder_;
  archive::SpillSpace space_{folder_.path(), 0};
  archive::Packer packer_{1};
  BlockPool pool_{64, 4};
  Chunk chunk_ = chunk_of(1);
  ChunkChannel channel_{chunk_, 2};
};

TEST_F(SpillingChannel, SpillsOnlyWhenItsCreditsAreSpent) {
  CopyBlock first = lent(3);
  EXPECT_FALSE(channel_.try_spill(0, first));
  channel_.push(0, std::move(first));
  CopyBlock second = lent(4);
  EXPECT_TRUE(channel_.try_spill(0, second));

  channel_.announce(0, {.blocks = 1, .rows = 7});

  EXPECT_EQ(channel_.pop(0)->rows(), 3U);
  EXPECT_FALSE(channel_.pop(0));
  EXPECT_EQ(spilled_rows(), 4U);
}

TEST_F(SpillingChannel, ParksWhatNoWriterHasTaken) {
  channel_.push(0, lent(3));
  channel_.push(0, lent(4));
  channel_.announce(0, {.blocks = 2, .rows = 7});

  EXPECT_TRUE(channel_.park(pool_));

  EXPECT_EQ(pool_.bytes_out(), 0U);
  EXPECT_FALSE(channel_.pop(0));
  EXPECT_EQ(spilled_rows(), 7U);
}

TEST_F(SpillingChannel, DoesNotParkWhatAWriterHasTaken) {
  channel_.push(0, lent(3));
  channel_.announce(0, {.blocks = 1, .rows = 3});
  channel_.take();

  EXPECT_FALSE(channel_.park(pool_));

  EXPECT_EQ(channel_.pop(0)->rows(), 3U);
}

TEST_F(SpillingChannel, KeepsTheBlocksInMemoryWhereTheDiskIsFull) {
  std::filesystem::create_symlink("/dev/full", space_.folder() / "0.spill");
  channel_.push(0, lent(3));
  channel_.push(0, lent(4));
  channel_.announce(0, {.blocks = 2, .rows = 7});

  EXPECT_FALSE(channel_.park(pool_));

  EXPECT_EQ(channel_.pop(0)->rows(), 3U);
  EXPECT_EQ(channel_.pop(0)->rows(), 4U);
  EXPECT_FALSE(channel_.pop(0));
}

}  // namespace
}  // namespace millrace
