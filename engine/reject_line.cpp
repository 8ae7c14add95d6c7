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

Json json_of(ExactValue value) {
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
    return json_of(table.encoder.exact_value(row, position));
  };
  Json key = Json::object();
  for (const std::size_t position : table.key_columns) {
    key[source_column(table, position).name] = value(position);
  }
  std::string reason;
  Json mend = Json::object();
  for (const RejectedValue& fault : faults) {
    reason += (reason.empty() ? "" : "; ") + source_column(table, fault.column).name + ": " +
              std::string(describe(fault.fault)) + " for " +
              target_column(table, fault.column).type;
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
