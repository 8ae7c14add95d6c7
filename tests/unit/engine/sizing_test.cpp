#include "engine/sizing.h"

#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

TEST(Sizing, AChunkWithAnOpenCopyCanAlwaysGetABlock) {
  for (const unsigned lanes : {1U, 2U, 8U, 32U, 64U}) {
    const Sizing sizing = work_out_sizing({.readers = lanes, .writers = lanes}, {.cores = 64});

    EXPECT_GE(sizing.blocks, sizing.credits * sizing.open_chunks) << lanes << " lanes";
    EXPECT_GE(sizing.credits, 2U) << lanes << " lanes";
  }
}

TEST(Sizing, ThePoolLeavesRoomInTheBudget) {
  for (const unsigned lanes : {1U, 2U, 8U, 32U}) {
    const Sizing sizing = work_out_sizing({.readers = lanes, .writers = lanes}, {.cores = 2});

    EXPECT_LE(sizing.blocks * sizing.block_bytes, sizing.memory_bytes * 2 / 3) << lanes << " lanes";
  }
}

TEST(Sizing, LanesFollowTheCores) {
  EXPECT_EQ(work_out_sizing({}, {.cores = 2}).readers, 2U);
  EXPECT_EQ(work_out_sizing({}, {.cores = 8}).writers, 16U);
}

TEST(Sizing, LanesStayWithinTheTargetsFreeConnections) {
  const Sizing sizing = work_out_sizing({}, {.cores = 32, .target_connections = 10});

  EXPECT_LE(sizing.writers + sizing.builders + 1, 10U);
  EXPECT_GE(sizing.writers, 1U);
  EXPECT_GE(sizing.builders, 1U);
}

TEST(Sizing, RefusesMoreWritersThanTheTargetHasConnections) {
  try {
    work_out_sizing({.writers = 50}, {.cores = 2, .target_connections = 10});
    FAIL() << "should have refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::exhausted);
    EXPECT_NE(error.hint().find("--writers"), std::string::npos);
  }
}

TEST(Sizing, RefusesABudgetThatIsTooSmallForItsLanes) {
  try {
    work_out_sizing({.readers = 64, .writers = 64, .memory_bytes = 64 * mebibyte}, {.cores = 2});
    FAIL() << "should have refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_NE(error.hint().find("--memory"), std::string::npos);
  }
}

}  // namespace
}  // namespace millrace
