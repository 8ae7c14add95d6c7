#include "io/block_pool.h"

#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

constexpr std::size_t block_bytes = 1024;

TEST(BlockPool, GivesOutNoMoreThanItHas) {
  BlockPool pool(block_bytes, 2);
  CopyBlock first = pool.acquire();
  CopyBlock second = pool.acquire();
  EXPECT_EQ(pool.bytes_out(), 2 * block_bytes);

  std::promise<void> waiting;
  auto third = std::async(std::launch::async, [&] {
    waiting.set_value();
    return pool.acquire();
  });
  waiting.get_future().wait();
  EXPECT_EQ(pool.bytes_out(), 2 * block_bytes);
  pool.release(std::move(first));

  EXPECT_EQ(third.get().capacity_bytes(), block_bytes);
  pool.release(std::move(second));
}

TEST(BlockPool, BringsBlocksHomeEmpty) {
  BlockPool pool(block_bytes, 1);
  CopyBlock block = pool.acquire();
  block.commit(100);

  pool.release(std::move(block));

  EXPECT_EQ(pool.bytes_out(), 0U);
  EXPECT_TRUE(pool.acquire().empty());
}

TEST(BlockPool, LetsOneHugeRowThroughThoughThePoolIsEmpty) {
  BlockPool pool(block_bytes, 1);
  const CopyBlock ordinary = pool.acquire();

  CopyBlock huge = pool.acquire(100 * block_bytes);

  EXPECT_EQ(huge.capacity_bytes(), 100 * block_bytes);
}

TEST(BlockPool, GivesOutOneHugeBlockAtATime) {
  BlockPool pool(block_bytes, 1);
  CopyBlock first = pool.acquire(10 * block_bytes);
  std::atomic<bool> second_given{false};
  auto second = std::async(std::launch::async, [&] {
    CopyBlock block = pool.acquire(20 * block_bytes);
    second_given = true;
    return block;
  });

  EXPECT_FALSE(second_given);
  pool.release(std::move(first));

  EXPECT_EQ(second.get().capacity_bytes(), 20 * block_bytes);
}

TEST(BlockPool, WakesAllThatWaitWhenClosed) {
  BlockPool pool(block_bytes, 1);
  const CopyBlock only = pool.acquire();
  std::vector<std::future<bool>> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.push_back(std::async(std::launch::async, [&] {
      try {
        pool.acquire();
        return false;
      } catch (const Error& error) {
        return error.kind() == ErrorKind::cancelled;
      }
    }));
  }

  pool.close();

  for (auto& waiter : waiters) EXPECT_TRUE(waiter.get());
}

}  // namespace
}  // namespace millrace
