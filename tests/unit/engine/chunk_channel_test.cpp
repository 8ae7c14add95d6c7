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
  SpillingChannel() { channel.allow_spill(space, packer); }

  CopyBlock lent(std::size_t rows) {
    channel.acquire_credit();
    CopyBlock block = pool.acquire();
    for (std::size_t i = 0; i < rows; ++i) block.commit(1);
    return block;
  }

  std::uint64_t spilled_rows() {
    std::uint64_t rows = 0;
    while (const auto frame = channel.next_spilled(0)) rows += frame->rows;
    return rows;
  }

  ScratchFolder folder;
  archive::SpillSpace space{folder.path(), 0};
  archive::Packer packer{1};
  BlockPool pool{64, 4};
  Chunk chunk = chunk_of(1);
  ChunkChannel channel{chunk, 2};
};

TEST_F(SpillingChannel, SpillsOnlyWhenItsCreditsAreSpent) {
  CopyBlock first = lent(3);
  EXPECT_FALSE(channel.try_spill(0, first));
  channel.push(0, std::move(first));
  CopyBlock second = lent(4);
  EXPECT_TRUE(channel.try_spill(0, second));

  channel.announce(0, {.blocks = 1, .rows = 7});

  EXPECT_EQ(channel.pop(0)->rows(), 3U);
  EXPECT_FALSE(channel.pop(0));
  EXPECT_EQ(spilled_rows(), 4U);
}

TEST_F(SpillingChannel, ParksWhatNoWriterHasTaken) {
  channel.push(0, lent(3));
  channel.push(0, lent(4));
  channel.announce(0, {.blocks = 2, .rows = 7});

  EXPECT_TRUE(channel.park(pool));

  EXPECT_EQ(pool.bytes_out(), 0U);
  EXPECT_FALSE(channel.pop(0));
  EXPECT_EQ(spilled_rows(), 7U);
}

TEST_F(SpillingChannel, BeginsAgainFromTheFileAsTheNextAttempt) {
  channel.push(0, lent(3));
  channel.announce(0, {.blocks = 1, .rows = 3});
  ASSERT_TRUE(channel.park(pool));
  channel.take();
  ASSERT_EQ(spilled_rows(), 3U);

  EXPECT_TRUE(channel.rewind());

  EXPECT_EQ(channel.attempt(), 2U);
  EXPECT_FALSE(channel.pop(0));
  EXPECT_EQ(spilled_rows(), 3U);
}

TEST_F(SpillingChannel, DoesNotBeginAgainWhatWasNotAllInTheFile) {
  channel.push(0, lent(3));
  channel.announce(0, {.blocks = 1, .rows = 3});
  channel.take();
  ASSERT_FALSE(channel.park(pool));

  EXPECT_FALSE(channel.rewind());
  EXPECT_EQ(channel.attempt(), 1U);
}

TEST_F(SpillingChannel, DoesNotParkWhatAWriterHasTaken) {
  channel.push(0, lent(3));
  channel.announce(0, {.blocks = 1, .rows = 3});
  channel.take();

  EXPECT_FALSE(channel.park(pool));

  EXPECT_EQ(channel.pop(0)->rows(), 3U);
}

TEST_F(SpillingChannel, KeepsTheBlocksInMemoryWhereTheDiskIsFull) {
  std::filesystem::create_symlink("/dev/full", space.folder() / "0.spill");
  channel.push(0, lent(3));
  channel.push(0, lent(4));
  channel.announce(0, {.blocks = 2, .rows = 7});

  EXPECT_FALSE(channel.park(pool));

  EXPECT_EQ(channel.pop(0)->rows(), 3U);
  EXPECT_EQ(channel.pop(0)->rows(), 4U);
  EXPECT_FALSE(channel.pop(0));
}

}  // namespace
}  // namespace millrace
