#include "io/mysql/catalog_rows.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>
#include <utility>

#include "io/mysql/catalog.h"

namespace millrace::mysql {

namespace catalog_rows {

std::uint64_t to_count(const Cell& cell) {
  return cell.null || cell.text.empty() ? 0 : std::stoull(cell.text);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace catalog_rows

using catalog_rows::lower;
using catalog_rows::to_count;

namespace {

SourceType type_of(const std::string& data_type) {
  static const std::unordered_map<std::string, SourceType> types{
      {"tinyint", SourceType::tinyint},
      {"smallint", SourceType::smallint},
      {"mediumint", SourceType::mediumint},
      {"int", SourceType::integer},
      {"bigint", SourceType::bigint},
      {"decimal", SourceType::decimal},
      {"float", SourceType::float32},
      {"double", SourceType::float64},
      {"bit", SourceType::bit},
      {"date", SourceType::date},
      {"datetime", SourceType::datetime},
      {"timestamp", SourceType::timestamp},
      {"time", SourceType::time},
      {"year", SourceType::year},
      {"char", SourceType::character},
      {"varchar", SourceType::varchar},
      {"tinytext", SourceType::text},
      {"text", SourceType::text},
      {"mediumtext", SourceType::text},
      {"longtext", SourceType::text},
      {"binary", SourceType::binary},
      {"varbinary", SourceType::varbinary},
      {"tinyblob", SourceType::blob},
      {"blob", SourceType::blob},
      {"mediumblob", SourceType::blob},
      {"longblob", SourceType::blob},
      {"enum", SourceType::enumeration},
      {"set", SourceType::set},
      {"json", SourceType::json},
      {"geometry", SourceType::geometry},
      {"point", SourceType::geometry},
      {"linestring", SourceType::geometry},
      {"polygon", SourceType::geometry},
      {"multipoint", SourceType::geometry},
      {"multilinestring", SourceType::geometry},
      {"multipolygon", SourceType::geometry},
      {"geometrycollection", SourceType::geometry},
      {"geomcollection", SourceType::geometry},
      {"uuid", SourceType::uuid},
      {"inet4", SourceType::inet4},
      {"inet6", SourceType::inet6}};
  const auto found = types.find(data_type);
  return found == types.end() ? SourceType::unknown : found->second;
}

/// The n of "tinyint(1)"; 0 where there is none.
std::uint32_t width_of(const std::string& column_type) {
  const auto open = column_type.find('(');
  if (open == std::string::npos) return 0;
  std::uint32_t width = 0;
  for (std::size_t i = open + 1; i < column_type.size() && std::isdigit(column_type[i]) != 0; ++i) {
    width = width * 10 + static_cast<std::uint32_t>(column_type[i] - '0');
  }
  return width;
}

/// What a backslash and `c` stand for in an SQL string literal.
char unescaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '0': return '\0';
    case 'Z': return '\x1a';
    default: return c;
  }
}

/// Take an SQL string literal apart: 'it''s' -> it's.
std::string unquote(const std::string& text) {
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) {
      ++i;
      plain += unescaped(text[i]);
    } else {
      if (text[i] == '\'' && text[i + 1] == '\'' && i + 2 < text.size()) ++i;
      plain += text[i];
    }
  }
  return plain;
}

/// MariaDB since 10.2.7 tells defaults as SQL: 'abc', NULL, 17, current_timestamp(). MySQL tells
/// plain values, and marks expressions in EXTRA (8.0) or by being CURRENT_TIMESTAMP.
void set_default(SourceColumn& column, const Cell& cell, const std::string& extra, bool as_sql) {
  if (as_sql) {
    if (cell.null) return;
    const std::string& text = cell.text;
    if (text == "NULL") {
      column.default_kind = DefaultKind::null;
    } else if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
      column.default_kind = DefaultKind::literal;
      column.default_text = unquote(text);
    } else if (text.find_first_not_of("+-.0123456789eE") == std::string::npos) {
      column.default_kind = DefaultKind::literal;
      column.default_text = text;
    } else {
      column.default_kind = DefaultKind::expression;
      column.default_text = text;
    }
    return;
  }
  if (cell.null) {
    if (column.nullable) column.default_kind = DefaultKind::null;
    return;
  }
  const bool temporal = column.type == SourceType::timestamp || column.type == SourceType::datetime;
  const bool expression = extra.find("default_generated") != std::string::npos ||
                          (temporal && lower(cell.text).starts_with("current_timestamp")) ||
                          (column.type == SourceType::bit && cell.text.starts_with("b'"));
  column.default_kind = expression ? DefaultKind::expression : DefaultKind::literal;
  column.default_text = cell.text;
}

/// The SQL string literal that opens at `at`, taken apart; `at` moves behind it.
std::string take_literal(const std::string& text, std::size_t& at) {
  const std::size_t begin = at++;
  while (at < text.size()) {
    const bool pair =
        at + 1 < text.size() && (text[at] == '\\' || (text[at] == '\'' && text[at + 1] == '\''));
    if (!pair && text[at] == '\'') break;
    at += pair ? 2 : 1;
  }
  if (at < text.size()) ++at;
  return unquote(text.substr(begin, at - begin));
}

}  // namespace

