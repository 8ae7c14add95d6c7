#include "tools/millrace/job_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

// The header's own code does not meet our warnings.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif
#include <toml++/toml.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "io/error.h"
#include "io/nearest_word.h"
#include "tools/millrace/job_file_reference.h"

namespace millrace {
namespace {

std::string with_underscores(std::string_view key) {
  std::string folded(key);
  std::replace(folded.begin(), folded.end(), '-', '_');
  return folded;
}

class JobFileReader {
 public:
  explicit JobFileReader(const std::string& path) : path_(path) {}

  std::vector<Assignment> read(const toml::table& top) {
    for (const auto& [key, node] : top) {
      const std::string name = with_underscores(key.str());
      const bool section = std::find(sections_.begin(), sections_.end(), name) != sections_.end();
      if (section && node.is_table()) {
        for (const auto& [inner, value] : *node.as_table()) read_key(name, inner, value);
      } else if (section) {
        refuse(name, key.source(), "it is a section", "write [" + name + "] on a line of its own");
      } else {
        read_key("", key, node);
      }
    }
    return std::move(assignments_);
  }

 private:
  std::string place(const toml::source_region& region) const {
    return path_ + ", line " + std::to_string(region.begin.line);
  }

  [[noreturn]] void refuse(const std::string& key, const toml::source_region& region,
                           const std::string& why, std::string hint) const {
    throw Error(ErrorKind::bad_request, "cannot use '" + key + "' (" + place(region) + "): " + why,
                {}, std::move(hint));
  }

  /// One table of [[name]], or one written { like = "this" }.
  SettingTable table_of(const std::string& name, const toml::table& node) const {
    SettingTable table;
    table.origin = name + " (" + place(node.source()) + ")";
    for (const auto& [key, value] : node) table.entries.push_back(entry_of(name, key, value));
    return table;
  }

  SettingTable::Entry entry_of(const std::string& name, const toml::key& key,
                               const toml::node& node) const {
    SettingTable::Entry entry;
    entry.key = with_underscores(key.str());
    entry.origin = "'" + entry.key + "' of " + name + " (" + place(key.source()) + ")";
    const toml::array* const array = node.as_array();
    if (array != nullptr && !array->empty() && array->is_homogeneous(toml::node_type::table)) {
      entry.kind = SettingTable::Kind::tables;
      for (const toml::node& item : *array) {
        entry.tables.push_back(table_of(name + "." + entry.key, *item.as_table()));
      }
    } else if (array != nullptr) {
      entry.kind = SettingTable::Kind::list;
      for (const toml::node& item : *array) {
        entry.values.push_back(scalar_text(entry, item));
      }
    } else if (const toml::table* const table = node.as_table()) {
      entry.kind = SettingTable::Kind::mapping;
      for (const auto& [from, to] : *table) {
        entry.mapping.emplace(from.str(), scalar_text(entry, to));
      }
    } else {
      if (node.is_integer() || node.is_floating_point()) entry.kind = SettingTable::Kind::number;
      if (node.is_boolean()) entry.kind = SettingTable::Kind::flag;
      entry.values.push_back(scalar_text(entry, node));
    }
    return entry;
  }

  std::string scalar_text(const SettingTable::Entry& entry, const toml::node& node) const {
    if (node.is_string()) return node.as_string()->get();
    if (node.is_integer()) return std::to_string(node.as_integer()->get());
    if (node.is_boolean()) return node.as_boolean()->get() ? "true" : "false";
    if (node.is_floating_point()) {
      std::array<char, 40> text;
      const auto end =
          std::to_chars(text.data(), text.data() + text.size(), node.as_floating_point()->get())
              .ptr;
      return {text.data(), end};
    }
    throw Error(ErrorKind::bad_request,
                "cannot use " + entry.origin + ": it must be a string, a number, true or false", {},
                "write dates and other things in double quotes");
  }

  void read_key(const std::string& section, const toml::key& key, const toml::node& node) {
    const std::string name = with_underscores(key.str());
    const std::string shown = section.empty() ? name : section + "." + name;
    const Setting* setting = nullptr;
    for (const Setting& candidate : all_settings()) {
      if (!candidate.key.empty() && candidate.section == section && candidate.key == name) {
        setting = &candidate;
      }
    }
    if (setting == nullptr) refuse_unknown(section, shown, key);
    if (setting->shape == ValueShape::tables) {
      const toml::array* const array = node.as_array();
      if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
        refuse(shown, node.source(), "it is a list of tables",
               "write [[" + shown + "]] and its keys below");
      }
      Assignment assignment;
      assignment.setting = setting;
      assignment.origin = "'" + shown + "' (" + place(node.source()) + ")";
      for (const toml::node& item : *array) {
        assignment.tables.push_back(table_of("[[" + shown + "]]", *item.as_table()));
      }
      assignments_.push_back(std::move(assignment));
      return;
    }
    assignments_.push_back({.setting = setting,
                            .values = values_of(*setting, shown, node),
                            .origin = "'" + shown + "' (" + place(node.source()) + ")"});
  }

