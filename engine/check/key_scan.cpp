#include "engine/check/key_scan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/name_list.h"
#include "engine/quantity_text.h"
#include "engine/side_by_side.h"
#include "io/quoting.h"
#include "operators/text_comparison.h"

namespace millrace {
namespace {

constexpr std::string_view family = "values";
constexpr std::size_t sampled_rows = 100'000;
constexpr std::size_t shown = 5;

std::string table_sql(const SourceTable& table) {
  return mysql::quote_identifier(table.database) + "." + mysql::quote_identifier(table.name);
}

/// The rows of a table that will come, under the name `t`; or the first of them.
std::string rows_sql(const TableWork& table, const std::vector<std::string>& columns,
                     ScanDepth depth, std::string_view name = "t") {
  if (depth == ScanDepth::full && table.filter.empty()) {
    return fmt::format("{} {}", table_sql(*table.source), name);
  }
  std::vector<std::string> quoted;
  for (const std::string& column : columns) quoted.push_back(mysql::quote_identifier(column));
  return fmt::format("(SELECT {} FROM {}{}{}) {}", fmt::join(quoted, ", "),
                     table_sql(*table.source), table.filter,
                     depth == ScanDepth::full ? "" : fmt::format(" LIMIT {}", sampled_rows), name);
}

const SourceColumn* find_column(const SourceTable& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const SourceColumn& column) { return column.name == name; });
  return found == table.columns.end() ? nullptr : &*found;
}

bool has_collation(const SourceColumn& column) noexcept { return !column.collation.empty(); }

/// Columns as one text: "7, Berlin".
std::string key_sql(const std::vector<std::string>& columns) {
  std::vector<std::string> parts;
  for (const std::string& column : columns) {
    parts.push_back(fmt::format("CONVERT(t.{} USING utf8mb4)", mysql::quote_identifier(column)));
  }
  return fmt::format("CONCAT_WS(', ', {})", fmt::join(parts, ", "));
}

/// What a source column became; null where it is left out.
const TargetColumn* target_of(const TableWork& table, const std::string& name) {
  for (const TranslatedColumn& column : table.translated->columns) {
    if (table.source->columns[column.source].name == name) {
      return &table.translated->target.columns[column.target];
    }
  }
  return nullptr;
}

/// A text as citext compares it: blanks at its end count, which no collation but binary says.
std::string lower_sql(const std::string& quoted) {
  return "BINARY LOWER(CONVERT(" + quoted + " USING utf8mb4))";
}

/// A text as an ICU collation compares it, as near as the source can tell: its Unicode collation
/// does likewise, but ignores blanks at the end.
std::string unicode_sql(const std::string& quoted) {
  return "CONCAT(CONVERT(" + quoted + " USING utf8mb4), '|') COLLATE utf8mb4_unicode_ci";
}

/// A value as the target compares it. `target` may be null: as it compares plain text.
std::string compared_sql(const SourceColumn& source, const TargetColumn* target,
                         const std::string& quoted) {
  if (!has_collation(source)) return quoted;
  if (target != nullptr && !target->collation.empty()) return unicode_sql(quoted);
  if (target != nullptr && is_citext(target->type)) return lower_sql(quoted);
  return "BINARY " + quoted;
}

KeyQuestion orphan_question(const TableWork& child, const TableWork& parent,
                            const SourceForeignKey& key, ScanDepth depth) {
  std::vector<std::string> meets;
  std::vector<std::string> given;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string mine = "t." + mysql::quote_identifier(key.columns[i]);
    const std::string theirs = "p." + mysql::quote_identifier(key.referenced_columns[i]);
    given.push_back(mine + " IS NOT NULL");
    meets.push_back(theirs + " = " + mine);
    const SourceColumn* column = find_column(*child.source, key.columns[i]);
    // The index finds the candidates by the source's collation, the last word is the target's: it
    // compares as the parent's column does.
    if (column != nullptr && has_collation(*column)) {
      const TargetColumn* const target = target_of(parent, key.referenced_columns[i]);
      meets.push_back(compared_sql(*column, target, theirs) + " = " +
                      compared_sql(*column, target, mine));
    }
  }
  std::string advice =
      "delete them or add what they point at; 'A' and 'a' are two values to PostgreSQL; "
      "--skip-keys leaves all keys out";
  if (!parent.filter.empty()) {
    advice = "the job's filter keeps rows of " + parent.source->full_name() +
             " back: filter both tables alike, or --skip-keys";
  }
  return {
      .subject = "orphans",
      .what = child.source->full_name() + "." + key.name + " -> " + parent.source->full_name(),
      .advice = std::move(advice),
      // A join, since MariaDB remembers what NOT EXISTS (...) gave for a value, and takes 'b' for
      // 'B' and 'a ' for 'a' then as the collation does.
      .sql = fmt::format(
          "SELECT {0} AS k, COUNT(*) AS n FROM {1} LEFT JOIN {2} ON {3} WHERE {4} AND p.{5} IS "
          "NULL GROUP BY BINARY {0} ORDER BY k",
          key_sql(key.columns), rows_sql(child, key.columns, depth),
          rows_sql(parent, key.referenced_columns, ScanDepth::full, "p"), fmt::join(meets, " AND "),
          fmt::join(given, " AND "), mysql::quote_identifier(key.referenced_columns.front()))};
}

