#include "engine/verify/target_instant.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "engine/target_statements.h"
#include "io/postgres/catalog.h"
#include "io/postgres/ddl.h"

namespace millrace {

namespace {

// Slices are cut so that each lane gets several, however few tables there are; each costs one
// round trip.
constexpr std::uint64_t slices_per_lane = 16;
constexpr std::uint64_t smallest_slice_bytes = std::uint64_t{4} << 20;
constexpr std::uint64_t largest_slice_bytes = std::uint64_t{512} << 20;
// Slices that share a round trip: reading so many bytes takes many times as long as that.
constexpr std::uint64_t batch_bytes = std::uint64_t{1} << 20;
constexpr std::size_t most_slices_per_batch = 100;
// Below it a range of ctid is looked for by reading the whole table.
// Source: PostgreSQL 14 release notes, "Allow efficient heap scanning of a range of TIDs".
constexpr int first_version_with_ranges = 140000;

struct Relation {
  std::string quoted;
  std::uint64_t bytes = 0;
};

/// The relations that hold the rows of each table: itself, and its partitions or children.
std::unordered_map<std::string, std::vector<Relation>> read_relations(
    postgres::Connection& session, const std::set<std::string>& schemas) {
  std::string list;
  for (const std::string& schema : schemas) {
    list += (list.empty() ? "" : ", ") + postgres::quote_literal(schema);
  }
  const auto rows = session.query(
      "WITH RECURSIVE tree (root, leaf) AS ("
      "SELECT c.oid, c.oid FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'p') AND n.nspname IN (" +
      list +
      ") UNION SELECT tree.root, i.inhrelid FROM tree "
      "JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.leaf) "
      "SELECT rn.nspname, r.relname, ln.nspname, l.relname, l.relkind, "
      "CASE WHEN l.relkind = 'r' THEN pg_catalog.pg_relation_size(l.oid) ELSE 0 END "
      "FROM tree JOIN pg_catalog.pg_class r ON r.oid = tree.root "
      "JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace "
      "JOIN pg_catalog.pg_class l ON l.oid = tree.leaf "
      "JOIN pg_catalog.pg_namespace ln ON ln.oid = l.relnamespace");
  std::unordered_map<std::string, std::vector<Relation>> relations;
  for (const postgres::Row& row : rows) {
    auto& of_table = relations[row[0].text + '\0' + row[1].text];
    if (row[4].text == "r" && row[5].text != "0" && !row[5].null) {
      of_table.push_back(
          {postgres::quote_qualified(row[2].text, row[3].text), std::stoull(row[5].text)});
    }
  }
  return relations;
}

std::string page_condition(const TargetSlice& slice) {
  std::string condition;
  if (slice.first_page != 0) condition = fmt::format(" WHERE ctid >= '({},0)'", slice.first_page);
  if (slice.end_page) {
    condition +=
        fmt::format("{}ctid < '({},0)'", condition.empty() ? " WHERE " : " AND ", *slice.end_page);
  }
  return condition;
}

}  // namespace

std::vector<SliceBatch> batch_slices(std::span<const TargetSlice> slices,
                                     std::span<const TargetTable* const> tables,
                                     std::size_t most_locks) {
  std::vector<SliceBatch> batches;
  std::uint64_t bytes = 0;
  std::size_t locks = 0;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const std::size_t locks_here = locks_of(*tables[slices[i].table]);
    const bool joins = !batches.empty() && bytes + slices[i].bytes <= batch_bytes &&
                       locks + locks_here <= most_locks &&
                       i - batches.back().begin < most_slices_per_batch;
    if (joins) {
      batches.back().end = i + 1;
    } else {
      batches.push_back({.begin = i, .end = i + 1});
      bytes = locks = 0;
    }
    bytes += slices[i].bytes;
    locks += locks_here;
  }
  return batches;
}

std::string copy_out_sql(const TargetSlice& slice, const TargetTable& table, bool with_place) {
  const std::string columns = postgres::copy_columns(table);
  const bool whole = slice.first_page == 0 && !slice.end_page;
  // COPY of a table takes the shorter way through the server than COPY of a query.
  if (whole && !with_place) {
    return fmt::format("COPY {} ({}) TO STDOUT (FORMAT binary)", slice.relation, columns);
  }
  return fmt::format("COPY (SELECT {}{} FROM ONLY {}{}) TO STDOUT (FORMAT binary)",
                     with_place ? "ctid, " : "", columns, slice.relation, page_condition(slice));
}

