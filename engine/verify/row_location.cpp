#include "engine/verify/row_location.h"

#include <memory>
#include <string>

#include "engine/verify/difference_report.h"

namespace millrace {

Location locate_rows(SourceRows& source, TargetInstant& target, const WorkPlan& plan,
                     std::span<const SearchedTable> searched,
                     const std::function<void(const Receipt&)>& seen) {
  std::vector<std::unique_ptr<RowSearch>> searches(plan.tables.size());
  std::vector<const TargetTable*> tables;
  for (const SearchedTable& each : searched) {
    const TableWork& table = plan.tables[each.table];
    searches[each.table] =
        std::make_unique<RowSearch>(table.key_columns, each.rows, each.row_bytes);
    tables.push_back(&table.translated->target);
  }
  Location location;
  location.found = target.find(tables);
  const auto of_slice = [&](std::size_t slice) -> const SearchedTable& {
    return searched[location.found.slices[slice].table];
  };
  source.read(
      plan,
      [&](const Chunk&, std::size_t table, std::span<const std::byte> tuple) {
        searches[table]->sift(RowSearch::Side::source, tuple);
      },
      seen);
  target.read(location.found.slices, tables, false,
              [&](std::size_t slice, std::span<const std::byte> tuple) {
                const SearchedTable& each = of_slice(slice);
                if (each.takes && !each.takes(tuple)) return;
                searches[each.table]->sift(RowSearch::Side::target, tuple);
              });
  for (const SearchedTable& each : searched) {
    location.of_table.push_back({.rows = {}, .all = searches[each.table]->begin_keeping()});
  }
  source.read(
      plan,
      [&](const Chunk& chunk, std::size_t table, std::span<const std::byte> tuple) {
        searches[table]->keep_source(tuple, chunk.id);
      },
      [](const Receipt&) {});
  target.read(location.found.slices, tables, true,
              [&](std::size_t slice, std::span<const std::byte> tuple) {
                thread_local std::string row;
                RowPlace place = take_place(tuple, row);
                place.slice = slice;
                const std::span<const std::byte> bytes = std::as_bytes(std::span(row));
                const SearchedTable& each = of_slice(slice);
                if (each.takes && !each.takes(bytes)) return;
                searches[each.table]->keep_target(bytes, place);
              });
  for (std::size_t i = 0; i < searched.size(); ++i) {
    location.of_table[i].rows = searches[searched[i].table]->found();
  }
  return location;
}

}  // namespace millrace
