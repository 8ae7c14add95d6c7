#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace millrace {

/// What the groups for clients say in a MySQL option file; names with '-', the later wins.
using OptionFileValues = std::map<std::string, std::string>;

/// Read [client], [client-server], [client-mariadb] and [millrace] of `path` into `values`, with
/// !include and !includedir. A group for servers is skipped.
///
/// Errors: Error{bad_request} if the file cannot be read, or naming its line if it is malformed.
/// Source: MySQL manual, "Using Option Files".
void read_option_file(const std::filesystem::path& path, OptionFileValues& values);

/// The files that MySQL's own clients read, those that exist, in their order.
std::vector<std::filesystem::path> usual_option_files();

}  // namespace millrace
