#include "operators/consolidation.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "io/ascii_case.h"
#include "io/error.h"
#include "operators/glob.h"
#include "operators/member_differences.h"
#include "operators/table_shape.h"

namespace millrace {

namespace {

constexpr std::uint64_t longest_name_characters = 64;  // of MySQL's databases and tables
constexpr std::size_t most_differences_told = 20;

[[noreturn]] void refuse(const ConsolidationRule& rule, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot consolidate into " + rule.into + ": " + why,
              {.side = Side::source}, std::move(hint));
}

/// Both halves of "database.table", which names of databases with a dot in them do not have.
std::pair<std::string_view, std::string_view> halves_of(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return {{}, name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

/// What the wildcards of `pattern` stand for in `name`, each with a dot between.
/// Requires: they match.
std::string matched_text(std::string_view pattern, std::string_view name) {
  std::string text;
  const auto add = [&](std::string_view piece) {
    if (!text.empty()) text += '.';
    text += piece;
  };
  while (!pattern.empty()) {
    std::size_t wildcard = 1;
    std::size_t taken = 1;
    if (pattern.front() == '*') {
      taken = 0;
      while (!matches_glob(pattern.substr(1), name.substr(taken))) ++taken;
    } else if (pattern.front() == '[') {
      const auto end = pattern.find(']', pattern.starts_with("[!") ? 3 : 2);
      if (end != std::string_view::npos) wildcard = end + 1;
    }
    if (has_wildcard(pattern.substr(0, 1))) add(name.substr(0, taken));
    pattern.remove_prefix(wildcard);
    name.remove_prefix(taken);
  }
  return text;
}

bool matches_rule(const std::string& pattern, const std::string& full_name) {
  return matches_glob(pattern, full_name);
}

/// The columns of one foreign key and what it points at, as the consolidated table would have it.
struct ResolvedKey {
  std::vector<std::string> columns;
  std::vector<std::string> referenced_columns;
  std::string referenced_database;
  std::string referenced_table;
  std::string on_delete, on_update;
  bool consolidated = false;  // it gets the source column
  bool crosses = false;       // it points at a table of another label

  bool operator==(const ResolvedKey&) const = default;
};

/// One call of consolidate().
class Consolidation {
 public:
  Consolidation(SourceCatalog& catalog, const std::vector<ConsolidationRule>& rules)
      : catalog_(catalog), rules_(rules), members_of_(rules.size()) {}

  std::vector<TranslationNote> run() {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) check_rule(rule);
    find_members();
    check_shapes();
    std::vector<SourceTable> made;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) made.push_back(merge(rule));
    drop_keys_into_members();
    std::vector<SourceTable> kept;
    for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
      if (!home_.contains(i)) kept.push_back(std::move(catalog_.tables[i]));
    }
    std::ranges::move(made, std::back_inserter(kept));
    catalog_.tables = std::move(kept);
    return std::move(notes_);
  }

 private:
  struct Home {
    std::size_t rule = 0;
    std::string label;
  };

  void check_rule(std::size_t number) const {
    const ConsolidationRule& rule = rules_[number];
    const auto [schema, name] = halves_of(rule.into);
    if (schema.empty() || name.empty()) {
      refuse(rule, "it is no name of a table with its schema", "write into = \"schema.table\"");
    }
    if (rule.source_column.empty()) {
      refuse(rule, "no source_column is given", "write source_column = \"shard\", for example");
    }
    if (rule.from.empty()) refuse(rule, "no table is named", "write from = \"*qube.work\"");
    for (const std::string& pattern : rule.from) {
      if (pattern.find('.') == std::string::npos) {
        refuse(rule, "'" + pattern + "' has no dot",
               "write from = \"database.table\", with * where it varies");
      }
    }
    for (std::size_t other = 0; other < number; ++other) {
      if (rules_[other].into == rule.into) {
        refuse(rule, "two [[consolidate]] tables say so", "name all tables in one from = [...]");
      }
    }
    for (const SourceTable& table : catalog_.tables) {
      const bool own = std::ranges::any_of(rule.from, [&](const std::string& pattern) {
        return matches_rule(pattern, table.full_name());
      });
      if (table.full_name() == rule.into && !own) {
        refuse(rule, "the source has a table of that name, which becomes one too",
               "choose another name, or leave the source's out with --exclude");
      }
    }
  }

