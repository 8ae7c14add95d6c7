#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/millrace/command.h"
#include "tools/millrace/request.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// What a setting's value looks like, on the command line and in a job file.
enum class ValueShape : std::uint8_t {
  url,      // "mysql://..."
  text,     // any string
  list,     // "a,b" or repeated; in a file also ["a", "b"]
  mapping,  // "old=new", repeated; in a file a table
  word,     // one of `words`
  count,    // a whole number of the setting's range
  size,     // "64MiB"; in a file also a whole number of bytes
  flag,     // given or not; in a file true or false
  texts,    // any string, repeated; each stays whole
  tables,   // in a file only: [[key]], each a table of its own
};

/// A value that has passed its shape's check; only the member of the shape is set.
struct SettingValue {
  std::string text;
  std::vector<std::string> list;  // of texts too
  std::vector<SettingTable> tables;
  std::map<std::string, std::string> mapping;
  std::size_t word = 0;  // index into Setting::words
  std::uint64_t number = 0;
  bool flag = false;
};

/// The whole numbers that a count may be, both ends among them.
struct CountRange {
  std::uint64_t least = 1;
  std::uint64_t most = 1024;
};

/// One thing that can be asked for. The command line, the job file, the help and the documentation
/// are all made from the same table, so that they cannot disagree.
struct Setting {
  std::string_view option = {};   // "--if-exists"; without dashes: stands in a call as it is
  std::string_view section = {};  // of the job file; empty: its top
  std::string_view key = {};      // in the job file; empty: not there
  ValueShape shape = ValueShape::text;
  std::string_view value = {};                   // placeholder in the help: "N", "FILE"
  std::span<const std::string_view> words = {};  // that a word is one of
  CountRange range = {};                         // of a count
  std::string_view group = {};                   // heading in the help
  CommandSet commands = {};  // that take the option; a job file may hold every key for any of them
  std::string_view help = {};
  std::string_view fallback = {};  // what holds where nothing is said: "Default: " of the help
  /// Its value as a job file has it, or the lines of its section; of an option without a key the
  /// line that says the same, if there is one.
  std::string_view example = {};
  std::string_view hint = {};  // what to do about a count or a mapping that is refused
  std::function<void(Request& request, const SettingValue& value)> apply = {};
};

/// Every setting, in the order in which they are applied and shown.
std::span<const Setting> all_settings();

/// What one setting was set to, and where.
struct Assignment {
  const Setting* setting = nullptr;
  std::vector<std::string> values;        // as given: one, or several for lists and mappings
  std::string origin;                     // for messages: "--readers", "readers (job.toml, line 4)"
  std::vector<SettingTable> tables = {};  // of a setting whose shape is tables
};

/// Put what was said into a request: for each setting the last layer that says something of it
/// replaces the others, but tables ([[cast]], [[table]]) add up.
/// Errors: Error{bad_request} naming the origin and what would do.
struct Layers {
  std::span<const Assignment> profile = {};
  std::span<const Assignment> file = {};
  std::span<const Assignment> command_line = {};
};
Request make_request(const Layers& layers);
Request make_request(std::span<const Assignment> file, std::span<const Assignment> command_line);

}  // namespace millrace
