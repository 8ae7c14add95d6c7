#include "engine/table_mentions.h"

#include <algorithm>
#include <unordered_set>

#include "io/ascii_case.h"

namespace millrace {

namespace {

constexpr bool is_word(char letter) noexcept {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
         (letter >= 'A' && letter <= 'Z') || letter == '_' || letter == '$' ||
         static_cast<unsigned char>(letter) >= 0x80;
}

constexpr bool is_ascii(std::string_view word) noexcept {
  return std::all_of(word.begin(), word.end(),
                     [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
}

/// Call `take` with each word of `text`, as it is spelled.
template <class Take>
void each_word(std::string_view text, Take take) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    if (!is_word(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    take(text.substr(begin, end - begin));
    begin = end;
  }
}

std::vector<std::string> ascii_words(std::string_view name) {
  std::vector<std::string> words;
  each_word(name, [&](std::string_view word) {
    if (is_ascii(word)) words.push_back(lower_case(word));
  });
  return words;
}

}  // namespace

void TableMentions::add(std::string_view database, std::string_view name,
                        const std::string& table) {
  const auto [known, is_new] =
      by_name_.emplace(std::string(database) + '\0' + std::string(name), names_.size());
  if (!is_new) {
    std::vector<std::string>& tables = names_[known->second].tables;
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
    return;
  }
  Name& entry = names_.emplace_back();
  entry.database = lower_case(database);
  entry.database_words = ascii_words(database);
  entry.words = ascii_words(name);
  entry.tables = {table};
  words_.insert(entry.words.begin(), entry.words.end());
  words_.insert(entry.database_words.begin(), entry.database_words.end());
  of_database_[entry.database].push_back(known->second);
  if (entry.words.empty()) {
    wordless_.push_back(known->second);
  } else {
    by_word_[entry.words.front()].push_back(known->second);
  }
}

std::set<std::string> TableMentions::find(std::string_view database,
                                          std::string_view statement) const {
  std::unordered_set<std::string> said;  // of the words that matter
  bool drops = false;
  bool a_database = false;
  std::string word;
  each_word(statement, [&](std::string_view spelled) {
    word = lower_case(spelled);
    drops = drops || word == "drop";
    a_database = a_database || word == "database" || word == "schema";
    if (words_.contains(word)) said.insert(word);
  });
  const auto all_said = [&](const std::vector<std::string>& words) {
    return std::all_of(words.begin(), words.end(),
                       [&](const std::string& one) { return said.contains(one); });
  };
  std::set<std::string> tables;
  const std::string default_database = lower_case(database);
  const auto look_at = [&](std::size_t index) {
    const Name& name = names_[index];
    const bool its_database = name.database == default_database || all_said(name.database_words);
    if (its_database && all_said(name.words)) {
      tables.insert(name.tables.begin(), name.tables.end());
    }
  };
  for (const std::string& one : said) {
    if (const auto found = by_word_.find(one); found != by_word_.end()) {
      for (const std::size_t index : found->second) look_at(index);
    }
  }
  for (const std::size_t index : wordless_) look_at(index);
  if (drops && a_database) {  // names none of the tables that go with it
    for (const auto& [name, indexes] : of_database_) {
      if (!all_said(names_[indexes.front()].database_words)) continue;
      for (const std::size_t index : indexes) {
        tables.insert(names_[index].tables.begin(), names_[index].tables.end());
      }
    }
  }
  return tables;
}

LoggedStatement split_logged_statement(std::string_view info) {
  LoggedStatement statement{.database = {}, .text = info};
  constexpr std::string_view use = "use `";
  if (!info.starts_with(use)) return statement;
  std::string database;
  for (std::size_t at = use.size(); at < info.size(); ++at) {
    if (info[at] != '`') {
      database += info[at];
    } else if (at + 1 < info.size() && info[at + 1] == '`') {
      database += info[at++];
    } else {
      if (info.substr(at + 1, 1) != ";") break;
      statement.database = std::move(database);
      statement.text = info.substr(at + 2);
      return statement;
    }
  }
  return statement;
}

std::string first_word(std::string_view statement) {
  const std::size_t begin = statement.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  std::size_t end = begin;
  while (end < statement.size() && is_word(statement[end])) ++end;
  return lower_case(statement.substr(begin, end - begin));
}

}  // namespace millrace
