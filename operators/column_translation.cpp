#include <algorithm>
#include <utility>

#include "io/error.h"
#include "io/quoting.h"
#include "operators/converted_default.h"
#include "operators/default_expression.h"
#include "operators/schema_translator.h"

namespace millrace {

namespace {

using postgres::quote_identifier;
using postgres::quote_qualified;

// Source: PostgreSQL, MaxHeapAttributeNumber.
constexpr std::size_t most_columns = 1600;
// Source: PostgreSQL, MaxHeapTupleSize, with its header taken off.
constexpr std::size_t most_row_bytes = 8136;
// A value moved out of its row leaves a pointer. Source: PostgreSQL, TOAST_POINTER_SIZE.
constexpr std::size_t toast_pointer_bytes = 18;

/// The fewest bytes that a value of this type takes in its row, moved out where that is possible.
std::size_t least_row_bytes(std::string_view type) noexcept {
  const std::string_view base = base_of(type);
  if (base == "boolean") return 1;
  if (base == "smallint") return 2;
  if (base == "integer" || base == "real" || base == "date") return 4;
  if (is_citext(base)) return toast_pointer_bytes;
  if (base.starts_with('"')) return 4;  // an enum
  if (base == "bigint" || base == "double precision" || base.starts_with("time")) return 8;
  if (base == "interval" || base == "uuid") return 16;
  return toast_pointer_bytes;
}

}  // namespace

void Translator::tie_keys() {
  cast_of_.resize(target_at_.size());
  pointed_at_.resize(target_at_.size());
  holds_auto_increment_.resize(target_at_.size());
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    for (const SourceForeignKey& key : table.foreign_keys) {
      const auto referenced = find_table(key.referenced_database, key.referenced_table);
      if (!referenced) continue;
      const std::size_t n_pairs = std::min(key.columns.size(), key.referenced_columns.size());
      for (std::size_t pair = 0; pair < n_pairs; ++pair) {
        const auto from = find_column(table, key.columns[pair]);
        const auto to = find_column(catalog_.tables[*referenced], key.referenced_columns[pair]);
        if (!from || !to) continue;
        ties_.join(number_of({*referenced, *to}), number_of({i, *from}));
        pointed_at_[number_of({*referenced, *to})] = true;
      }
    }
  }
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (std::size_t j = 0; j < catalog_.tables[i].columns.size(); ++j) {
      if (!catalog_.tables[i].columns[j].auto_increment) continue;
      holds_auto_increment_[ties_.root(number_of({i, j}))] = true;
    }
  }
  tie_comparisons();
}

void Translator::translate_columns(std::size_t table) {
  const SourceTable& source = catalog_.tables[table];
  if (source.columns.empty() || source.columns.size() > most_columns) {
    const std::string reason = source.columns.empty()
                                   ? "it has no columns that this account may see"
                                   : std::to_string(source.columns.size()) +
                                         " columns, and PostgreSQL holds " +
                                         std::to_string(most_columns);
    throw Error(ErrorKind::bad_request, "cannot make a table: " + reason,
                {.side = Side::source, .table = source.full_name()},
                "leave the table out with --exclude " + source.full_name());
  }
  refuse_name_clashes(table);
  NameSpace names;
  for (std::size_t column = 0; column < source.columns.size(); ++column) {
    if (leave_out({table, column})) continue;
    translate_column(table, column, names, constraints_[table]);
  }
  add_constants(table, names);
}

std::string Translator::name_column(const SourceTable& table, const SourceColumn& column,
                                    const std::optional<std::string>& by_rule, NameSpace& names) {
  const std::string wanted = by_rule ? *by_rule : folded(column.name);
  const bool reserved = is_system_column(wanted);
  if (!by_rule && choices_.schema.identifiers != IdentifierChoice::keep && names.taken(wanted)) {
    const auto other =
        std::find_if(table.columns.begin(), table.columns.end(),
                     [&](const SourceColumn& one) { return folded(one.name) == wanted; });
    throw Error(ErrorKind::bad_request,
                "cannot give two columns one name: " + other->name + " and " + column.name +
                    " would both be " + wanted,
                {.side = Side::target, .table = table.full_name()},
                "keep names as they are with --identifiers keep");
  }
  std::string name = names.claim(reserved ? wanted + "_" : wanted);
  if (name != wanted) {
    note("renamed", table.full_name() + "." + column.name,
         (reserved ? "PostgreSQL keeps this name in every table: becomes "
                   : "the name exceeds 63 bytes: becomes ") +
             name);
  }
  return name;
}

