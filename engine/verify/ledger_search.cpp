#include "engine/verify/ledger_search.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "engine/verify/difference_report.h"

namespace millrace {

namespace {

/// A digest that many lanes add to.
struct SharedDigest {
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> sum{0};
};

std::string_view describe(bool read, bool as_it_was) noexcept {
  if (!read) return "not read";
  return as_it_was ? "as it was" : "changed since";
}

/// What is read by a chunk, as a reader of a report wants it: the hint to the planner left out.
std::string range_text(std::string tail) {
  const std::size_t hint = tail.find(" FORCE INDEX (");
  const std::size_t end = tail.find(" WHERE ", hint == std::string::npos ? 0 : hint);
  if (hint != std::string::npos && end != std::string::npos) tail.erase(hint, end - hint);
  const std::size_t at = tail.find_first_not_of(' ');
  return at == std::string::npos ? std::string() : tail.substr(at);
}

}  // namespace

LedgerSearch::LedgerSearch(const WorkPlan& plan, const LoadedTables& loaded,
                           std::span<const std::size_t> which,
                           std::span<const std::uint64_t> rows_found)
    : plan_(plan) {
  for (const std::size_t table : which) {
    if (!loaded.tables[table].as_planned) {
      unsearchable_.push_back(table);
      continue;
    }
    searched_.push_back({.table = table,
                         .run = loaded.tables[table].run,
                         .rows_found = rows_found[table],
                         .ranges = std::nullopt,
                         .parts = {}});
    loaded_.push_back(loaded.tables[table]);
  }
}

void LedgerSearch::find_chunks(postgres::Connection& session, TargetInstant& target) {
  std::vector<std::vector<SharedDigest>> digests(searched_.size());
  std::vector<const TargetTable*> tables(searched_.size());
  for (std::size_t i = 0; i < searched_.size(); ++i) {
    Searched& each = searched_[i];
    const TableWork& table = plan_.tables[each.table];
    std::vector<Chunk> chunks;
    for (LoadedPart& part : read_loaded_parts(session, loaded_[i], each.table)) {
      chunks.push_back(part.chunk);
      each.parts.push_back({.loaded = std::move(part), .found = std::nullopt});
    }
    if (each.parts.size() < 2) continue;
    each.ranges = ChunkRanges::of(table, chunks);
    if (!each.ranges) continue;
    digests[i] = std::vector<SharedDigest>(chunks.size());
    tables[i] = &table.translated->target;
  }
  const TargetInstant::Found found = target.find(tables);
  target.read(found.slices, tables, false,
              [&](std::size_t slice, std::span<const std::byte> tuple) {
                const std::size_t i = found.slices[slice].table;
                TupleDigest one;
                one.add(tuple);
                SharedDigest& digest = digests[i][searched_[i].ranges->find(tuple)];
                digest.rows.fetch_add(one.rows, std::memory_order_relaxed);
                digest.sum.fetch_add(one.sum, std::memory_order_relaxed);
              });
  for (std::size_t i = 0; i < searched_.size(); ++i) {
    for (std::size_t part = 0; part < digests[i].size(); ++part) {
      Part& each = searched_[i].parts[part];
      each.found = TupleDigest{digests[i][part].rows.load(), digests[i][part].sum.load()};
      each.differs = *each.found != each.loaded.digest;
    }
  }
}

const Location& LedgerSearch::find_rows(SourceRows& source, TargetInstant& target) {
  struct Place {
    std::size_t searched;
    std::size_t part;
  };
  std::vector<Chunk> chunks;
  std::vector<Place> places;  // of each chunk of the plan
  std::vector<SearchedTable> tables;
  for (std::size_t i = 0; i < searched_.size(); ++i) {
    Searched& each = searched_[i];
    SearchedTable& table = tables.emplace_back();
    table.table = each.table;
    std::uint64_t bytes = 0;
    std::uint64_t rows_stored = 0;
    std::uint64_t rows_found = each.ranges ? 0 : each.rows_found;
    for (std::size_t part = 0; part < each.parts.size(); ++part) {
      if (!each.parts[part].differs) continue;
      chunks.push_back(each.parts[part].loaded.chunk);
      places.push_back({i, part});
      rows_stored += each.parts[part].loaded.digest.rows;
      bytes += each.parts[part].loaded.copy_bytes;
      if (each.ranges) rows_found += each.parts[part].found->rows;
    }
    // The target may have grown since the run.
    table.rows = std::max(rows_stored, rows_found);
    table.row_bytes = bytes / std::max<std::uint64_t>(rows_stored, 1);
    if (!each.ranges) continue;
    table.takes = [&each](std::span<const std::byte> tuple) {
      return each.parts[each.ranges->find(tuple)].differs;
    };
  }
  const WorkPlan plan = plan_of_chunks(plan_, std::move(chunks));
  location_ = locate_rows(source, target, plan, tables, [&](const Receipt& receipt) {
    const Place& place = places[receipt.chunk->id];
    Part& part = searched_[place.searched].parts[place.part];
    part.source =
        receipt.parts.front().digest == part.loaded.digest ? Source::as_it_was : Source::changed;
  });
  for (std::size_t i = 0; i < searched_.size(); ++i) {
    Searched& each = searched_[i];
    each.located = std::move(location_.of_table[i]);
    for (const FoundRow& row : each.located.rows) {
      std::optional<std::size_t>& part = each.part_of_row.emplace_back();
      if (each.ranges) {
        const std::string& tuple = row.source.empty() ? row.target : row.source;
        part = each.ranges->find(std::as_bytes(std::span(tuple)));
      } else if (row.chunk) {
        part = places[*row.chunk].part;
      } else if (each.parts.size() == 1) {
        part = 0;
      }
    }
  }
  return location_;
}

bool LedgerSearch::is_certain(const Searched& searched, std::size_t row) const {
  const auto unchanged = [](const Part& part) { return part.source == Source::as_it_was; };
  if (const auto part = searched.part_of_row[row]) return unchanged(searched.parts[*part]);
  return std::ranges::all_of(searched.parts, unchanged);
}

std::vector<LedgerSearch::Found> LedgerSearch::certain_rows() const {
  std::vector<Found> found;
  for (const Searched& each : searched_) {
    Found& of_table = found.emplace_back();
    of_table.table = each.table;
    for (std::size_t row = 0; row < each.located.rows.size(); ++row) {
      if (is_certain(each, row)) of_table.rows.push_back(each.located.rows[row]);
    }
  }
  return found;
}

std::vector<std::size_t> LedgerSearch::incomplete() const {
  std::vector<std::size_t> tables;
  for (const Searched& each : searched_) {
    if (!each.located.all) tables.push_back(each.table);
  }
  return tables;
}

void LedgerSearch::report_chunks(const Searched& searched, ProofReport& proof) const {
  std::vector<std::int64_t> surplus(searched.parts.size());  // rows that the target has more
  std::vector<bool> touched(searched.parts.size());
  for (std::size_t row = 0; row < searched.located.rows.size(); ++row) {
    const auto part = searched.part_of_row[row];
    if (!part) continue;
    touched[*part] = true;
    if (searched.located.rows[row].source.empty()) ++surplus[*part];
    if (searched.located.rows[row].target.empty()) --surplus[*part];
  }
  for (std::size_t i = 0; i < searched.parts.size(); ++i) {
    const Part& part = searched.parts[i];
    // Where a row's chunk cannot be told from its key, it is those that located rows came from.
    if (!part.differs || (!part.found && !touched[i] && part.source != Source::changed)) continue;
    ChunkDifferenceReport& chunk = proof.chunks.emplace_back();
    chunk.table = plan_.tables[searched.table].translated->target.full_name();
    chunk.run = searched.run;
    chunk.chunk = static_cast<std::int64_t>(part.loaded.chunk.id);
    chunk.range = range_text(part.loaded.chunk.tail);
    chunk.rows_stored = part.loaded.digest.rows;
    chunk.rows_found =
        part.found
            ? part.found->rows
            : static_cast<std::uint64_t>(static_cast<std::int64_t>(chunk.rows_stored) + surplus[i]);
    chunk.source = describe(part.source != Source::not_read, part.source == Source::as_it_was);
  }
}

void LedgerSearch::report(std::size_t most_shown, ProofReport& proof) const {
  for (const Searched& each : searched_) {
    report_chunks(each, proof);
    const std::size_t before = proof.rows.size();
    report_differences(plan_.tables[each.table], each.located.rows, most_shown, proof);
    for (std::size_t row = 0; row < each.located.rows.size(); ++row) {
      const bool certain = is_certain(each, row);
      if (!certain) ++proof.rows_unclear;
      if (before + row >= proof.rows.size()) continue;
      RowDifferenceReport& report = proof.rows[before + row];
      report.source_changed = !certain;
      const auto part = each.part_of_row[row];
      if (part) report.chunk = static_cast<std::int64_t>(each.parts[*part].loaded.chunk.id);
    }
  }
}

}  // namespace millrace