/// Whether a unique key of the source makes the target's impossible to break: over no other
/// columns, and no less strict.
bool guarded_by_source(const SourceTable& table, const std::map<std::string, bool>& folds) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const SourceIndex& index) {
    return index.unique && !index.parts.empty() &&
           std::all_of(index.parts.begin(), index.parts.end(), [&](const SourceIndexPart& part) {
             const auto found = folds.find(part.column);
             if (found == folds.end() || part.prefix_characters != 0) return false;
             const SourceColumn* column = find_column(table, part.column);
             const bool folds_itself = column != nullptr && ignores_case(column->collation);
             return !found->second || folds_itself;
           });
  });
}

bool is_plain_text(const TargetColumn& column) {
  const std::string_view type = column.type;
  const bool text = type == "text" || type.starts_with("varchar") || type.starts_with("character");
  return text && column.collation.empty();
}

Finding ask(mysql::Connection& session, const KeyQuestion& question) {
  // The server counts all of them, and sends the first few.
  const mysql::Row count =
      session.query("SELECT COUNT(*), COALESCE(SUM(n), 0) FROM (" + question.sql + ") f").at(0);
  if (count.at(0).text == "0") return {};
  std::vector<std::string> values;
  for (const mysql::Row& row : session.query(question.sql + fmt::format(" LIMIT {}", shown))) {
    values.push_back(row.at(0).text);
  }
  if (question.subject == "equal values") {
    return {Verdict::warn, family, question.subject,
            fmt::format("{}: {} values are {} at the source, which ignores case and trailing "
                        "blanks, and differ in the target: {}",
                        question.what, count.at(1).text, count.at(0).text, name_list(values)),
            question.advice};
  }
  const bool orphans = question.subject == "orphans";
  return {Verdict::fail, family, question.subject,
          fmt::format("{}: {} rows {} ({} values): {}", question.what, count.at(1).text,
                      orphans ? "point at nothing" : "are the same to the target's key",
                      count.at(0).text, name_list(values)),
          question.advice};
}

/// What the target will hold, in the source's SQL, where a rule makes one value out of several;
/// empty where each value stays one of its own.
std::string folded_sql(const ColumnEncoding& column, const std::string& quoted) {
  switch (column.encoding) {
    case Encoding::nonzero_to_bool: return quoted + " <> 0";
    case Encoding::text_to_int2:
    case Encoding::text_to_int4:
    case Encoding::text_to_int8: return "CAST(" + quoted + " AS SIGNED)";
    case Encoding::text_to_float8: return quoted + " + 0e0";
    case Encoding::text_to_uuid: return "LOWER(REPLACE(" + quoted + ", '-', ''))";
    case Encoding::text_to_bool: {
      std::string texts;
      if (column.literals.get() == nullptr) return {};
      for (const std::string& text : column.literals.get()->true_texts) {
        texts += (texts.empty() ? "" : ", ") + mysql::quote_text(text);
      }
      return texts.empty() ? std::string() : quoted + " IN (" + texts + ")";
    }
    default: return {};
  }
}

