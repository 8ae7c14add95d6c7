#include "engine/verify/row_location.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "engine/verify/difference_report.h"

namespace millrace {

namespace {

/// Share the room out: first come those that want little, so that what they leave is for the
/// others.
void begin_keeping(const std::vector<std::unique_ptr<RowSearch>>& searches,
                   const KeepingRoom& room) {
  std::vector<std::pair<std::uint64_t, RowSearch*>> by_want;
  for (const auto& search : searches) {
    if (search) by_want.emplace_back(search->wanted_bytes(), search.get());
  }
  std::ranges::sort(by_want);
  std::uint64_t others = by_want.size();
  for (const auto& [want, search] : by_want) search->begin_keeping(room.left_bytes() / others--);
}

}  // namespace

Location locate_rows(SourceRows& source, TargetInstant& target, const WorkPlan& plan,
                     std::span<const SearchedTable> searched,
                     const std::function<void(const Receipt&)>& seen) {
  KeepingRoom room;
  std::vector<std::unique_ptr<RowSearch>> searches(plan.tables.size());
  std::vector<const TargetTable*> tables;
  for (const SearchedTable& each : searched) {
    const TableWork& table = plan.tables[each.table];
    searches[each.table] =
        std::make_unique<RowSearch>(table.key_columns, each.rows, each.row_bytes, room);
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
  begin_keeping(searches, room);
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
  for (const SearchedTable& each : searched) {
    RowSearch& search = *searches[each.table];
    location.of_table.push_back({.rows = search.found(), .all = search.all()});
  }
  return location;
}

}  // namespace millrace
