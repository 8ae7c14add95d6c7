#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "io/archive/chunk_file.h"
#include "io/error.h"
#include "tests/support/scratch_folder.h"

namespace millrace::archive {
namespace {

namespace fs = std::filesystem;

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void overwrite(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// A chunk file with two parts: one of text that packs well, one of noise that does not pack.
class ChunkFileTest : public testing::Test {
 protected:
  ChunkFileTest() : path(folder.path() / "00000007.chunk"), noise(3000, '\0') {
    std::minstd_rand random(7);
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<char>(random() >> 8); });
    Packer packer(1);
    ChunkFileWriter file(path, header, packer);
    file.add(0, bytes_of(words), 40);
    file.add(0, bytes_of(words), 40);
    file.add(1, bytes_of(noise), 3);
    written = file.finish(std::vector<std::uint64_t>{11, 22});
  }

  /// Read to the end; the tuples of all frames, one after the other.
  static std::string read(const fs::path& path, ChunkTotals* totals = nullptr) {
    ChunkFileReader file(path);
    std::string text;
    while (const auto frame = file.next()) {
      std::vector<std::byte> tuples(frame->raw_bytes);
      file.unpack(tuples);
      text.append(reinterpret_cast<const char*>(tuples.data()), tuples.size());
    }
    if (totals != nullptr) *totals = file.totals();
    return text;
  }

  static std::string fault_of(const fs::path& path) {
    try {
      read(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_data);
      return error.message();
    }
    return "none";
  }

  ScratchFolder folder;
  fs::path path;
  ChunkHeader header{.chunk = 7, .parts = {{.table = 3, .signature = 33}, {4, 44}}};
  std::string words = std::string(5000, 'a') + std::string(5000, 'b');
  std::string noise;
  ChunkTotals written;
};

TEST_F(ChunkFileTest, GivesBackWhatWasWritten) {
  ChunkTotals totals;

  EXPECT_EQ(read(path, &totals), words + words + noise);

  EXPECT_EQ(ChunkFileReader(path).header(), header);
  EXPECT_EQ(totals, written);
  EXPECT_EQ(totals.parts[0], (PartTotal{.rows = 80, .raw_bytes = 20000, .digest = 11}));
  EXPECT_EQ(totals.parts[1], (PartTotal{.rows = 3, .raw_bytes = 3000, .digest = 22}));
  EXPECT_EQ(totals.file_bytes, fs::file_size(path));
}

TEST_F(ChunkFileTest, PacksWhatPacksAndStoresTheRestAsItIs) {
  EXPECT_LT(written.file_bytes, 3000 + 500);
  EXPECT_NE(content(path).find(noise), std::string::npos);
}

TEST_F(ChunkFileTest, FindsAFlippedBitOfEveryByte) {
  const std::string whole = content(path);
  const fs::path broken = folder.path() / "broken.chunk";
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string text = whole;
    text[at] = static_cast<char>(text[at] ^ (1 << (at % 8)));
    overwrite(broken, text);

    EXPECT_THROW(read(broken), Error) << "byte " << at << " of " << whole.size();
  }
}

TEST_F(ChunkFileTest, FindsEveryTruncation) {
  const std::string whole = content(path);
  const fs::path broken = folder.path() / "broken.chunk";
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    overwrite(broken, whole.substr(0, bytes));

    EXPECT_THROW(read(broken), Error) << bytes << " of " << whole.size() << " bytes";
  }
}

TEST_F(ChunkFileTest, NamesTheFileAndTheOffsetOfWhatIsBroken) {
  std::string text = content(path);
  const std::size_t in_noise = text.find(noise);
  text[in_noise + 100] = static_cast<char>(text[in_noise + 100] ^ 1);
  overwrite(path, text);

  EXPECT_EQ(fault_of(path), "cannot use chunk file " + path.string() +
                                ": a frame differs from its checksum at offset " +
                                std::to_string(in_noise - 32));
}

TEST_F(ChunkFileTest, NamesTheOffsetAtWhichATruncatedFileEnds) {
  overwrite(path, content(path).substr(0, 100));

  EXPECT_EQ(fault_of(path),
            "cannot use chunk file " + path.string() + ": it ends within a frame at offset 100");
}

TEST_F(ChunkFileTest, RefusesBytesAfterItsEnd) {
  overwrite(path, content(path) + "x");

  EXPECT_EQ(fault_of(path), "cannot use chunk file " + path.string() +
                                ": something follows its end at offset " +
                                std::to_string(written.file_bytes));
}

TEST_F(ChunkFileTest, RefusesAFileOfALaterVersion) {
  std::string text = content(path);
  text[8] = 2;
  overwrite(path, text);

  EXPECT_EQ(fault_of(path), "cannot use chunk file " + path.string() +
                                ": it is of version 2, this program reads 1 at offset 8");
}

TEST_F(ChunkFileTest, IsNotThereUntilItIsFinished) {
  const fs::path unfinished = folder.path() / "00000008.chunk";
  {
    Packer packer(1);
    ChunkFileWriter file(unfinished, header, packer);
    file.add(0, bytes_of(words), 40);
    EXPECT_FALSE(fs::exists(unfinished));
    EXPECT_TRUE(fs::exists(unfinished.string() + ".tmp"));
  }
  EXPECT_FALSE(fs::exists(unfinished));
  EXPECT_FALSE(fs::exists(unfinished.string() + ".tmp"));
}

TEST(ChunkFile, TellsADiskThatIsFull) {
  Packer packer(1);
  try {
    // /dev/full refuses every byte, as a full disk does; a folder of links stands for its disk.
    const ScratchFolder folder;
    fs::create_symlink("/dev/full", folder.path() / "0.chunk.tmp");
    ChunkFileWriter file(folder.path() / "0.chunk", {}, packer);
    FAIL() << "nothing was written, and nobody said so";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::exhausted);
    EXPECT_NE(error.message().find("No space left on device"), std::string::npos);
  }
}

/// The lines of hexadecimal digits in the page's worked example, as bytes.
std::string example_bytes() {
  std::ifstream page(MILLRACE_ROOT "/docs/formats/archive.md");
  std::string text, line;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line == "```hex") {
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      for (std::size_t at = 0; at + 1 < line.size() && line[at] != ' '; at += 2) {
        text += static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16));
        if (at + 2 < line.size() && line[at + 2] == ' ' && line[at + 3] != ' ') ++at;
      }
    }
  }
  return text;
}

TEST(ChunkFile, IsWrittenAsTheWorkedExampleOfTheFormatsPageSays) {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "00000005.chunk";
  Packer packer(1);
  // Two rows of (integer, text): (1, 'one') and (2, NULL).
  const std::string tuples("\0\2\0\0\0\4\0\0\0\1\0\0\0\3one\0\2\0\0\0\4\0\0\0\2\xff\xff\xff\xff",
                           31);
  ChunkFileWriter file(path, {.chunk = 5, .parts = {{.table = 2, .signature = 0x1122334455667788}}},
                       packer);
  file.add(0, bytes_of(tuples), 2);
  file.finish(std::vector<std::uint64_t>{0x0102030405060708});

  EXPECT_EQ(content(path), example_bytes());
}

}  // namespace
}  // namespace millrace::archive
