#include "engine/source_counts.h"

#include <atomic>
#include <string>

#include "engine/side_by_side.h"

namespace millrace {

namespace {

std::string count_sql(const TableWork& table, const Chunk& chunk, std::size_t part) {
  const SourceTable& source = *table.source;
  std::string database = source.database;
  std::string name = source.name;
  if (source.consolidated()) {
    const SourceMember& member = source.members[chunk.member(part)];
    database = member.database;
    name = member.name;
  }
  return "SELECT COUNT(*) FROM " + mysql::quote_identifier(database) + "." +
         mysql::quote_identifier(name) + (chunk.tail.empty() ? table.filter : chunk.tail);
}

}  // namespace

std::vector<std::uint64_t> count_source_rows(std::vector<mysql::Connection>& sessions,
                                             const WorkPlan& plan,
                                             const std::function<void()>& interrupt) {
  std::vector<std::atomic<std::uint64_t>> rows(plan.tables.size());
  side_by_side(
      sessions.size(), plan.chunks.size(), interrupt, [&](std::size_t lane, std::size_t i) {
        const Chunk& chunk = plan.chunks[i];
        for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
          const std::size_t table = chunk.tables[part];
          const auto counted = sessions[lane].query(count_sql(plan.tables[table], chunk, part));
          rows[table].fetch_add(std::stoull(counted.at(0).at(0).text), std::memory_order_relaxed);
        }
      });
  return {rows.begin(), rows.end()};
}

}  // namespace millrace