std::vector<std::string> parse_labels(const std::string& column_type) {
  std::vector<std::string> labels;
  const auto open = column_type.find('(');
  std::size_t at = open == std::string::npos ? column_type.size() : open + 1;
  while (at < column_type.size() && column_type[at] == '\'') {
    std::string label;
    for (++at; at < column_type.size(); ++at) {
      if (column_type[at] == '\'') {
        if (at + 1 < column_type.size() && column_type[at + 1] == '\'') {
          ++at;
        } else {
          break;
        }
      }
      if (column_type[at] == '\\' && at + 1 < column_type.size()) {
        label += unescaped(column_type[++at]);
      } else {
        label += column_type[at];
      }
    }
    labels.push_back(std::move(label));
    ++at;  // the closing quote
    if (at < column_type.size() && column_type[at] == ',') ++at;
  }
  return labels;
}

SourceColumn column_of(const Row& row, bool defaults_as_sql) {
  SourceColumn column;
  column.name = row[2].text;
  column.data_type = lower(row[3].text);
  column.column_type = row[4].text;
  column.type = type_of(column.data_type);
  const std::string shape = lower(column.column_type);
  column.is_unsigned = shape.find(" unsigned") != std::string::npos;
  column.display_width = width_of(column.column_type);
  column.nullable = row[5].text == "YES";
  column.length_characters = to_count(row[6]);
  column.length_bytes = to_count(row[7]);
  column.precision = static_cast<std::uint32_t>(to_count(row[8]));
  column.scale = static_cast<std::uint32_t>(to_count(row[9]));
  column.fraction_digits = static_cast<std::uint32_t>(to_count(row[10]));
  const std::string extra = lower(row[12].text);
  column.auto_increment = extra.find("auto_increment") != std::string::npos;
  column.invisible = extra.find("invisible") != std::string::npos;
  column.on_update_current_timestamp = extra.find("on update") != std::string::npos;
  column.charset = row[13].text;
  column.collation = row[14].text;
  column.comment = row[15].text;
  if (!row[16].null && !row[16].text.empty()) {
    column.generation_expression = row[16].text;
    column.generated =
        extra.find("virtual") != std::string::npos ? Generated::virtual_ : Generated::stored;
  }
  if (column.type == SourceType::enumeration || column.type == SourceType::set) {
    column.labels = parse_labels(column.column_type);
  }
  set_default(column, row[11], extra, defaults_as_sql);
  return column;
}

void add_index_part(SourceTable& table, const Row& row) {
  if (table.indexes.empty() || table.indexes.back().name != row[2].text) {
    SourceIndex& index = table.indexes.emplace_back();
    index.name = row[2].text;
    index.primary = index.name == "PRIMARY";
    index.unique = row[3].text == "0";
    const std::string kind = lower(row[7].text);
    index.kind = kind == "fulltext"                     ? IndexKind::fulltext
                 : kind == "spatial" || kind == "rtree" ? IndexKind::spatial
                 : kind == "hash"                       ? IndexKind::hash
                                                        : IndexKind::btree;
    index.comment = row[8].text;
    index.invisible = row[10].text == "1";
  }
  SourceIndexPart& part = table.indexes.back().parts.emplace_back();
  part.column = row[4].text;
  // A spatial key of MyISAM tells the size of its bounding box there.
  part.prefix_characters = table.indexes.back().kind == IndexKind::spatial
                               ? 0
                               : static_cast<std::uint32_t>(to_count(row[5]));
  part.descending = row[6].text == "D";
  part.expression = row[9].text;
  // SUB_PART counts bytes for binary strings and characters for text; a full-length part is NULL.
}

bool may_be_cut(const std::string& comment) noexcept {
  constexpr std::ptrdiff_t characters_kept = 80;
  return std::ranges::count_if(comment, [](char c) {
           return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
         }) >= characters_kept;
}

void complete_comments(SourceTable& table, const std::string& create_table) {
  constexpr std::string_view opening = " COMMENT = '";
  std::size_t behind_last = 0;
  for (SourcePartition& partition : table.partitions) {
    if (!may_be_cut(partition.comment)) continue;
    for (std::size_t at = create_table.find(opening, behind_last); at != std::string::npos;
         at = create_table.find(opening, at)) {
      at += opening.size() - 1;
      std::string whole = take_literal(create_table, at);
      if (!whole.starts_with(partition.comment)) continue;
      partition.comment = std::move(whole);
      behind_last = at;
      break;
    }
  }
}

void take_check(SourceTable& table, const std::string& name, const std::string& clause,
                bool enforced) {
  for (SourceColumn& column : table.columns) {
    if (column.type == SourceType::text && name == column.name &&
        lower(clause) == lower("json_valid(" + quote_identifier(column.name) + ")")) {
      column.type = SourceType::json;
      return;
    }
  }
  table.checks.push_back({name, clause, enforced});
}

}  // namespace millrace::mysql
