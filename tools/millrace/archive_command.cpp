#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/archive_check.h"
#include "engine/quantity_text.h"
#include "io/error.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/signals.h"

namespace millrace {
namespace {

std::string check_json(const ArchiveCheck& check) {
  const nlohmann::ordered_json json = {
      {"complete", check.complete}, {"tables", check.tables},
      {"chunks", check.chunks},     {"chunks_whole", check.chunks_there},
      {"rows", check.rows},         {"file_bytes", check.file_bytes},
      {"faults", check.faults}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string check_text(const ArchiveCheck& check) {
  std::string text;
  for (const std::string& fault : check.faults) text += fault + '\n';
  text += fmt::format("{} tables, {} of {} chunks whole, {} rows, {}\n", check.tables,
                      check.chunks_there, check.chunks, count_text(check.rows),
                      data_text(static_cast<double>(check.file_bytes)));
  return text;
}

}  // namespace

int run_archive_verify(const CommandLine& line) {
  StopRequest stop;
  const SignalWatch signals(stop);
  const std::string& folder = line.request.job.archive;
  const unsigned lanes = std::clamp(std::thread::hardware_concurrency(), 1U, 32U);
  const ArchiveCheck check = check_archive(folder, lanes, stop);
  const std::string text = line.request.json ? check_json(check) : check_text(check);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!check.faults.empty()) {
    throw Error(ErrorKind::bad_data,
                fmt::format("cannot vouch for archive {}: {} of {} chunks are missing or broken",
                            folder, check.faults.size(), check.chunks),
                {}, "copy those files anew from where they were extracted, or extract again");
  }
  if (!check.complete) {
    throw Error(ErrorKind::bad_request,
                fmt::format("archive {} is not complete: {} of {} chunks are there, all of them "
                            "whole",
                            folder, check.chunks_there, check.chunks),
                {}, "go on with it: millrace extract SOURCE " + folder + " --resume");
  }
  return 0;
}

}  // namespace millrace
