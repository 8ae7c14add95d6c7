#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/unit/engine/report_builder.h"

namespace millrace {
namespace {

namespace fs = std::filesystem;

/// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "millrace_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ReportFile, WritesByItsExtension) {
  const Folder folder;

  write_report(complete_report(), folder.file("run.json"));
  write_report(complete_report(), folder.file("run.html"));

  EXPECT_EQ(text_of(folder.file("run.json")), report_json(complete_report()));
  EXPECT_EQ(text_of(folder.file("run.html")), report_html(complete_report()));
}

TEST(ReportFile, ReplacesAnOlderReportAndLeavesNothingBeside) {
  const Folder folder;
  write_report(failed_report(), folder.file("run.json"));

  write_report(complete_report(), folder.file("run.json"));

  EXPECT_EQ(text_of(folder.file("run.json")), report_json(complete_report()));
  EXPECT_EQ(folder.entries(), 1);
}

TEST(ReportFile, RefusesAnUnknownExtension) {
  const Folder folder;

  EXPECT_THROW(write_report(complete_report(), folder.file("run.txt")), Error);
  EXPECT_EQ(folder.entries(), 0);
}

TEST(ReportFile, NamesThePathThatCannotBeWritten) {
  const Folder folder;
  const std::string path = folder.file("missing/run.json");

  try {
    write_report(complete_report(), path);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
  }
}

}  // namespace
}  // namespace millrace