TargetInstant::TargetInstant(std::vector<postgres::Connection>& sessions) : sessions_(sessions) {
  // Rows that a policy hides must fail the reading, not be missing from it.
  const std::string begin =
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL row_security = off";
  sessions_.front().execute(begin);
  snapshot_ = sessions_.front().query("SELECT pg_catalog.pg_export_snapshot()").at(0).at(0).text;
  side_by_side(
      sessions_.size() - 1, sessions_.size() - 1, [this] { cancel(); },
      [&](std::size_t, std::size_t item) {
        sessions_[item + 1].execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT " +
            postgres::quote_literal(snapshot_) + "; SET LOCAL row_security = off");
      });
  most_locks_ = locks_per_transaction(postgres::read_server_facts(sessions_.front()),
                                      static_cast<unsigned>(sessions_.size()));
  for (postgres::Connection& session : sessions_) session.execute("SAVEPOINT before_reading");
}

TargetInstant::~TargetInstant() {
  for (postgres::Connection& session : sessions_) session.rollback();
}

void TargetInstant::cancel() noexcept {
  for (postgres::Connection& session : sessions_) session.cancel();
}

void TargetInstant::batch_by_batch(std::span<const TargetSlice> slices,
                                   std::span<const TargetTable* const> tables,
                                   const BatchBody& body) {
  const std::vector<SliceBatch> batches = batch_slices(slices, tables, most_locks_);
  side_by_side(
      sessions_.size(), batches.size(), [this] { cancel(); },
      [&](std::size_t lane, std::size_t item) {
        SliceBatch batch = batches[item];
        const std::size_t end = batch.end;
        std::size_t most = end - batch.begin;
        while (batch.begin < end) {
          batch.end = std::min(end, batch.begin + most);
          const std::size_t came_to = body(lane, batch);
          if (came_to < batch.end) {
            sessions_[lane].execute(release_locks);
            most = std::max<std::size_t>(1, most / 2);
          }
          batch.begin = came_to;
        }
      });
}

std::vector<std::uint64_t> TargetInstant::count(std::span<const TargetSlice> slices,
                                                std::span<const TargetTable* const> tables) {
  std::vector<std::uint64_t> counts(slices.size());
  batch_by_batch(slices, tables, [&](std::size_t lane, SliceBatch batch) {
    std::string sql;
    for (std::size_t i = batch.begin; i < batch.end; ++i) {
      sql += fmt::format("{}SELECT {}, pg_catalog.count(*) FROM ONLY {}{}",
                         sql.empty() ? "" : " UNION ALL ", i, slices[i].relation,
                         page_condition(slices[i]));
    }
    try {
      for (const postgres::Row& row : sessions_[lane].query(sql)) {
        counts[std::stoull(row[0].text)] = std::stoull(row[1].text);
      }
    } catch (const Error& error) {
      if (batch.end - batch.begin > 1 && is_out_of_locks(error)) return batch.begin;
      throw;
    }
    sessions_[lane].execute(release_locks);
    return batch.end;
  });
  return counts;
}

TargetInstant::Found TargetInstant::find(std::span<const TargetTable* const> tables) {
  Found found;
  found.present.resize(tables.size());
  if (tables.empty()) return found;
  std::set<std::string> schemas;
  for (const TargetTable* table : tables) {
    if (table != nullptr) schemas.insert(table->schema);
  }
  if (schemas.empty()) return found;
  postgres::Connection& session = sessions_.front();
  const auto relations = read_relations(session, schemas);
  const std::uint64_t page_bytes = std::stoull(session.query("SHOW block_size").at(0).at(0).text);

  std::uint64_t total = 0;
  std::vector<const std::vector<Relation>*> of_table(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i] == nullptr) continue;
    const auto standing = relations.find(tables[i]->schema + '\0' + tables[i]->name);
    if (standing == relations.end()) continue;
    found.present[i] = true;
    of_table[i] = &standing->second;
    for (const Relation& relation : standing->second) total += relation.bytes;
  }
  const bool ranges = session.server_version() >= first_version_with_ranges;
  const std::uint64_t slice_pages = std::clamp(total / (sessions_.size() * slices_per_lane),
                                               smallest_slice_bytes, largest_slice_bytes) /
                                    page_bytes;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (of_table[i] == nullptr) continue;
    for (const Relation& relation : *of_table[i]) {
      const std::uint64_t pages = relation.bytes / page_bytes;
      const std::uint64_t pieces =
          ranges ? std::max<std::uint64_t>(1, (pages + slice_pages / 2) / slice_pages) : 1;
      for (std::uint64_t piece = 0; piece < pieces; ++piece) {
        TargetSlice& slice = found.slices.emplace_back();
        slice.table = i;
        slice.relation = relation.quoted;
        slice.first_page = pages * piece / pieces;
        // The last one is open: whatever the size was, no row can lie behind it.
        if (piece + 1 < pieces) slice.end_page = pages * (piece + 1) / pieces;
        slice.bytes = relation.bytes / pieces;
      }
    }
  }
  std::stable_sort(
      found.slices.begin(), found.slices.end(),
      [](const TargetSlice& left, const TargetSlice& right) { return left.bytes > right.bytes; });
  return found;
}

}  // namespace millrace
