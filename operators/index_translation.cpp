#include <algorithm>
#include <cstdint>
#include <utility>

#include "io/quoting.h"
#include "operators/expression_translation.h"
#include "operators/schema_translator.h"

namespace millrace {

namespace {

using postgres::quote_identifier;

// Source: PostgreSQL, BTMaxItemSize of btree version 4.
constexpr std::uint64_t most_index_bytes = 2704;
constexpr std::uint64_t md5_bytes = 36;  // 32 digits and a length word
constexpr std::uint64_t unbounded_bytes = std::uint64_t{1} << 40U;

/// The most bytes that a value of this type may take in an index.
std::uint64_t most_key_bytes(const SourceColumn& source, std::string_view type,
                             std::uint32_t prefix_characters) {
  constexpr std::uint64_t bytes_per_character = 4;  // UTF-8
  const std::string_view base = base_of(type);
  if (source.type == SourceType::enumeration) {
    std::size_t longest = 0;
    for (const std::string& label : source.labels) longest = std::max(longest, label.size());
    return longest;
  }
  if (base == "text" || base == "varchar" || base == "character" || is_citext(base)) {
    if (prefix_characters > 0) return prefix_characters * bytes_per_character;
    if (source.length_characters == 0 || source.type == SourceType::text) return unbounded_bytes;
    return source.length_characters * bytes_per_character;
  }
  if (base == "bytea") {
    if (prefix_characters > 0) return prefix_characters;
    if (source.type == SourceType::blob || source.length_bytes == 0) return unbounded_bytes;
    return source.length_bytes;
  }
  if (base == "text[]" || base == "jsonb") return unbounded_bytes;
  return 40;  // the longest numeric that MySQL has, and more than any other
}

}  // namespace

void Translator::translate_indexes() {
  // Primary keys take their names first: what they are called must not hang on other indexes.
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (const SourceIndex& index : catalog_.tables[i].indexes) {
      if (index.primary) translate_index(i, index);
    }
  }
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    for (const SourceIndex& index : catalog_.tables[i].indexes) {
      if (!index.primary) translate_index(i, index);
    }
  }
}

void Translator::translate_index(std::size_t table, const SourceIndex& index) {
  const SourceTable& source = catalog_.tables[table];
  TargetIndex target;
  if (index.kind == IndexKind::fulltext) {
    if (!translate_fulltext(table, index, target)) return;
    name_index(table, index, target, false);
    out_.tables[table].target.indexes.push_back(std::move(target));
    return;
  }
  target.primary = index.primary;
  target.unique = index.unique || index.primary;
  if (index.kind == IndexKind::spatial) {
    if (choices_.types.geometry != GeometryChoice::postgis) {
      note_index(source, index, "is SPATIAL and is left out: it needs PostGIS");
      return;
    }
    target.method = "gist";
    target.unique = false;
  }
  if (index.kind == IndexKind::hash && !index.unique) {
    note_index(source, index, "is a HASH index and becomes a btree");
  }
  if (index.invisible) {
    note_index(source, index,
               "is invisible to the source's optimizer and becomes an ordinary one: drop it if it "
               "was to go");
  }
  if (!index.comment.empty()) {
    note_index(source, index, "has a comment, which is left out: " + index.comment);
  }
  std::uint64_t key_bytes = 0;
  for (const SourceIndexPart& part : index.parts) {
    if (!translate_part(table, index, part, target, key_bytes)) return;
  }
  const auto is_plain = [](const std::string& part) { return part.starts_with('"'); };
  const bool demoted =
      target.primary && !std::all_of(target.parts.begin(), target.parts.end(), is_plain);
  if (demoted) target.primary = false;
  name_index(table, index, target, demoted);
  if (demoted) {
    note_index(
        source, index,
        "covers only the beginning of a column, which no primary key can: becomes the unique "
        "index " +
            target.name);
  }
  if (target.method == "btree" && key_bytes > most_index_bytes) {
    note_index(source, index,
               "may meet values too long for it: an entry holds " +
                   std::to_string(most_index_bytes) +
                   " bytes, and building it stops at a longer one");
  }
  out_.tables[table].target.indexes.push_back(std::move(target));
}

bool Translator::translate_fulltext(std::size_t table, const SourceIndex& index, TargetIndex& out) {
  const SourceTable& source = catalog_.tables[table];
  if (choices_.schema.fulltext == FulltextChoice::report) {
    note_index(source, index, "is FULLTEXT and is left out: --fulltext gin makes a tsvector index");
    return false;
  }
  std::string words;
  for (const SourceIndexPart& part : index.parts) {
    const auto at = find_column(source, part.column);
    const TargetColumn* const column = at ? target_of({table, *at}) : nullptr;
    if (column == nullptr || family_of(column->type) != ValueFamily::text) {
      note_index(source, index, "is FULLTEXT and is left out: " + part.column + " is no text");
      return false;
    }
    words += (words.empty() ? "" : " || ' ' || ") + ("coalesce(" + quote_identifier(column->name)) +
             ", '')";
  }
  out.method = "gin";
  out.parts.push_back("to_tsvector('simple', " + words + ")");
  note_index(source, index,
             "is FULLTEXT and becomes gin (" + out.parts.back() +
                 "): a query asks it by @@, not by MATCH");
  return true;
}

