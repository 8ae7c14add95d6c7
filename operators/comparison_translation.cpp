// Text that the source compares without regard to case: what it becomes, and what is told of it.

#include <algorithm>
#include <set>
#include <string>

#include "io/quoting.h"
#include "operators/schema_translator.h"

namespace millrace {
namespace {

using postgres::quote_qualified;

constexpr std::size_t most_names = 5;

// Source: PostgreSQL 18, release notes: "Allow LIKE with nondeterministic collations".
constexpr int first_version_with_like = 180000;

bool is_plain_text(std::string_view type) noexcept {
  const std::string_view base = base_of(type);
  return base == "text" || base == "varchar" || base == "character";
}

template <class Names>
std::string first_of(const Names& names) {
  std::string list;
  std::size_t shown = 0;
  for (const std::string& name : names) {
    if (shown == most_names) {
      return list + " and " + std::to_string(names.size() - most_names) + " more";
    }
    list += (shown++ == 0 ? "" : ", ") + name;
  }
  return list;
}

std::string counted(std::size_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

/// Columns of one kind, as a note tells of them: all in one line, however many tables there are.
struct Told {
  std::size_t n_columns = 0;
  std::size_t n_tables = 0;
  std::set<std::string> databases, collations;
  std::vector<bool> chosen;  // by number of the column

  std::string where() const {
    return databases.size() == 1 ? *databases.begin() : counted(databases.size(), "database");
  }
  std::string columns() const {
    return counted(n_columns, "column") + " of " + counted(n_tables, "table") + " (" +
           first_of(collations) + ")";
  }
};

}  // namespace

// Columns that foreign keys tie compare in one way: as a rule says of one of them, else as the
// switch does.
void Translator::tie_comparisons() {
  if (choices_.case_insensitive == CaseChoice::keep && choices_.case_choices.empty()) return;
  const auto each_text = [&](auto visit) {
    for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
      for (std::size_t j = 0; j < catalog_.tables[i].columns.size(); ++j) {
        const SourceColumn& column = catalog_.tables[i].columns[j];
        if (holds_text(column)) visit(catalog_.tables[i], column, ties_.root(number_of({i, j})));
      }
    }
  };
  each_text([&](const SourceTable& table, const SourceColumn& column, std::size_t root) {
    if (choices_.case_choices.empty()) return;
    const auto rule = choices_.case_choices.find(table.full_name() + "." + column.name);
    if (rule == choices_.case_choices.end()) return;
    const auto [known, is_new] = comparison_.try_emplace(root, rule->second);
    if (!is_new) known->second = std::max(known->second, rule->second);
  });
  each_text([&](const SourceTable&, const SourceColumn& column, std::size_t root) {
    if (ignores_case(column.collation)) comparison_.try_emplace(root, choices_.case_insensitive);
  });
}

void Translator::choose_comparison(const Place& place, TargetColumn& target,
                                   ColumnEncoding& encoding) {
  const auto chosen = comparison_.find(ties_.root(number_of(place)));
  const SourceColumn& column = catalog_.tables[place.table].columns[place.column];
  if (chosen == comparison_.end() || chosen->second == CaseChoice::keep) return;
  if (!holds_text(column) || !is_plain_text(target.type)) return;
  if (chosen->second == CaseChoice::citext) {
    // Its own blanks: citext does not pass over them in comparisons, as character(n) does.
    if (encoding.encoding == Encoding::utf8_to_bpchar) encoding.encoding = Encoding::utf8_to_text;
    if (encoding.encoding == Encoding::latin1_to_bpchar) {
      encoding.encoding = Encoding::latin1_to_text;
    }
    target.type = quote_qualified(choices_.citext_schema, "citext");
    return;
  }
  const TargetTable& table = out_.tables[place.table].target;
  const std::string& name = ignores_case(column.collation) ? column.collation : "ignores_case";
  target.collation = quote_qualified(table.schema, name);
  TargetCollation collation{table.schema, name, icu_locale_of(name)};
  if (std::ranges::find(out_.collations, collation) == out_.collations.end()) {
    out_.collations.push_back(std::move(collation));
  }
}

std::vector<std::string> Translator::unique_keys_over(const std::vector<bool>& chosen) const {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    for (const SourceIndex& index : table.indexes) {
      if (!index.unique && !index.primary) continue;
      const bool over = std::ranges::any_of(index.parts, [&](const SourceIndexPart& part) {
        const auto at = find_column(table, part.column);
        return at && chosen[number_of({i, *at})];
      });
      if (over) keys.push_back(table.full_name() + "." + index.name);
    }
  }
  return keys;
}

void Translator::note_comparisons() {
  Told plain, citext, icu;
  for (Told* told : {&plain, &citext, &icu}) told->chosen.resize(target_at_.size());
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    std::set<Told*> met;
    for (std::size_t j = 0; j < table.columns.size(); ++j) {
      const SourceColumn& column = table.columns[j];
      const TargetColumn* const target = target_of({i, j});
      if (target == nullptr || !holds_text(column)) continue;
      Told* const told = is_citext(target->type)                                           ? &citext
                         : !target->collation.empty()                                      ? &icu
                         : !ignores_case(column.collation) || !is_plain_text(target->type) ? nullptr
                                                                                           : &plain;
      if (told == nullptr) continue;
      told->chosen[number_of({i, j})] = true;
      ++told->n_columns;
      told->collations.insert(column.collation);
      if (met.insert(told).second) ++told->n_tables;
    }
    for (Told* told : met) told->databases.insert(table.database);
  }
  if (plain.n_columns > 0) {
    const std::vector<std::string> keys = unique_keys_over(plain.chosen);
    note("collation", plain.where(),
         plain.columns() +
             " ignore case at the source; PostgreSQL tells 'A' from 'a', and 'a' from 'a '" +
             (keys.empty()
                  ? std::string()
                  : ", also in " + counted(keys.size(), "unique key") + ": " + first_of(keys)) +
             "; --case-insensitive icu or citext keeps it");
  }
  if (citext.n_columns > 0) {
    note("collation", citext.where(),
         citext.columns() +
             " become citext, which ignores case, but neither accents nor trailing blanks, and has "
             "no length");
  }
  if (icu.n_columns > 0) {
    note("collation", icu.where(),
         icu.columns() + " keep ignoring case by ICU collations; trailing blanks count, and " +
             (choices_.target_version >= first_version_with_like
                  ? "regular expressions need COLLATE \"C\" beside the column"
                  : "LIKE and regular expressions need COLLATE \"C\" beside the column"));
  }
}

}  // namespace millrace
