#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/job.h"

namespace millrace {

enum class ProgressStyle : std::uint8_t { automatic, none, plain, bar, json };

/// What one call of the program asks for: the job, and how to run and show it.
struct Request {
  Job job;
  bool source_given = false;
  bool target_given = false;

  std::string source_password_file;
  std::string target_password_file;
  std::string defaults_file;  // MySQL option file to read instead of the usual ones
  bool no_defaults = false;   // read no option file
  bool password_prompt = false;

  std::vector<std::string> reject_files;  // load --rejects only

  std::string profile;  // of the program's own job files; empty: none

  std::vector<std::string> reports;
  ProgressStyle progress = ProgressStyle::automatic;
  bool verbose = false;
  std::string log_file;

  bool ddl = false;         // plan only
  bool json = false;        // plan and check
  bool scan_given = false;  // job.scan is what was asked for, not the default
};

}  // namespace millrace