void Translator::translate_column(std::size_t table, std::size_t column, NameSpace& names,
                                  NameSpace& constraints) {
  const SourceTable& source_table = catalog_.tables[table];
  const SourceColumn& source = source_table.columns[column];
  const std::string where = source_table.full_name() + "." + source.name;
  const auto holds = choices_.text_holds.find(where);
  const TextReading reading =
      reading_of(source, in_backticks(source.name),
                 holds == choices_.text_holds.end() ? TextHolds::what_it_says : holds->second);
  SourceColumn renamed = source;
  renamed.charset = reading.charset;
  renamed.name = name_column(source_table, source, name_by_rule(orders_[table], source), names);
  const ColumnMapping mapping = map({table, column}, renamed);
  if (!mapping.note.empty()) note("type", where, mapping.note);

  TranslatedTable& translated = out_.tables[table];
  const std::size_t at = translated.target.columns.size();
  target_at_[number_of({table, column})] = at;
  TargetColumn& target = translated.target.columns.emplace_back();
  target.name = renamed.name;
  target.type = mapping.type;
  if (target.type.starts_with("geometry") && !choices_.postgis_schema.empty()) {
    target.type = quote_identifier(choices_.postgis_schema) + "." + target.type;
  }
  target.nullable = source.nullable;
  allow_nulls({table, column}, target, mapping);
  target.comment = source.comment;
  if (source.auto_increment) {
    target.identity = is_identity_type(target.type);
    if (!target.identity) {
      note("type", where,
           "auto_increment is left out: a column of type " + target.type +
               " cannot be an identity; an INSERT must now give a value");
    }
  }
  if (!mapping.check_sql.empty()) {
    const std::string name =
        constraints.claim(translated.target.name + "_" + target.name + "_check");
    translated.target.checks.push_back({name, mapping.check_sql});
  }
  const std::string quoted = in_backticks(source.name);
  translated.columns.push_back({.source = column,
                                .target = at,
                                .select_expression = mapping.convert_in_source
                                                         ? "CONVERT(" + quoted + " USING utf8mb4)"
                                                         : reading.expression,
                                .encoding = mapping.encoding,
                                .checked_charset = reading.checked_charset});
  choose_comparison({table, column}, target, translated.columns.back().encoding);
  note_column(source_table, source);
  if (cast_of_[number_of({table, column})] == nullptr) note_display(where, source);
}

void Translator::note_column(const SourceTable& table, const SourceColumn& column) {
  const std::string where = table.full_name() + "." + column.name;
  if (column.invisible) {
    note("invisible column", where, "is copied and becomes an ordinary column");
  }
}

void Translator::note_display(const std::string& where, const SourceColumn& column) {
  if (column.column_type.find("zerofill") != std::string::npos) {
    note("type", where, "ZEROFILL is left out: the number arrives without zeros before it");
  }
  const bool is_float = column.type == SourceType::float32 || column.type == SourceType::float64;
  if (is_float && column.column_type.find(',') != std::string::npos) {
    note("type", where,
         "the values arrive as " + column.column_type + " rounded them; PostgreSQL rounds no more");
  }
}

