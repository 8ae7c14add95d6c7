#include "engine/kept_chunks.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/archive/durable_file.h"
#include "operators/tuple_digest.h"
#include "tests/support/scratch_folder.h"

namespace millrace {
namespace {

namespace fs = std::filesystem;

/// An archive of one table in three chunks of a tuple each, of which all files are there.
class KeptChunksTest : public testing::Test {
 protected:
  KeptChunksTest() {
    fs::create_directory(folder.path() / "chunks");
    table.target.name = "orders";
    plan.tables.push_back({.source = nullptr,
                           .translated = &table,
                           .encoder = RowEncoder({}),
                           .select = {},
                           .copy_sql = {},
                           .key_columns = {}});
    manifest.tables.push_back({.source = "shop.orders",
                               .engine = {},
                               .update_time = {},
                               .next_auto_increment = {},
                               .target = table.target});
    for (std::uint64_t id = 0; id < 3; ++id) {
      manifest.chunks.push_back({.id = id, .tables = {0}, .tail = {}, .totals = {}});
      write(id);
    }
  }

  static std::span<const std::byte> tuple() { return std::as_bytes(std::span("\0\1\0\0\0\1x", 7)); }

  void write(std::uint64_t id, std::uint64_t wrong = 0) {
    archive::Packer packer(1);
    archive::ChunkFileWriter file(path(id), archive::header_of(manifest, manifest.chunks[id]),
                                  packer);
    file.add(0, tuple(), 1);
    file.finish(std::vector<std::uint64_t>{tuple_hash(tuple()) + wrong});
  }

  fs::path path(std::uint64_t id) const { return archive::chunk_path(folder.path(), id); }

  std::vector<std::uint8_t> kept() {
    StopRequest stop;
    return find_kept_chunks(folder.path(), manifest, plan, 2, stop);
  }

  ScratchFolder folder;
  TranslatedTable table;
  WorkPlan plan;
  archive::Manifest manifest;
};

TEST_F(KeptChunksTest, AreThoseWhoseFilesAreThereAndWhole) {
  const std::string whole = archive::read_file(path(0));
  archive::write_file(path(0), whole.substr(0, whole.size() - 1));
  fs::remove(path(1));

  EXPECT_EQ(kept(), (std::vector<std::uint8_t>{0, 0, 1}));
  EXPECT_FALSE(manifest.chunks[0].totals);
  EXPECT_EQ(manifest.chunks[2].totals->parts[0].rows, 1U);
}

TEST_F(KeptChunksTest, HaveTheProofsThatALoadComparesWith) {
  kept();

  EXPECT_EQ(manifest.chunks[1].proofs, std::vector<std::uint64_t>{tuple_hash(tuple())});
}

TEST_F(KeptChunksTest, HaveNoProofsWhereTheRunMakesNone) {
  plan.digests = false;

  EXPECT_EQ(kept(), (std::vector<std::uint8_t>{1, 1, 1}));
  EXPECT_TRUE(manifest.chunks[1].proofs.empty());
}

TEST_F(KeptChunksTest, AreNotThoseWhoseRowsDifferFromTheirDigest) {
  write(1, 1);

  EXPECT_EQ(kept(), (std::vector<std::uint8_t>{1, 0, 1}));
}

TEST_F(KeptChunksTest, AreNotReadAgainAndCountWithTheOthers) {
  archive::write_chunk_faults(
      folder.path(), 2, std::vector<archive::PartFaults>{{.rows_rejected = 3, .values_nulled = 4}});
  fs::remove(path(0));

  restore_chunks(manifest, kept(), plan);

  ASSERT_EQ(plan.chunks.size(), 1U);
  EXPECT_EQ(plan.chunks[0].id, 0U);
  EXPECT_EQ(plan.chunks_of[0], 3U);
  EXPECT_EQ(plan.chunks_to_do(0), 1U);
  EXPECT_EQ(plan.stored_of[0].rows, 2U);
  EXPECT_EQ(plan.stored_of[0].copy_bytes, 14U);
  EXPECT_EQ(plan.stored_of[0].rows_rejected, 3U);
  EXPECT_EQ(plan.stored_of[0].values_nulled, 4U);
}

}  // namespace
}  // namespace millrace
