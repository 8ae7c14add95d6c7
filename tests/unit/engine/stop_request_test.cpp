#include "engine/stop_request.h"

#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

TEST(StopRequest, IsNotRaisedAtFirst) {
  const StopRequest stop;

  EXPECT_FALSE(stop.raised());
  EXPECT_NO_THROW(stop.check());
}

TEST(StopRequest, CheckThrowsCancelledOnceRaised) {
  StopRequest stop;

  stop.raise();

  try {
    stop.check();
    FAIL() << "not thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
}

TEST(StopRequest, WakesEverybodyOnce) {
  StopRequest stop;
  int first = 0;
  int second = 0;
  const StopRequest::Waker one(stop, [&] { ++first; });
  const StopRequest::Waker two(stop, [&] { ++second; });

  stop.raise();
  stop.raise();

  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

TEST(StopRequest, DoesNotWakeWhoHasLeft) {
  StopRequest stop;
  int calls = 0;
  {
    const StopRequest::Waker gone(stop, [&] { ++calls; });
  }

  stop.raise();

  EXPECT_EQ(calls, 0);
}

TEST(StopRequest, WakesALateComerAtOnce) {
  StopRequest stop;
  stop.raise();
  int calls = 0;

  const StopRequest::Waker late(stop, [&] { ++calls; });

  EXPECT_EQ(calls, 1);
}

TEST(StopRequest, IsSeenByAnotherThread) {
  StopRequest stop;

  std::thread([&] { stop.raise(); }).join();

  EXPECT_TRUE(stop.raised());
}

TEST(StopRequest, AWakerThatEndsWhileRaisedIsCalledBeforeItIsGoneOrNotAtAll) {
  StopRequest stop;
  std::optional<int> alive = 0;
  {
    std::optional<StopRequest::Waker> waker;
    waker.emplace(stop, [&] { alive.value() += 1; });
    std::thread raiser([&] { stop.raise(); });
    waker.reset();  // waits for a call under way
    raiser.join();
  }
  const int calls = alive.value();
  alive.reset();

  EXPECT_LE(calls, 1);
}

}  // namespace
}  // namespace millrace