  void find_members() {
    for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
      const std::string name = catalog_.tables[i].full_name();
      for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        const auto& from = rules_[rule].from;
        const auto pattern = std::ranges::find_if(
            from, [&](const std::string& glob) { return matches_rule(glob, name); });
        if (pattern == from.end()) continue;
        const auto [home, is_new] = home_.try_emplace(i, Home{rule, label_of(rule, *pattern, i)});
        if (!is_new) {
          refuse(rules_[rule],
                 name + " goes into " + rules_[home->second.rule].into + " by another rule",
                 "let each table match one [[consolidate]] only");
        }
        members_of_[rule].push_back(i);
        at_.emplace(name, i);
      }
    }
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) check_members(rule);
  }

  void check_members(std::size_t number) const {
    const ConsolidationRule& rule = rules_[number];
    if (members_of_[number].empty()) {
      std::string patterns;
      for (const std::string& pattern : rule.from) {
        patterns += (patterns.empty() ? "'" : ", '") + pattern + "'";
      }
      refuse(rule, "no table that is moved matches " + patterns,
             "check from, --databases, --include and --exclude");
    }
    std::map<std::string, std::size_t> labels;
    for (const std::size_t member : members_of_[number]) {
      const auto [first, is_new] = labels.try_emplace(home_.at(member).label, member);
      if (is_new) continue;
      refuse(rule,
             catalog_.tables[first->second].full_name() + " and " +
                 catalog_.tables[member].full_name() + " would both be '" + first->first + "' in " +
                 rule.source_column,
             "write source_value = \"name\", or narrower globs");
    }
    const SourceTable& model = catalog_.tables[members_of_[number].front()];
    for (const SourceColumn& column : model.columns) {
      if (!same_ignoring_case(column.name, rule.source_column)) continue;
      refuse(rule, model.full_name() + " has a column " + column.name + " of its own",
             "choose another source_column");
    }
  }

  std::string label_of(std::size_t number, const std::string& pattern, std::size_t table) const {
    const ConsolidationRule& rule = rules_[number];
    const SourceTable& source = catalog_.tables[table];
    if (rule.label == SourceLabel::match && has_wildcard(pattern)) {
      return matched_text(pattern, source.full_name());
    }
    const auto varies = [&](auto half) {
      return std::ranges::any_of(rule.from, [&](const std::string& from) {
        return has_wildcard(half(from)) || half(from) != half(rule.from.front());
      });
    };
    const bool databases = varies([](std::string_view from) { return halves_of(from).first; });
    const bool tables = varies([](std::string_view from) { return halves_of(from).second; });
    if (databases && tables) return source.full_name();
    return tables ? source.name : source.database;
  }

  void check_shapes() const {
    std::vector<std::string> lines;
    std::size_t odd_tables = 0;
    for (const std::vector<std::size_t>& members : members_of_) {
      const SourceTable& model = catalog_.tables[members.front()];
      for (const std::size_t member : members) {
        const SourceTable& table = catalog_.tables[member];
        const std::vector<std::string> differences = shape_differences(table, model);
        if (!differences.empty()) ++odd_tables;
        for (const std::string& line : differences) {
          lines.push_back(table.full_name() + ": " + line);
        }
      }
    }
    if (lines.empty()) return;
    std::string text;
    for (std::size_t i = 0; i < std::min(lines.size(), most_differences_told); ++i) {
      text += "\n  " + lines[i];
    }
    if (lines.size() > most_differences_told) {
      text += "\n  and " + std::to_string(lines.size() - most_differences_told) + " more";
    }
    throw Error(ErrorKind::bad_request,
                "cannot consolidate: " + std::to_string(odd_tables) +
                    (odd_tables == 1 ? " table is" : " tables are") +
                    " not of the first one's shape" + text,
                {.side = Side::source},
                "alter them at the source, or name only tables of one shape in from");
  }

  SourceTable merge(std::size_t number) {
    const ConsolidationRule& rule = rules_[number];
    const std::vector<std::size_t>& members = members_of_[number];
    SourceTable merged = catalog_.tables[members.front()];
    const auto [schema, name] = halves_of(rule.into);
    merged.database = schema;
    merged.name = name;
    merged.rows_estimate = merged.data_bytes = 0;
    merged.transactional = true;
    merged.partitions.clear();
    merged.update_time.clear();
    merged.foreign_keys.clear();
    std::uint64_t label_characters = longest_name_characters;
    for (const std::size_t member : members) {
      SourceTable& table = catalog_.tables[member];
      const std::string& label = home_.at(member).label;
      merged.rows_estimate += table.rows_estimate;
      merged.data_bytes += table.data_bytes;
      merged.transactional = merged.transactional && table.transactional;
      if (table.next_auto_increment > merged.next_auto_increment) {
        merged.next_auto_increment = table.next_auto_increment;
      }
      label_characters = std::max<std::uint64_t>(label_characters, label.size());
      merged.members.push_back({table.database, table.name, label, table.transactional,
                                table.rows_estimate, table.data_bytes, table.partitions,
                                table.definition, table.columns});
      add_plain_indexes(table, merged);
    }
    add_source_column(rule, label_characters, merged);
    merge_foreign_keys(number, merged);
    note("consolidated", merged,
         describe_origin(merged) + " become one; " + rule.source_column +
             " tells from which a row comes, and is the first part of every unique key");
    std::vector<const SourceTable*> tables;
    for (const std::size_t member : members) tables.push_back(&catalog_.tables[member]);
    std::ranges::move(member_differences(merged, tables), std::back_inserter(notes_));
    return merged;
  }

  static void add_plain_indexes(const SourceTable& table, SourceTable& merged) {
    for (const SourceIndex& index : table.indexes) {
      const auto there = std::ranges::find_if(
          merged.indexes, [&](const SourceIndex& other) { return same_index(index, other); });
      if (there != merged.indexes.end()) {
        // One that the server hides in some table can be no table's key to cut along.
        there->invisible = there->invisible || index.invisible;
      } else if (!index.unique) {
        merged.indexes.push_back(index);
      }
    }
  }

  static void add_source_column(const ConsolidationRule& rule, std::uint64_t characters,
                                SourceTable& merged) {
    SourceColumn column;
    column.name = rule.source_column;
    column.type = SourceType::varchar;
    column.data_type = "varchar";
    column.column_type = "varchar(" + std::to_string(characters) + ")";
    column.length_characters = characters;
    column.length_bytes = 4 * characters;
    column.nullable = false;
    column.charset = "utf8mb4";
    column.collation = "utf8mb4_bin";
    merged.columns.insert(merged.columns.begin(), std::move(column));
    for (SourceIndex& index : merged.indexes) {
      if (!index.unique) continue;
      SourceIndexPart part;
      part.column = rule.source_column;
      // Of one direction with the rest, so that the key's order is still an order.
      part.descending = !index.parts.empty() && index.parts.front().descending;
      index.parts.insert(index.parts.begin(), std::move(part));
    }
  }

  ResolvedKey resolve(const SourceForeignKey& key, const Home& home) const {
    ResolvedKey resolved{key.columns,          key.referenced_columns, key.referenced_database,
                         key.referenced_table, key.on_delete,          key.on_update};
    const auto at = at_.find(key.referenced_database + "." + key.referenced_table);
    if (at == at_.end()) return resolved;
    const Home& referenced = home_.at(at->second);
    const ConsolidationRule& rule = rules_[referenced.rule];
    const auto [schema, name] = halves_of(rule.into);
    resolved.consolidated = true;
    resolved.crosses = referenced.label != home.label;
    resolved.referenced_database = schema;
    resolved.referenced_table = name;
    resolved.columns.insert(resolved.columns.begin(), rules_[home.rule].source_column);
    resolved.referenced_columns.insert(resolved.referenced_columns.begin(), rule.source_column);
    return resolved;
  }

  void merge_foreign_keys(std::size_t number, SourceTable& merged) {
    const std::vector<std::size_t>& members = members_of_[number];
    std::vector<std::pair<ResolvedKey, std::string>> keys;  // with the name they have first
    std::vector<std::size_t> owners;
    for (const std::size_t member : members) {
      for (const SourceForeignKey& key : catalog_.tables[member].foreign_keys) {
        ResolvedKey resolved = resolve(key, home_.at(member));
        const auto known =
            std::ranges::find(keys, resolved, &std::pair<ResolvedKey, std::string>::first);
        if (known == keys.end()) {
          keys.emplace_back(std::move(resolved), key.name);
          owners.push_back(1);
        } else {
          ++owners[static_cast<std::size_t>(known - keys.begin())];
        }
      }
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto& [key, name] = keys[i];
      if (key.crosses || owners[i] < members.size()) {
        note("foreign key", merged,
             "foreign key " + name + " is left out: " +
                 (key.crosses ? "it points at a table of another " + rules_[number].source_column
                              : "only " + std::to_string(owners[i]) + " of the " +
                                    std::to_string(members.size()) + " tables have it"));
        continue;
      }
      merged.foreign_keys.push_back({name, key.columns, key.referenced_database,
                                     key.referenced_table, key.referenced_columns, key.on_delete,
                                     key.on_update});
    }
  }

  /// No key of a table that stays by itself can point at a part of a table.
  void drop_keys_into_members() {
    for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
      if (home_.contains(i)) continue;
      SourceTable& table = catalog_.tables[i];
      std::erase_if(table.foreign_keys, [&](const SourceForeignKey& key) {
        const auto at = at_.find(key.referenced_database + "." + key.referenced_table);
        if (at == at_.end()) return false;
        note("foreign key", table,
             "foreign key " + key.name + " is left out: " + at->first + " becomes a part of " +
                 rules_[home_.at(at->second).rule].into);
        return true;
      });
    }
  }

  void note(std::string topic, const SourceTable& table, std::string message) {
    notes_.push_back({std::move(topic), table.full_name(), std::move(message)});
  }

  SourceCatalog& catalog_;
  const std::vector<ConsolidationRule>& rules_;
  std::vector<std::vector<std::size_t>> members_of_;  // by rule: indexes of catalog tables
  std::unordered_map<std::size_t, Home> home_;        // by index of a catalog table
  std::unordered_map<std::string, std::size_t> at_;   // members by full name
  std::vector<TranslationNote> notes_;
};

}  // namespace