bool Translator::translate_part(std::size_t table, const SourceIndex& index,
                                const SourceIndexPart& part, TargetIndex& out,
                                std::uint64_t& key_bytes) {
  const SourceTable& source_table = catalog_.tables[table];
  if (part.column.empty()) return translate_expression_part(table, index, part, out, key_bytes);
  const auto at = find_column(source_table, part.column);
  if (!at) {
    note_index(source_table, index,
               "is left out: this account may not see its column " + part.column);
    return false;
  }
  const SourceColumn& source = source_table.columns[*at];
  if (target_of({table, *at}) == nullptr) {
    note_index(source_table, index, "is left out with its column " + part.column);
    return false;
  }
  const TargetColumn& target = *target_of({table, *at});
  const std::string_view type = base_of(target.type);
  if (type == "json") {
    note_index(source_table, index, "is left out: PostgreSQL cannot sort json");
    return false;
  }
  const bool bytes = type == "bytea";
  const bool citext = is_citext(type);
  const bool characters = type == "text" || type == "varchar" || type == "character" || citext;
  const bool unbounded = source.type == SourceType::text || source.type == SourceType::blob;
  const std::uint64_t whole = bytes ? source.length_bytes : source.length_characters;
  const bool prefix = (bytes || characters) && part.prefix_characters > 0 &&
                      (unbounded || part.prefix_characters < whole);
  const std::string name = quote_identifier(target.name);
  if (prefix) {
    const std::string n = std::to_string(part.prefix_characters);
    out.parts.push_back(bytes    ? "substring(" + name + ", 1, " + n + ")"
                        : citext ? "(left(" + name + "::text, " + n + ")::" + target.type + ")"
                                 : "left(" + name + ", " + n + ")");
    note_index(source_table, index,
               "covers the first " + n + (bytes ? " bytes of " : " characters of ") + source.name +
                   ": built on an expression, which a query must repeat to use it");
  } else if (unbounded && out.unique && (bytes || characters)) {
    const bool folds = citext || !target.collation.empty();
    out.parts.push_back(folds ? "md5(lower(" + name + "))" : "md5(" + name + ")");
    key_bytes += md5_bytes;
    note_index(source_table, index,
               "is unique over the whole of " + source.name +
                   (folds ? ": built on the md5() of its lower case" : ": built on its md5()"));
    return true;
  } else {
    out.parts.push_back(name);
  }
  // A primary key's direction is lost: PostgreSQL's has none.
  if (part.descending && !out.primary) out.parts.back() += " DESC";
  key_bytes += most_key_bytes(source, target.type, prefix ? part.prefix_characters : 0);
  return true;
}

bool Translator::translate_expression_part(std::size_t table, const SourceIndex& index,
                                           const SourceIndexPart& part, TargetIndex& out,
                                           std::uint64_t& key_bytes) {
  const SourceTable& source = catalog_.tables[table];
  const auto expression = translate_expression(part.expression, columns_of(table));
  if (!expression || !expression->immutable) {
    note_index(source, index,
               "is over (" + part.expression + ") and is left out: " +
                   (expression ? "in PostgreSQL its value may change with the session"
                               : "no PostgreSQL expression is known for it"));
    return false;
  }
  out.parts.push_back("(" + expression->sql + ")" + (part.descending ? " DESC" : ""));
  if (expression->family == ValueFamily::text) key_bytes += unbounded_bytes;
  return true;
}

void Translator::name_index(std::size_t table, const SourceIndex& index, TargetIndex& out,
                            bool demoted) {
  const TargetTable& target = out_.tables[table].target;
  NameSpace& names = relations_of(target);
  if (out.primary) {
    const std::string wanted = target.name + "_pkey";
    out.name = names.claim(wanted);
    constraints_[table].claim(out.name);
    if (out.name != wanted) {
      note("renamed", catalog_.tables[table].full_name(),
           "its primary key " + wanted + " becomes " + out.name);
    }
    return;
  }
  // The source's name of a primary key says nothing outside its table.
  if (!demoted) out.name = names.try_claim(folded(index.name));
  if (!demoted && out.name == folded(index.name)) return;
  if (out.name.empty())
    out.name = names.claim(target.name + "_" + (demoted ? "primary" : folded(index.name)));
  if (!demoted) {
    note("renamed", catalog_.tables[table].full_name(),
         "index " + index.name + " becomes " + out.name +
             (index.name.size() > longest_name_bytes ? ": the name exceeds 63 bytes"
                                                     : ": index names are unique within a schema"));
  }
}

}  // namespace millrace