  [[noreturn]] void refuse_unknown(const std::string& section, const std::string& shown,
                                   const toml::key& key) const {
    std::vector<std::string_view> here;
    std::vector<std::string_view> elsewhere;
    for (const Setting& setting : all_settings()) {
      if (setting.key.empty()) continue;
      (setting.section == section ? here : elsewhere).push_back(setting.key);
    }
    if (section.empty()) here.insert(here.end(), sections_.begin(), sections_.end());
    std::string_view meant = nearest_word(key.str(), here);
    if (!meant.empty()) {
      refuse(shown, key.source(), "no such key", "did you mean " + std::string(meant) + "?");
    }
    meant = nearest_word(key.str(), elsewhere);
    for (const Setting& setting : all_settings()) {
      if (meant.empty() || setting.key != meant) continue;
      refuse(shown, key.source(), "no such key",
             "did you mean " + std::string(meant) + " in " +
                 (setting.section.empty() ? std::string("the part above the first [section]?")
                                          : "[" + std::string(setting.section) + "]?"));
    }
    refuse(shown, key.source(), "no such key", "millrace docs job-file lists every key");
  }

  std::vector<std::string> values_of(const Setting& setting, const std::string& shown,
                                     const toml::node& node) const {
    const auto unfit = [&](const char* wanted, std::string hint) {
      refuse(shown, node.source(), std::string("it must be ") + wanted, std::move(hint));
    };
    std::vector<std::string> values;
    switch (setting.shape) {
      case ValueShape::list:
        if (const toml::array* array = node.as_array()) {
          for (const toml::node& item : *array) {
            if (!item.is_string()) unfit("a list of strings", "write [\"a\", \"b\"]");
            values.push_back(item.as_string()->get());
          }
        } else if (node.is_string()) {
          values.push_back(node.as_string()->get());
        } else {
          unfit("a list of strings", "write [\"a\", \"b\"] or \"a,b\"");
        }
        break;
      case ValueShape::mapping:
        if (!node.is_table()) unfit("a section", "write [" + shown + "] and its lines below");
        for (const auto& [from, to] : *node.as_table()) {
          if (!to.is_string()) unfit("a section of strings", "write each in double quotes");
          values.push_back(std::string(from.str()) + '=' + to.as_string()->get());
        }
        break;
      case ValueShape::flag:
        if (!node.is_boolean()) unfit("true or false", "write it without quotes");
        values.emplace_back(node.as_boolean()->get() ? "true" : "false");
        break;
      case ValueShape::count:
        if (!node.is_integer()) unfit("a whole number", "write it without quotes");
        values.push_back(std::to_string(node.as_integer()->get()));
        break;
      case ValueShape::size:
        if (node.is_integer()) {
          values.push_back(std::to_string(node.as_integer()->get()));
        } else if (node.is_string()) {
          values.push_back(node.as_string()->get());
        } else {
          unfit("a size", "write \"64MiB\" or a whole number of bytes");
        }
        break;
      case ValueShape::tables: break;  // read by read_key
      case ValueShape::texts:
        if (node.is_string()) {
          values.push_back(node.as_string()->get());
          break;
        }
        if (!node.is_array()) unfit("a list of strings", "write [\"a\", \"b\"]");
        for (const toml::node& item : *node.as_array()) {
          if (!item.is_string()) unfit("a list of strings", "write [\"a\", \"b\"]");
          values.push_back(item.as_string()->get());
        }
        break;
      case ValueShape::url:
      case ValueShape::text:
      case ValueShape::word:
        if (!node.is_string()) unfit("a string", "write it in double quotes");
        values.push_back(node.as_string()->get());
        break;
    }
    return values;
  }

  std::string path_;
  std::vector<std::string_view> sections_ = job_file_sections();
  std::vector<Assignment> assignments_;
};

}  // namespace

std::vector<Assignment> parse_job_file(std::string_view text, const std::string& path) {
  std::optional<toml::table> top;
  try {
    top = toml::parse(text, path);
  } catch (const toml::parse_error& fault) {
    throw Error(ErrorKind::bad_request,
                "cannot read the job file " + path + ": line " +
                    std::to_string(fault.source().begin.line) + ", column " +
                    std::to_string(fault.source().begin.column) + ": " +
                    std::string(fault.description()),
                {}, "a job file is TOML; docs/operations.md has a whole one");
  }
  return JobFileReader(path).read(*top);
}

std::vector<Assignment> read_job_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    throw Error(ErrorKind::bad_request,
                "cannot read the job file " + path + ": " + std::generic_category().message(errno),
                {}, "--job takes the path of a TOML file");
  }
  return parse_job_file(text, path);
}

}  // namespace millrace