/// The question of one unique index; none where every part of it keeps values apart.
std::optional<KeyQuestion> folded_key_question(const TableWork& table, const TargetIndex& index,
                                               ScanDepth depth) {
  std::vector<std::string> columns, given, same;
  bool folds = false;
  for (const std::string& part : index.parts) {
    std::string value;
    for (std::size_t i = 0; i < table.translated->columns.size(); ++i) {
      const TranslatedColumn& column = table.translated->columns[i];
      if (postgres::quote_identifier(table.translated->target.columns[column.target].name) !=
          part) {
        continue;
      }
      const SourceColumn& source = table.source->columns[column.source];
      const std::string quoted = "t." + mysql::quote_identifier(source.name);
      columns.push_back(source.name);
      given.push_back(quoted + " IS NOT NULL");
      value = folded_sql(table.encoder.encodings()[i], quoted);
      folds = folds || !value.empty();
      const TargetColumn& target = table.translated->target.columns[column.target];
      if (value.empty() && !target.collation.empty()) {
        folds = folds || !is_unicode_collation(source.collation);
      } else if (value.empty() && is_citext(target.type)) {
        folds = folds || !ignores_case(source.collation);
      }
      if (value.empty()) value = compared_sql(source, &target, quoted);
    }
    // An expression, or a column that the job adds: nothing can be told of it.
    if (value.empty()) return std::nullopt;
    same.push_back(std::move(value));
  }
  if (!folds) return std::nullopt;
  return KeyQuestion{
      .subject = "duplicates",
      .what = table.translated->target.full_name() + "." + index.name,
      .advice = "make them differ at the source, leave the column as it is, or --skip-keys",
      .sql = fmt::format("SELECT MIN({}) AS k, COUNT(*) AS n FROM {} WHERE {} GROUP BY {} HAVING "
                         "COUNT(*) > 1 ORDER BY k",
                         key_sql(columns), rows_sql(table, columns, depth),
                         fmt::join(given, " AND "), fmt::join(same, ", "))};
}

}  // namespace

std::vector<KeyQuestion> orphan_questions(const WorkPlan& work, ScanDepth depth) {
  std::map<std::string, const TableWork*> tables;
  for (const TableWork& table : work.tables) {
    tables.emplace(table.source->full_name(), &table);
  }
  std::vector<KeyQuestion> questions;
  for (const TableWork& table : work.tables) {
    // A consolidated table is none of the source's, which could be asked.
    if (table.exists || table.source->consolidated()) continue;
    // Keys that are not made are no matter: rules may have left their columns out.
    if (table.translated->target.foreign_keys.empty()) continue;
    for (const SourceForeignKey& key : table.source->foreign_keys) {
      const auto parent = tables.find(key.referenced_database + "." + key.referenced_table);
      if (parent == tables.end()) continue;  // not made: the plan notes it
      if (parent->second->source->consolidated()) continue;
      questions.push_back(orphan_question(table, *parent->second, key, depth));
    }
  }
  return questions;
}

std::vector<KeyQuestion> duplicate_questions(const WorkPlan& work,
                                             const std::vector<postgres::UniqueKey>& keys,
                                             ScanDepth depth) {
  std::vector<KeyQuestion> questions;
  for (const TableWork& table : work.tables) {
    if (!table.exists || table.source->consolidated()) continue;
    const TargetTable& target = table.translated->target;
    for (const postgres::UniqueKey& key : keys) {
      if (key.schema != target.schema || key.table != target.name) continue;
      std::map<std::string, bool> folds;  // by source column
      std::vector<std::string> columns, given, same;
      for (const postgres::UniqueKey::Part& part : key.parts) {
        for (const TranslatedColumn& column : table.translated->columns) {
          if (target.columns[column.target].name != part.column) continue;
          const SourceColumn& source = table.source->columns[column.source];
          const std::string quoted = "t." + mysql::quote_identifier(source.name);
          folds[source.name] = part.folds_case;
          columns.push_back(source.name);
          given.push_back(quoted + " IS NOT NULL");
          same.push_back(part.folds_case         ? lower_sql(quoted)
                         : has_collation(source) ? "BINARY " + quoted
                                                 : quoted);
        }
      }
      // A column that the target fills itself, or one that does not come: nothing can be told.
      if (columns.size() != key.parts.size()) continue;
      if (guarded_by_source(*table.source, folds)) continue;
      questions.push_back(
          {.subject = "duplicates",
           .what = target.full_name() + "." + key.name,
           .advice = "make them differ at the source, or drop the index in the target",
           .sql =
               fmt::format("SELECT MIN({}) AS k, COUNT(*) AS n FROM {} WHERE {} GROUP BY {} HAVING "
                           "COUNT(*) > 1 ORDER BY k",
                           key_sql(columns), rows_sql(table, columns, depth),
                           fmt::join(given, " AND "), fmt::join(same, ", "))});
    }
  }
  return questions;
}

