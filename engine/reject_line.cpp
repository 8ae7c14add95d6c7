#include "engine/reject_line.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "operators/base64.h"

namespace millrace {

namespace {

// Ordered: a line reads like the grammar in the header.
using Json = nlohmann::ordered_json;

const SourceColumn& source_column(const TableWork& table, std::size_t position) {
  return table.source->columns[table.translated->columns[position].source];
}

const TargetColumn& target_column(const TableWork& table, std::size_t position) {
  return table.translated->target.columns[table.translated->columns[position].target];
}

/// Whether the source put a byte before a value of this column, since it could not read it.
bool is_marked(const TableWork& table, std::size_t position) {
  return !table.translated->columns[position].checked_charset.empty();
}

Json json_of(ExactValue value, bool marked) {
  if (marked && value.kind == ExactValue::Kind::bytes && value.bytes.starts_with('\xff')) {
    value.bytes.erase(0, 1);
  }
  switch (value.kind) {
    case ExactValue::Kind::null: return nullptr;
    case ExactValue::Kind::text: return std::move(value.bytes);
    case ExactValue::Kind::bytes: return {{"base64", to_base64(value.bytes)}};
  }
  return nullptr;
}

std::string line_of(const Json& json) {
  // Names may carry bytes of any charset.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// The target's columns as COPY takes them: those of the SELECT, then what is added to each row.
std::vector<std::string> copied_columns(const TranslatedTable& table) {
  std::vector<bool> seen(table.target.columns.size());
  std::vector<std::string> names;
  for (const TranslatedColumn& column : table.columns) {
    names.push_back(table.target.columns[column.target].name);
    seen[column.target] = true;
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i] && !table.target.columns[i].computed())
      names.push_back(table.target.columns[i].name);
  }
  return names;
}

}  // namespace

std::string reason_of(const TableWork& table, RejectedValue fault) {
  const std::string& charset = table.translated->columns[fault.column].checked_charset;
  if (fault.fault == ValueFault::invalid_utf8 && !charset.empty()) {
    return "not all of it can be read as " + charset;
  }
  return std::string(describe(fault.fault));
}

std::string shown_value(const TableWork& table, const BinaryRowView& row, std::size_t column) {
  std::string value = table.encoder.describe_value(row, column);
  constexpr std::string_view mark = "\\xff";
  if (is_marked(table, column) && value.starts_with(mark)) value.erase(0, mark.size());
  return value;
}

std::string reject_header(const TableWork& table) {
  const TargetTable& target = table.translated->target;
  return line_of({{"millrace", "rejects"},
                  {"version", 1},
                  {"source", table.source->full_name()},
                  {"schema", target.schema},
                  {"table", target.name},
                  {"columns", copied_columns(*table.translated)}});
}

std::string reject_line(const TableWork& table, std::uint64_t chunk, const BinaryRowView& row,
                        std::span<const RejectedValue> faults, std::string_view tuple) {
  const auto value = [&](std::size_t position) {
    return json_of(table.encoder.exact_value(row, position), is_marked(table, position));
  };
  Json key = Json::object();
  for (const std::size_t position : table.key_columns) {
    key[source_column(table, position).name] = value(position);
  }
  std::string reason;
  Json mend = Json::object();
  for (const RejectedValue& fault : faults) {
    reason += (reason.empty() ? "" : "; ") + source_column(table, fault.column).name + ": " +
              reason_of(table, fault) + " for " + target_column(table, fault.column).type;
    mend[target_column(table, fault.column).name] = value(fault.column);
  }
  Json all = Json::object();
  for (std::size_t i = 0; i < table.translated->columns.size(); ++i) {
    all[source_column(table, i).name] = value(i);
  }
  return line_of({{"chunk", chunk},
                  {"key", std::move(key)},
                  {"reason", std::move(reason)},
                  {"mend", std::move(mend)},
                  {"row", std::move(all)},
                  {"tuple", to_base64(tuple)}});
}

}  // namespace millrace
