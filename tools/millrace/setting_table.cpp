#include "tools/millrace/setting_table.h"

#include <algorithm>
#include <utility>

#include "io/error.h"
#include "io/nearest_word.h"

namespace millrace {

std::string text_of(const SettingTable& table) {
  std::map<std::string, std::string> said;
  for (const SettingTable::Entry& entry : table.entries) {
    std::string& text = said[entry.key];
    for (const std::string& value : entry.values) text += value + ";";
    for (const auto& [from, to] : entry.mapping) text += from + "=" + to + ";";
    for (const SettingTable& inner : entry.tables) text += text_of(inner) + ";";
  }
  std::string all = "{";
  for (const auto& [key, text] : said) all += key + ":" + text;
  return all + "}";
}

void TableReader::refuse(const std::string& origin, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot use " + origin + ": " + why, {}, std::move(hint));
}

TableReader::TableReader(const SettingTable& table, std::span<const std::string_view> keys)
    : table_(table) {
  for (const SettingTable::Entry& entry : table.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    const std::string_view meant = nearest_word(entry.key, keys);
    std::string known;
    for (const std::string_view key : keys) known += (known.empty() ? "" : ", ") + std::string(key);
    refuse(entry.origin, "no such key",
           meant.empty() ? "its keys are " + known : "did you mean " + std::string(meant) + "?");
  }
}

const SettingTable::Entry* TableReader::find(std::string_view key) const noexcept {
  for (const SettingTable::Entry& entry : table_.entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const std::string& TableReader::origin_of(std::string_view key) const noexcept {
  const SettingTable::Entry* const entry = find(key);
  return entry == nullptr ? table_.origin : entry->origin;
}

std::optional<std::string> TableReader::text(std::string_view key) const {
  const SettingTable::Entry* const entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->kind != SettingTable::Kind::text && entry->kind != SettingTable::Kind::number) {
    refuse(entry->origin, "it must be a string", "write it in double quotes");
  }
  return entry->values.front();
}

std::string TableReader::required_text(std::string_view key, std::string_view example) const {
  auto value = text(key);
  if (!value || value->empty()) {
    refuse(origin_of(key), "it needs " + std::string(key), "write " + std::string(example));
  }
  return *std::move(value);
}

std::optional<bool> TableReader::flag(std::string_view key) const {
  const SettingTable::Entry* const entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->kind != SettingTable::Kind::flag) {
    refuse(entry->origin, "it must be true or false", "write it without quotes");
  }
  return entry->values.front() == "true";
}

std::vector<std::string> TableReader::list(std::string_view key) const {
  const SettingTable::Entry* const entry = find(key);
  if (entry == nullptr) return {};
  if (entry->kind == SettingTable::Kind::mapping || entry->kind == SettingTable::Kind::tables) {
    refuse(entry->origin, "it must be a list", "write [\"a\", \"b\"]");
  }
  return entry->values;
}

std::map<std::string, std::string> TableReader::mapping(std::string_view key) const {
  const SettingTable::Entry* const entry = find(key);
  if (entry == nullptr) return {};
  if (entry->kind != SettingTable::Kind::mapping) {
    refuse(entry->origin, "it must be a table of strings", "write { old = \"new\" }");
  }
  return entry->mapping;
}

std::vector<SettingTable> TableReader::tables(std::string_view key) const {
  const SettingTable::Entry* const entry = find(key);
  if (entry == nullptr) return {};
  // An empty list is a list of nothing, whatever it would hold.
  const bool empty = entry->kind == SettingTable::Kind::list && entry->values.empty();
  if (entry->kind != SettingTable::Kind::tables && !empty) {
    refuse(entry->origin, "it must be a list of tables", "write [{ name = \"a\" }]");
  }
  return entry->tables;
}

}  // namespace millrace
