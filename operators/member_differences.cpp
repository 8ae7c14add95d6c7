#include "operators/member_differences.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "operators/table_shape.h"
#include "operators/text_comparison.h"

namespace millrace {

namespace {

constexpr std::size_t most_told = 3;  // as many still read at a glance

/// What tables say, and which of them: the same text is counted, not repeated.
class Sayings {
 public:
  void add(std::string text, const std::string& table) {
    const auto [known, is_new] = at_.try_emplace(std::move(text), said_.size());
    if (is_new) said_.push_back({known->first, table, 0});
    ++said_[known->second].n_tables;
  }

  bool agree() const noexcept { return said_.size() < 2; }
  bool empty() const noexcept { return said_.empty(); }
  const std::string& first() const noexcept { return said_.front().text; }

  /// "DEFAULT '5' of 2qube.work and 7 more, no DEFAULT of 3qube.work".
  /// `from`: 1 leaves out what the first table says.
  std::string list(std::size_t from) const {
    std::string text;
    for (std::size_t i = from; i < said_.size(); ++i) {
      if (i == from + most_told) {
        return text + " and " + std::to_string(said_.size() - i) + " others";
      }
      const Said& said = said_[i];
      text += (text.empty() ? "" : ", ") + said.text + " of " + said.table;
      if (said.n_tables > 1) text += " and " + std::to_string(said.n_tables - 1) + " more";
    }
    return text;
  }

 private:
  struct Said {
    std::string text;
    std::string table;  // the first that says it
    std::size_t n_tables = 0;
  };
  std::vector<Said> said_;
  std::unordered_map<std::string, std::size_t> at_;  // in said_, by text
};

std::string default_of(const SourceColumn& column) {
  std::string text;
  switch (column.default_kind) {
    case DefaultKind::none: text = "no DEFAULT"; break;
    case DefaultKind::null: text = "DEFAULT NULL"; break;
    case DefaultKind::literal: text = "DEFAULT '" + column.default_text + "'"; break;
    case DefaultKind::expression: text = "DEFAULT " + column.default_text; break;
  }
  if (column.on_update_current_timestamp) text += " ON UPDATE CURRENT_TIMESTAMP";
  return text;
}

std::string quoted(const std::string& comment) { return "'" + comment + "'"; }

/// One call of member_differences().
class Differences {
 public:
  Differences(const SourceTable& merged, const std::vector<const SourceTable*>& members)
      : merged_(merged), members_(members) {
    for (const SourceTable* table : members) {
      // Of thousands of tables nearly all hold the first one's columns: they say what it says.
      const bool is_first = table == members.front();
      if (is_first || !table->columns.shares_with(members.front()->columns)) {
        with_own_columns_.push_back(table);
      }
    }
  }

  std::vector<TranslationNote> run() {
    note_comments(merged_.full_name(), merged_.comment, members_,
                  [](const SourceTable& table) { return &table.comment; });
    for (const SourceColumn& column : merged_.columns) note_column(column);
    for (const SourceIndex& index : merged_.indexes) note_index(index);
    note_partitions();
    return std::move(notes_);
  }

 private:
  void note(std::string topic, std::string where, std::string message) {
    notes_.push_back({std::move(topic), std::move(where), std::move(message)});
  }

  /// What the tables have of a column, in words.
  template <class Words>
  Sayings of_column(const std::string& name, Words words) const {
    Sayings sayings;
    for (const SourceTable* table : with_own_columns_) {
      const SourceColumn* const own = find_column(*table, name);
      if (own != nullptr) sayings.add(words(*own), table->full_name());
    }
    return sayings;
  }

  void note_column(const SourceColumn& column) {
    const std::string where = merged_.full_name() + "." + column.name;
    const Sayings defaults = of_column(column.name, default_of);
    if (!defaults.agree()) {
      note("default", where,
           "becomes " + defaults.first() + " for all, as " + members_.front()->full_name() +
               " has it; left out: " + defaults.list(1));
    }
    if (holds_text(column)) {
      const Sayings collations =
          of_column(column.name, [](const SourceColumn& own) { return own.collation; });
      if (!collations.agree()) {
        note("collation", where,
             "is compared as " + collations.first() + " of " + members_.front()->full_name() +
                 " is, for all; left out: " + collations.list(1) +
                 "; a [[collation]] rule for it says otherwise");
      }
    }
    note_comments(where, column.comment, with_own_columns_, [&](const SourceTable& table) {
      const SourceColumn* const own = find_column(table, column.name);
      return own == nullptr ? nullptr : &own->comment;
    });
  }

  /// A table without a comment loses none.
  template <class CommentOf>
  void note_comments(std::string where, const std::string& taken,
                     const std::vector<const SourceTable*>& tables, CommentOf comment_of) {
    Sayings left_out;
    for (const SourceTable* table : tables) {
      const std::string* const comment = comment_of(*table);
      if (comment == nullptr || comment->empty() || *comment == taken) continue;
      left_out.add(quoted(*comment), table->full_name());
    }
    if (left_out.empty()) return;
    note("comment", std::move(where),
         (taken.empty() ? std::string("gets no comment") : "gets the comment " + quoted(taken)) +
             ", as " + members_.front()->full_name() + " has it; left out: " + left_out.list(0));
  }

  /// The index of a table that became `index`, which is without the source column; null: it has
  /// none.
  static const SourceIndex* own_index(const SourceTable& table, const SourceIndex& index) {
    const SourceIndex* found = nullptr;
    for (const SourceIndex& own : table.indexes) {
      if (!same_index(own, index)) continue;
      if (own.name == index.name) return &own;
      if (found == nullptr) found = &own;
    }
    return found;
  }

  void note_index(SourceIndex index) {
    if (index.unique) index.parts.erase(index.parts.begin());
    Sayings names, comments;
    for (const SourceTable* table : members_) {
      const SourceIndex* const own = own_index(*table, index);
      if (own == nullptr) continue;
      if (own->name != index.name) names.add(own->name, table->full_name());
      // That of the one table's index is noted where indexes are translated.
      if (!own->comment.empty() && own->comment != index.comment) {
        comments.add(quoted(own->comment), table->full_name());
      }
    }
    if (!names.empty()) {
      note("index", merged_.full_name(),
           "index " + index.name + " also has other names, which are left out: " + names.list(0));
    }
    if (!comments.empty()) {
      note("index", merged_.full_name(),
           "index " + index.name + " has comments, which are left out: " + comments.list(0));
    }
  }

  void note_partitions() {
    std::size_t n_tables = 0;
    Sayings comments;
    for (const SourceTable* table : members_) {
      if (!table->partitions.empty()) ++n_tables;
      for (const SourcePartition& partition : table->partitions) {
        if (partition.comment.empty()) continue;
        comments.add(quoted(partition.comment), table->full_name());
      }
    }
    if (n_tables == 0) return;
    note("partitions", merged_.full_name(),
         "the partitions of " + std::to_string(n_tables) + " of its " +
             std::to_string(members_.size()) + " tables become one plain table");
    if (comments.empty()) return;
    note("partitions", merged_.full_name(),
         "their partitions have comments, which are left out: " + comments.list(0));
  }

  const SourceTable& merged_;
  const std::vector<const SourceTable*>& members_;
  std::vector<const SourceTable*> with_own_columns_;  // the first one, and those of other columns
  std::vector<TranslationNote> notes_;
};

}  // namespace

std::vector<TranslationNote> member_differences(const SourceTable& merged,
                                                const std::vector<const SourceTable*>& members) {
  return Differences(merged, members).run();
}

}  // namespace millrace