std::vector<KeyQuestion> folded_key_questions(const WorkPlan& work, ScanDepth depth) {
  std::vector<KeyQuestion> questions;
  for (const TableWork& table : work.tables) {
    if (table.exists || table.source->consolidated()) continue;
    for (const TargetIndex& index : table.translated->target.indexes) {
      if (!index.unique && !index.primary) continue;
      if (auto question = folded_key_question(table, index, depth)) {
        questions.push_back(std::move(*question));
      }
    }
  }
  return questions;
}

std::vector<KeyQuestion> equal_value_questions(const WorkPlan& work, ScanDepth depth) {
  std::vector<KeyQuestion> questions;
  for (const TableWork& table : work.tables) {
    if (table.source->consolidated()) continue;
    std::set<std::string> asked;
    for (const SourceIndex& index : table.source->indexes) {
      // One column that is unique by itself has no two values that are one.
      if ((index.unique || index.primary) && index.parts.size() == 1) continue;
      for (const SourceIndexPart& part : index.parts) {
        const SourceColumn* const source = find_column(*table.source, part.column);
        const TargetColumn* const target = target_of(table, part.column);
        if (source == nullptr || target == nullptr || !holds_text(*source) ||
            !ignores_case(source->collation) || !is_plain_text(*target) ||
            !asked.insert(source->name).second) {
          continue;
        }
        const std::string quoted = "t." + mysql::quote_identifier(source->name);
        questions.push_back(
            {.subject = "equal values",
             .what = table.source->full_name() + "." + source->name,
             .advice = "--case-insensitive icu or citext, or spell them alike at the source",
             .sql = fmt::format(
                 "SELECT MIN(CONVERT({0} USING utf8mb4)) AS k, COUNT(DISTINCT BINARY {0}) AS n "
                 "FROM {1} WHERE {0} IS NOT NULL GROUP BY {0} HAVING n > 1 ORDER BY k",
                 quoted, rows_sql(table, {source->name}, depth))});
      }
    }
  }
  return questions;
}

Finding check_loosened_keys(const WorkPlan& work) {
  std::vector<std::string> keys;
  for (const TableWork& table : work.tables) {
    for (const SourceIndex& index : table.source->indexes) {
      if (!index.unique && !index.primary) continue;
      const bool loosened = std::ranges::any_of(index.parts, [&](const SourceIndexPart& part) {
        const SourceColumn* const source = find_column(*table.source, part.column);
        const TargetColumn* const target = target_of(table, part.column);
        return source != nullptr && target != nullptr && holds_text(*source) &&
               ignores_case(source->collation) && is_plain_text(*target);
      });
      if (loosened) keys.push_back(table.source->full_name() + "." + index.name);
    }
  }
  if (keys.empty()) {
    return {Verdict::ok,
            "source",
            "unique keys",
            "every unique key takes the same texts for one on both sides, but for blanks",
            {}};
  }
  return {Verdict::warn, "source", "unique keys",
          fmt::format("unique keys that ignore case at the source, and take 'A' beside 'a' in the "
                      "target: {} ({})",
                      count_text(keys.size()), name_list(keys)),
          "--case-insensitive icu or citext"};
}

Findings ask_keys(std::vector<mysql::Connection>& sessions,
                  const std::vector<KeyQuestion>& questions, StopRequest& stop) {
  if (questions.empty()) {
    return {{Verdict::ok, family, "keys", "no foreign or unique key that rows could break", {}}};
  }
  std::vector<Finding> found(questions.size());
  const auto cut_all = [&] {
    for (mysql::Connection& session : sessions) session.cut();
  };
  const StopRequest::Waker waker(stop, cut_all);
  side_by_side(sessions.size(), questions.size(), cut_all, [&](std::size_t lane, std::size_t i) {
    found[i] = ask(sessions[lane], questions[i]);
  });
  Findings findings;
  for (Finding& finding : found) {
    if (finding.verdict != Verdict::ok) findings.push_back(std::move(finding));
  }
  if (findings.empty()) {
    findings.push_back({Verdict::ok,
                        family,
                        "keys",
                        fmt::format("no orphan and no duplicate in {} foreign and unique keys",
                                    count_text(questions.size())),
                        {}});
  }
  return findings;
}

}  // namespace millrace
