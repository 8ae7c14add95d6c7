#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "engine/report.h"
#include "io/error.h"

namespace millrace {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot write the report " + path + ": " + why, {},
              std::move(hint));
}

std::string last_fault() { return std::generic_category().message(errno); }

}  // namespace

void write_report(const RunReport& report, const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension != ".json" && extension != ".html") {
    refuse(path, "unknown extension '" + extension + "'", "name it .json or .html");
  }
  const std::string text = extension == ".json" ? report_json(report) : report_html(report);

  // Beside the file, then renamed: whoever watches the path sees a whole report or none. A device
  // or pipe cannot be renamed over, so it is written in place.
  const bool in_place = std::filesystem::exists(path) && !std::filesystem::is_regular_file(path);
  const std::string written = in_place ? path : path + ".part";
  errno = 0;
  {
    std::ofstream file(written, std::ios::binary | std::ios::trunc);
    if (!file) refuse(path, last_fault(), "name a file in a folder that exists and may be written");
    file << text;
    file.flush();
    if (!file) {
      const std::string why = last_fault();
      if (!in_place) std::remove(written.c_str());
      refuse(path, why, "free some disk space or name another folder");
    }
  }
  if (in_place) return;
  std::error_code fault;
  std::filesystem::rename(written, path, fault);
  if (fault) refuse(path, fault.message(), "name a file that may be written");
}

}  // namespace millrace
