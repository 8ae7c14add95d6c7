// Cast rules among the columns of a schema: which rule decides, what it may not do to keys.

#include <algorithm>
#include <string>

#include "io/ascii_case.h"
#include "io/error.h"
#include "operators/named_conversion.h"
#include "operators/schema_translator.h"

namespace millrace {

ColumnMapping Translator::map(const Place& place, const SourceColumn& renamed) {
  const SourceTable& table = catalog_.tables[place.table];
  const std::size_t number = number_of(place);
  const bool counts_up = holds_auto_increment_[ties_.root(number)];
  // A key that counts up is no truth value, nor is what points at it.
  TypeChoices types = choices_.types;
  if (counts_up) types.tinyint1 = Tinyint1Choice::smallint;
  const CastRule* const rule = casts_.find(table, table.columns[place.column]);
  cast_of_[number] = rule;
  try {
    return rule == nullptr ? map_column(renamed, types, counts_up)
                           : convert_column(renamed, *rule, types, counts_up);
  } catch (Error& error) {
    error.add({.side = Side::source,
               .table = table.full_name(),
               .column = table.columns[place.column].name});
    error.add_hint("leave the table out with --exclude " + table.full_name());
    throw;
  }
}

const ColumnEncoding* Translator::encoding_of(const Place& place) const {
  const auto& columns = out_.tables[place.table].columns;
  const auto found =
      std::find_if(columns.begin(), columns.end(),
                   [&](const TranslatedColumn& column) { return column.source == place.column; });
  return found == columns.end() ? nullptr : &found->encoding;
}

void Translator::allow_nulls(const Place& place, TargetColumn& target,
                             const ColumnMapping& mapping) {
  const ColumnLiterals* const literals = mapping.encoding.literals.get();
  if (target.nullable || literals == nullptr || !literals->make_nulls()) return;
  const SourceTable& table = catalog_.tables[place.table];
  const SourceColumn& column = table.columns[place.column];
  const bool in_primary_key =
      std::any_of(table.indexes.begin(), table.indexes.end(), [&](const SourceIndex& index) {
        return index.primary && std::any_of(index.parts.begin(), index.parts.end(),
                                            [&](const SourceIndexPart& part) {
                                              return same_ignoring_case(part.column, column.name);
                                            });
      });
  if (in_primary_key) {
    throw Error(ErrorKind::bad_request,
                "cannot use " + cast_of_[number_of(place)]->origin +
                    ": it makes NULLs in a column of the primary key",
                {.side = Side::source, .table = table.full_name(), .column = column.name},
                "leave out null if for this column with a rule of its own");
  }
  target.nullable = true;
  note("cast", table.full_name() + "." + column.name,
       "loses NOT NULL: the rule makes NULL of some of its values");
}

void Translator::refuse_split_ties() const {
  const auto column_of = [&](const Place& place) -> const SourceColumn& {
    return catalog_.tables[place.table].columns[place.column];
  };
  const auto name_of = [&](const Place& place) {
    return catalog_.tables[place.table].full_name() + "." + column_of(place).name;
  };
  // Two columns stay one key where they have one type and their values are made in the same way.
  const auto agree = [&](const Place& a, const Place& b) {
    const ColumnEncoding* const left = encoding_of(a);
    const ColumnEncoding* const right = encoding_of(b);
    const auto swaps = [](const ColumnEncoding& encoding) {
      return encoding.encoding == Encoding::swapped_bytes_to_uuid;
    };
    if (target_of(a)->type != target_of(b)->type) return false;
    if (left == nullptr || right == nullptr) return true;  // computed by the target
    return swaps(*left) == swaps(*right) &&
           left->microseconds_per_unit == right->microseconds_per_unit;
  };
  std::unordered_map<std::size_t, Place> first_of;  // by root
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (std::size_t j = 0; j < catalog_.tables[i].columns.size(); ++j) {
      const Place place{i, j};
      if (target_of(place) == nullptr) continue;
      const std::size_t number = number_of(place);
      const auto [found, is_new] = first_of.try_emplace(ties_.root(number), place);
      const Place& first = found->second;
      const CastRule* const rule =
          cast_of_[number] != nullptr ? cast_of_[number] : cast_of_[number_of(first)];
      if (is_new || rule == nullptr || rule->of_target || agree(first, place)) continue;
      throw Error(ErrorKind::bad_request,
                  "cannot use " + rule->origin + ": a foreign key ties " + name_of(first) + " to " +
                      name_of(place) + ", and they would become " + target_of(first)->type +
                      " and " + target_of(place)->type,
                  {.side = Side::source},
                  "give both the same conversion: a rule that selects both, or two rules");
    }
  }
}

void Translator::note_casts() {
  for (const CastRuleSet::Remark& remark : casts_.remarks()) {
    note("cast", remark.rule->origin, remark.message);
  }
}

}  // namespace millrace
