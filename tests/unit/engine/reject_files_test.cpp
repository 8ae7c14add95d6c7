#include "engine/reject_files.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/work_plan.h"
#include "io/error.h"
#include "tests/unit/tools/temporary_folder.h"

namespace millrace {
namespace {

namespace fs = std::filesystem;

/// Two tables whose rows may be rejected, and a folder for their files.
class RejectFilesTest : public testing::Test {
 protected:
  RejectFilesTest() {
    sources.resize(2);
    for (SourceTable& source : sources) source.database = "shop";
    sources[0].name = "orders";
    sources[1].name = "a/b %";
    translated.resize(2);
    for (std::size_t i = 0; i < 2; ++i) {
      translated[i].target.schema = "shop";
      translated[i].target.name = sources[i].name;
      plan.tables.push_back({.source = &sources[i],
                             .translated = &translated[i],
                             .encoder = RowEncoder({}),
                             .select = {},
                             .copy_sql = {},
                             .key_columns = {}});
    }
  }

  std::unique_ptr<ChunkRejects> rejects(RejectFiles& files, std::uint64_t chunk, int lines,
                                        std::size_t table = 0) {
    auto made = std::make_unique<ChunkRejects>(files, table, chunk);
    for (int i = 0; i < lines; ++i) {
      made->add("{\"chunk\":" + std::to_string(chunk) + ",\"line\":" + std::to_string(i) + "}\n");
    }
    return made;
  }

  /// The lines of a table's file, without its header.
  std::vector<std::string> lines(std::size_t table = 0) const {
    std::ifstream file(RejectFiles(folder.path("rejects"), plan).path_of(table));
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    if (!all.empty()) {
      EXPECT_NE(all[0].find("\"millrace\":\"rejects\""), std::string::npos);
      all.erase(all.begin());
    }
    return all;
  }

  std::size_t files() const {
    if (!fs::exists(folder.path("rejects"))) return 0;
    const auto each = fs::directory_iterator(folder.path("rejects"));
    return static_cast<std::size_t>(std::distance(begin(each), end(each)));
  }

  TemporaryFolder folder;
  std::vector<SourceTable> sources;
  std::vector<TranslatedTable> translated;
  WorkPlan plan;
};

TEST_F(RejectFilesTest, NothingIsMadeUnlessARowIsRejected) {
  const RejectFiles files(folder.path("rejects"), plan);
  files.refuse_old_files();

  EXPECT_EQ(this->files(), 0U);
}

TEST_F(RejectFilesTest, RowsOfACommittedChunkAreInTheTablesFile) {
  RejectFiles files(folder.path("rejects"), plan);
  auto first = rejects(files, 1, 2);
  auto second = rejects(files, 2, 1);
  first->sync();
  second->sync();
  EXPECT_TRUE(lines().empty());
  second->join();
  first->join();
  first.reset();
  second.reset();

  EXPECT_EQ(lines(),
            (std::vector<std::string>{"{\"chunk\":2,\"line\":0}", "{\"chunk\":1,\"line\":0}",
                                      "{\"chunk\":1,\"line\":1}"}));
  EXPECT_EQ(this->files(), 1U);
}

TEST_F(RejectFilesTest, RowsOfAChunkThatWasRolledBackGo) {
  RejectFiles files(folder.path("rejects"), plan);
  auto unsynced = rejects(files, 1, 2);
  auto synced = rejects(files, 2, 2);
  synced->sync();
  unsynced.reset();
  synced.reset();

  EXPECT_EQ(this->files(), 0U);
}

TEST_F(RejectFilesTest, SecondTryOfAChunkIsNotInTheWayOfTheFirst) {
  RejectFiles files(folder.path("rejects"), plan);
  auto first = rejects(files, 1, 2);
  auto second = rejects(files, 1, 2);
  first.reset();
  second->sync();
  second->join();
  second.reset();

  EXPECT_EQ(lines().size(), 2U);
}

TEST_F(RejectFilesTest, ManyRowsAreThereWhole) {
  RejectFiles files(folder.path("rejects"), plan);
  auto many = rejects(files, 7, 40'000);
  many->sync();
  many->join();

  const auto all = lines();
  ASSERT_EQ(all.size(), 40'000U);
  EXPECT_EQ(all.back(), "{\"chunk\":7,\"line\":39999}");
}

TEST_F(RejectFilesTest, ANameThatIsNoFileNameIsSpeltOut) {
  RejectFiles files(folder.path("rejects"), plan);
  auto odd = rejects(files, 1, 1, 1);
  odd->sync();
  odd->join();

  EXPECT_EQ(fs::path(files.path_of(1)).filename(), "shop.a%2Fb%20%25.jsonl");
  EXPECT_EQ(lines(1).size(), 1U);
}

TEST_F(RejectFilesTest, OldFilesAreRefusedByName) {
  RejectFiles files(folder.path("rejects"), plan);
  auto old = rejects(files, 1, 1);
  old->sync();
  old->keep();
  old.reset();

  try {
    files.refuse_old_files();
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_NE(error.message().find("shop.orders.jsonl.chunk-1"), std::string::npos);
  }
}

TEST_F(RejectFilesTest, FilesOfOtherTablesAreNotMinded) {
  RejectFiles files(folder.path("rejects"), plan);
  fs::create_directories(folder.path("rejects"));
  std::ofstream(folder.path("rejects") + "/shop.other.jsonl") << "\n";

  EXPECT_NO_THROW(files.refuse_old_files());
}

// What a killed run may leave: chunk 1 joined, 2 committed but not joined, 3 joined in part, 4 not
// committed, 5 in the table's file though the ledger does not know it, 6 never synced.
TEST_F(RejectFilesTest, SettlingMakesTheFilesFitTheTarget) {
  RejectFiles files(folder.path("rejects"), plan);
  for (const std::uint64_t chunk : {1U, 5U}) {
    auto joined = rejects(files, chunk, 2);
    joined->sync();
    joined->join();
  }
  for (const std::uint64_t chunk : {2U, 3U, 4U}) {
    auto kept = rejects(files, chunk, 2);
    kept->sync();
    kept->keep();
  }
  auto draft = rejects(files, 6, 2);
  draft->keep();
  draft.reset();
  std::ofstream(files.path_of(0), std::ios::app) << "{\"chunk\":3,\"line\":0}\n{\"chunk\":3,\"li";

  const auto rows = files.settle([](std::uint64_t chunk) { return chunk <= 3; });

  EXPECT_EQ(rows, (std::map<std::size_t, std::uint64_t>{{0, 6}}));
  auto all = lines();
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all,
            (std::vector<std::string>{"{\"chunk\":1,\"line\":0}", "{\"chunk\":1,\"line\":1}",
                                      "{\"chunk\":2,\"line\":0}", "{\"chunk\":2,\"line\":1}",
                                      "{\"chunk\":3,\"line\":0}", "{\"chunk\":3,\"line\":1}"}));
  EXPECT_EQ(this->files(), 1U);
  files.settle([](std::uint64_t chunk) { return chunk <= 3; });
  EXPECT_EQ(lines().size(), 6U) << "settling twice changes nothing";
}

TEST_F(RejectFilesTest, AFullOrClosedFolderIsNamed) {
  RejectFiles files(folder.path("file") + "/below", plan);
  std::ofstream(folder.path("file")) << "";

  try {
    const ChunkRejects made(files, 0, 1);
    ADD_FAILURE() << "made below a file";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("/below/shop.orders.jsonl"), std::string::npos);
    EXPECT_NE(error.hint().find("--reject-dir"), std::string::npos);
  }
}

}  // namespace
}  // namespace millrace
