#include "engine/left_in_target.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "io/quoting.h"

namespace millrace {

namespace {

/// None where nothing of the table is left.
std::optional<std::string> left_of_table(const Preparation& preparation, std::size_t index,
                                         const TableMeter& meter, BuildChoices choices) {
  const TableWork& table = preparation.work.tables[index];
  const std::uint64_t chunks = preparation.work.chunks_of[index];
  const std::uint64_t done = meter.chunks_done.load();
  const std::uint64_t rows = meter.rows_committed.load();
  const TargetTable& target = table.translated->target;
  const std::string name = target.full_name();
  if (table.grouped && done == 0 && !preparation.work.tables_first) {  // it was rolled back
    const std::string quoted = postgres::quote_qualified(target.schema, target.name);
    const auto& dropped = preparation.to_drop;
    if (std::find(dropped.begin(), dropped.end(), quoted) == dropped.end()) return std::nullopt;
    return name + ": dropped, and not made anew";
  }
  if (done < chunks) {
    return fmt::format("{}: {} of {} chunks, {} rows, {}", name, done, chunks, rows,
                       table.exists ? "its own keys" : "no keys");
  }
  if (!meter.done.load()) return fmt::format("{}: all {} rows, keys not finished", name, rows);
  return fmt::format(
      "{}: all {} rows, {}{}", name, rows, choices.keys ? "its keys" : "no keys",
      choices.keys && !target.foreign_keys.empty() ? "; its foreign keys are not all there" : "");
}

}  // namespace

std::vector<std::string> left_in_target(const Preparation& preparation, const Progress& progress,
                                        BuildChoices choices) {
  std::vector<std::string> left;
  for (const std::string& schema : preparation.schemas) left.push_back("schema " + schema);
  for (const TargetEnum& type : preparation.translation.enums) {
    if (preparation.kept_types.contains(type.schema + '\0' + type.name)) continue;
    left.push_back(type.schema + "." + type.name + " (type)");
  }
  for (const TargetCollation& collation : preparation.translation.collations) {
    if (preparation.kept_collations.contains(collation.schema + '\0' + collation.name)) continue;
    left.push_back(collation.schema + "." + collation.name + " (collation)");
  }
  for (std::size_t i = 0; i < preparation.work.tables.size(); ++i) {
    if (auto line = left_of_table(preparation, i, progress.table(i), choices)) {
      left.push_back(std::move(*line));
    }
  }
  return left;
}

}  // namespace millrace