std::vector<TranslationNote> consolidate(SourceCatalog& catalog,
                                         const std::vector<ConsolidationRule>& rules) {
  if (rules.empty()) return {};
  return Consolidation(catalog, rules).run();
}

SourceTable member_table(const SourceTable& consolidated, const SourceMember& member) {
  SourceTable table = consolidated;
  table.database = member.database;
  table.name = member.name;
  table.transactional = member.transactional;
  table.rows_estimate = member.rows_estimate;
  table.data_bytes = member.data_bytes;
  table.partitions = member.partitions;
  table.members.clear();
  table.foreign_keys.clear();
  const std::string source_column = std::move(table.columns.front().name);
  table.columns.erase(table.columns.begin());
  std::erase_if(table.indexes, [](const SourceIndex& index) { return !index.unique; });
  for (SourceIndex& index : table.indexes) {
    std::erase_if(index.parts,
                  [&](const SourceIndexPart& part) { return part.column == source_column; });
  }
  return table;
}

std::string describe_origin(const SourceTable& table) {
  const auto& members = table.members;
  if (members.empty()) return table.full_name();
  if (members.size() == 1) return members.front().full_name();
  return std::to_string(members.size()) + " tables, " + members.front().full_name() + " to " +
         members.back().full_name();
}

}  // namespace millrace
