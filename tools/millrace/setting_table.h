#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// One [[name]] table of a job file, free of the file's syntax: its keys with what they were set
/// to, as text.
struct SettingTable {
  enum class Kind : std::uint8_t { text, number, flag, list, mapping, tables };
  struct Entry {
    std::string key;  // with '_', never '-'
    Kind kind = Kind::text;
    std::vector<std::string> values;             // one for text, number ("12") and flag ("true")
    std::map<std::string, std::string> mapping;  // { old = "new" }
    std::vector<SettingTable> tables;            // [{ name = "a" }, { name = "b" }]
    std::string origin;                          // "'to' (job.toml, line 13)"
  };
  std::vector<Entry> entries;
  std::string origin;  // "[[cast]] (job.toml, line 12)"
};

/// What a table says, wherever it stands in its file and in whatever order.
std::string text_of(const SettingTable& table);

/// Reads the keys of one SettingTable. Errors: Error{bad_request} with the key's place in the file;
/// an unknown key with the nearest one that there is.
class TableReader {
 public:
  /// Refuses every key that is not among `keys`.
  TableReader(const SettingTable& table, std::span<const std::string_view> keys);

  const std::string& origin() const noexcept { return table_.origin; }
  bool has(std::string_view key) const noexcept { return find(key) != nullptr; }
  /// Where the key stands; the table's own place where it does not.
  const std::string& origin_of(std::string_view key) const noexcept;

  /// Text or a number, as text; none where the key is not given.
  std::optional<std::string> text(std::string_view key) const;
  /// As text(), but must be given and not empty. `example`: a line that would do.
  std::string required_text(std::string_view key, std::string_view example) const;
  std::optional<bool> flag(std::string_view key) const;
  /// One value or a list of them; empty where the key is not given.
  std::vector<std::string> list(std::string_view key) const;
  std::map<std::string, std::string> mapping(std::string_view key) const;
  std::vector<SettingTable> tables(std::string_view key) const;

 private:
  const SettingTable::Entry* find(std::string_view key) const noexcept;
  [[noreturn]] static void refuse(const std::string& origin, const std::string& why,
                                  std::string hint);

  const SettingTable& table_;
};

}  // namespace millrace
