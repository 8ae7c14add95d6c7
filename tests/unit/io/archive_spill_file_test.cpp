#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "io/archive/spill_file.h"
#include "io/error.h"
#include "tests/support/scratch_folder.h"

namespace millrace::archive {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string read_all(SpillFile& file, std::size_t part, std::uint64_t* rows = nullptr) {
  std::string text;
  while (const auto frame = file.next(part)) {
    text.append(reinterpret_cast<const char*>(frame->tuples.data()), frame->tuples.size());
    if (rows != nullptr) *rows += frame->rows;
  }
  return text;
}

TEST(SpillFile, GivesEachPartBackWhateverTheOrderInWhichItCame) {
  const ScratchFolder folder;
  SpillSpace space(folder.path(), 0);
  SpillFile file(space, 1, 2);
  Packer packer(1);
  const std::string a(1000, 'a'), b(2000, 'b'), c(3000, 'c');

  EXPECT_TRUE(file.add(1, bytes_of(b), 2, packer));
  EXPECT_TRUE(file.add(0, bytes_of(a), 1, packer));
  EXPECT_TRUE(file.add(1, bytes_of(c), 3, packer));

  std::uint64_t rows = 0;
  EXPECT_EQ(read_all(file, 0), a);
  EXPECT_EQ(read_all(file, 1, &rows), b + c);
  EXPECT_EQ(rows, 5U);
}

TEST(SpillFile, GoesOnAfterARest) {
  const ScratchFolder folder;
  SpillSpace space(folder.path(), 0);
  SpillFile file(space, 1, 1);
  Packer packer(1);
  const std::string a(1000, 'a');

  EXPECT_TRUE(file.add(0, bytes_of(a), 1, packer));
  file.rest();
  EXPECT_TRUE(file.add(0, bytes_of(a), 1, packer));

  EXPECT_EQ(read_all(file, 0), a + a);
}

TEST(SpillFile, KeepsNothingBeyondTheLimitAndSaysSoOnce) {
  const ScratchFolder folder;
  SpillSpace space(folder.path(), 80);
  Packer packer(1);
  const std::string text(5000, 'x');
  {
    SpillFile file(space, 1, 1);
    EXPECT_TRUE(file.add(0, bytes_of(text), 1, packer));  // packs to some 50 bytes
    EXPECT_FALSE(file.add(0, bytes_of(text), 1, packer));
    EXPECT_EQ(space.full(), "the limit was reached");
    EXPECT_EQ(read_all(file, 0), text);
  }
  SpillFile next(space, 2, 1);
  EXPECT_TRUE(next.add(0, bytes_of(text), 1, packer)) << "the room came back with the file";
}

TEST(SpillFile, ADiskThatIsFullIsAnAnswerAndNoError) {
  const ScratchFolder folder;
  SpillSpace space(folder.path(), 0);
  fs::create_symlink("/dev/full", space.folder() / "1.spill");
  SpillFile file(space, 1, 1);
  Packer packer(1);

  EXPECT_FALSE(file.add(0, bytes_of("tuples"), 1, packer));

  EXPECT_EQ(space.full(), "No space left on device");
  EXPECT_FALSE(file.next(0));
}

TEST(SpillFile, DoesNotHandOutWhatTheDiskHasChanged) {
  const ScratchFolder folder;
  SpillSpace space(folder.path(), 0);
  SpillFile file(space, 1, 1);
  Packer packer(1);
  file.add(0, bytes_of(std::string(500, 'a') + "b"), 1, packer);
  {
    std::fstream disk(space.folder() / "1.spill", std::ios::in | std::ios::out | std::ios::binary);
    disk.seekp(40);
    disk.put('!');
  }

  EXPECT_THROW(file.next(0), Error);
}

TEST(SpillSpace, LeavesNothingBehind) {
  const ScratchFolder folder;
  {
    SpillSpace space(folder.path(), 0);
    SpillFile file(space, 1, 1);
    Packer packer(1);
    file.add(0, bytes_of("tuples"), 1, packer);
    EXPECT_TRUE(fs::exists(space.folder() / "1.spill"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(SpillSpace, RemovesWhatAKilledRunLeftAndNotWhatAnotherRunUses) {
  const ScratchFolder folder;
  const SpillSpace other(folder.path(), 0);
  fs::create_directory(folder.path() / "millrace-spill-killed");
  std::ofstream(folder.path() / "millrace-spill-killed" / "7.spill") << "rows";
  fs::create_directory(folder.path() / "letters");

  const SpillSpace space(folder.path(), 0);

  EXPECT_FALSE(fs::exists(folder.path() / "millrace-spill-killed"));
  EXPECT_TRUE(fs::exists(other.folder()));
  EXPECT_TRUE(fs::exists(folder.path() / "letters"));
}

TEST(SpillSpace, CountsWhatWentThroughAndWhatLayThereAtOnce) {
  const ScratchFolder folder;
  SpillSpace space(folder.path(), 0);
  space.claim(100);
  space.claim(50);
  space.give_back(100);
  space.claim(10);

  EXPECT_EQ(space.total_bytes(), 160U);
  EXPECT_EQ(space.peak_bytes(), 150U);
}

TEST(SpillSpace, NamesAFolderThatMayNotBeWritten) {
  try {
    const SpillSpace space("/dev/null/spill", 0);
    FAIL() << "that is no folder";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_NE(error.message().find("cannot spill into /dev/null/spill"), std::string::npos);
  }
}

}  // namespace
}  // namespace millrace::archive