void Translator::name_enums() {
  // Columns that foreign keys tie share one type, named after the column that they point at.
  struct Shared {
    Place owner;
    bool one = true;  // all of the set have the same labels
  };
  std::unordered_map<std::size_t, Shared> shared;
  const auto is_native = [&](const Place& place) {
    return catalog_.tables[place.table].columns[place.column].type == SourceType::enumeration &&
           target_of(place) != nullptr && target_of(place)->type.empty();
  };
  const auto labels = [&](const Place& place) -> const std::vector<std::string>& {
    return catalog_.tables[place.table].columns[place.column].labels;
  };
  const auto each_native = [&](auto visit) {
    for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
      for (std::size_t j = 0; j < catalog_.tables[i].columns.size(); ++j) {
        const Place place{i, j};
        if (is_native(place)) visit(place, ties_.root(number_of(place)));
      }
    }
  };
  each_native([&](const Place& place, std::size_t root) {
    const auto [found, is_new] = shared.try_emplace(root, Shared{place});
    if (is_new) return;
    Shared& set = found->second;
    set.one = set.one && labels(set.owner) == labels(place);
    if (pointed_at_[number_of(place)] && !pointed_at_[number_of(set.owner)]) set.owner = place;
  });

  std::unordered_map<std::size_t, std::string> type_of;  // by number of the owner
  const auto make = [&](const Place& owner) {
    const std::size_t number = number_of(owner);
    const auto made = type_of.find(number);
    if (made != type_of.end()) return made->second;
    const TargetTable& table = out_.tables[owner.table].target;
    const std::string wanted = table.name + "_" + target_of(owner)->name;
    const std::string name = relations_of(table).claim(wanted);
    if (name != wanted) {
      const SourceTable& source = catalog_.tables[owner.table];
      note("renamed", source.full_name() + "." + source.columns[owner.column].name,
           "its enum type " + wanted + " becomes " + name);
    }
    out_.enums.push_back({table.schema, name, labels(owner)});
    return type_of[number] = quote_qualified(table.schema, name);
  };
  std::vector<std::pair<Place, std::string>> types;
  each_native([&](const Place& place, std::size_t root) {
    const Shared& set = shared.at(root);
    types.emplace_back(place, make(set.one ? set.owner : place));
  });
  for (auto& [place, type] : types) {
    own_target_of(place)->type = std::move(type);
  }
}

void Translator::set_defaults() {
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& source = catalog_.tables[i];
    for (std::size_t j = 0; j < source.columns.size(); ++j) {
      const TargetColumn* const target = target_of({i, j});
      if (target == nullptr || target->identity || source.columns[j].generated != Generated::none)
        continue;
      const bool converted = cast_of_[number_of({i, j})] != nullptr;
      TranslatedDefault translated =
          converted
              ? translate_converted_default(source.columns[j], *encoding_of({i, j}), target->type)
              : translate_default(source.columns[j], target->type);
      if (target->default_sql != translated.sql) {
        own_target_of({i, j})->default_sql = std::move(translated.sql);
      }
      if (!translated.note.empty()) {
        note("default", source.full_name() + "." + source.columns[j].name, translated.note);
      }
    }
    note_row_width(source, out_.tables[i].target);
    share_columns(i);
  }
}

void Translator::name_sequences() {
  // PostgreSQL calls an identity's sequence table_column_seq, where that is free and short enough.
  for (TranslatedTable& translated : out_.tables) {
    TargetTable& table = translated.target;
    const SharedVector<TargetColumn>& columns = table.columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!columns[i].identity) continue;
      const std::string own_choice = table.name + "_" + columns[i].name + "_seq";
      const std::string name = relations_of(table).claim(own_choice);
      if (name != own_choice) table.columns[i].identity_sequence = name;
    }
  }
}

void Translator::note_row_width(const SourceTable& table, const TargetTable& target) {
  std::size_t n_bytes = (target.columns.size() + 7) / 8;  // the null bitmap
  for (const TargetColumn& column : target.columns) n_bytes += least_row_bytes(column.type);
  if (n_bytes <= most_row_bytes) return;
  note("row width", table.full_name(),
       "a row without NULLs may take " + std::to_string(n_bytes) +
           " bytes or more, and PostgreSQL's "
           "pages hold " +
           std::to_string(most_row_bytes) + ": such a row stops the load");
}

}  // namespace millrace
