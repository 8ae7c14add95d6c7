#include "engine/verify/difference_report.h"

#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/shown_text.h"
#include "operators/byte_order.h"
#include "operators/copy_tuple.h"

namespace millrace {

namespace {

constexpr std::size_t most_value_columns = 80;  // of a terminal, for one value

using Fields = std::vector<std::optional<std::string>>;

bool is_quoted(std::string_view type) {
  for (const std::string_view word :
       {"smallint", "integer", "bigint", "boolean", "real", "double", "numeric", "bit"}) {
    if (type.starts_with(word)) return false;
  }
  return true;
}

/// Whether `type` is one that PostgreSQL brings along, by its first letters.
std::string base_type(const std::string& type) {
  return type.starts_with('"') || type.find('.') != std::string::npos ? "enum" : type;
}

std::string shown_value(const TargetColumn& column, const std::optional<std::string>& field) {
  if (!field) return "NULL";
  std::string text;
  try {
    text = postgres_text(base_type(column.type), *field);
  } catch (const std::exception&) {  // bytes of a type that we never write
    constexpr std::string_view digits = "0123456789abcdef";
    text = "\\x";
    for (const char c : *field) {
      text += digits[static_cast<unsigned char>(c) >> 4];
      text += digits[static_cast<unsigned char>(c) & 0xf];
    }
  }
  text = fitted(text, most_value_columns, "~");
  return is_quoted(column.type) ? "'" + text + "'" : text;
}

}  // namespace

void report_differences(const TableWork& table, std::span<const FoundRow> rows,
                        std::size_t most_shown, ProofReport& proof) {
  const TargetTable& target = table.translated->target;
  const auto column_of = [&](std::size_t field) -> const TargetColumn& {
    return target.columns[table.translated->columns[field].target];
  };
  for (const FoundRow& row : rows) {
    const bool missing = row.target.empty();
    const bool extra = row.source.empty();
    ++(missing ? proof.rows_missing : extra ? proof.rows_extra : proof.rows_changed);
    if (proof.rows.size() >= most_shown) continue;
    const Fields source = extra ? Fields() : fields_of_tuple(row.source);
    const Fields found = missing ? Fields() : fields_of_tuple(row.target);
    RowDifferenceReport& report = proof.rows.emplace_back();
    report.table = target.full_name();
    report.kind = missing ? "missing" : extra ? "extra" : "changed";
    const Fields& any = extra ? found : source;
    std::vector<std::size_t> key = table.key_columns;
    if (key.empty()) {
      for (std::size_t i = 0; i < any.size(); ++i) key.push_back(i);
    }
    for (const std::size_t column : key) {
      report.key += (report.key.empty() ? "" : ", ") + column_of(column).name + "=" +
                    shown_value(column_of(column), any[column]);
    }
    if (missing || extra) continue;
    for (std::size_t i = 0; i < source.size(); ++i) {
      if (source[i] == found[i]) continue;
      report.values.push_back({.column = column_of(i).name,
                               .source = shown_value(column_of(i), source[i]),
                               .target = shown_value(column_of(i), found[i])});
    }
  }
}

RowPlace take_place(std::span<const std::byte> placed, std::string& tuple) {
  // int16(1 + n) int32(6) int32(page) int16(line) field{n}
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(placed.data());
  constexpr std::size_t head = 12;
  const RowPlace place{.slice = 0,
                       .page = load_big<std::uint32_t>(bytes + 6),
                       .line = load_big<std::uint16_t>(bytes + 10)};
  tuple.assign(reinterpret_cast<const char*>(placed.data()) + head - 2, placed.size() - head + 2);
  store_big(reinterpret_cast<std::uint8_t*>(tuple.data()),
            static_cast<std::uint16_t>(load_big<std::uint16_t>(bytes) - 1));
  return place;
}

}  // namespace millrace
