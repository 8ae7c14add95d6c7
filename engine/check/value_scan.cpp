#include "engine/check/value_scan.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "engine/name_list.h"
#include "engine/quantity_text.h"
#include "engine/side_by_side.h"
#include "io/error.h"
#include "io/mysql/row_stream.h"

namespace millrace {
namespace {

// Of each chunk, so that they come from all over the table; of a table that has few chunks, more.
constexpr std::uint64_t sampled_rows_per_chunk = 1000;
constexpr std::uint64_t sampled_rows_per_table = 16'000;
constexpr std::size_t keys_told = 5;
constexpr std::size_t first_buffer_bytes = std::size_t{64} << 10;

/// A fault's place: table, column, reason.
using FaultPlace = std::tuple<std::size_t, std::size_t, ValueFault>;

struct FaultTally {
  std::uint64_t count = 0;
  std::string value;
  // By chunk, so that what is told does not depend on which lane was quicker.
  std::vector<std::pair<std::size_t, std::string>> keys;
};

/// What one lane has seen; nobody else touches it while it reads.
struct LaneTally {
  std::vector<SampledRows> tables;
  std::map<FaultPlace, FaultTally> faults;
  std::vector<std::byte> buffer = std::vector<std::byte>(first_buffer_bytes);
};

std::string key_text(const TableWork& table, const BinaryRowView& row) {
  if (table.key_columns.empty()) return "(table without a key)";
  std::string key;
  for (const std::size_t position : table.key_columns) {
    const std::size_t source = table.translated->columns[position].source;
    key += (key.empty() ? "" : ",") + table.source->columns[source].name + "=" +
           table.encoder.describe_value(row, position);
  }
  return key;
}

/// The row callback of one table's part of a chunk.
class RowCounter {
 public:
  RowCounter(const TableWork& table, std::size_t index, std::size_t chunk, LaneTally& tally)
      : table_(table), index_(index), chunk_(chunk), tally_(tally) {}

  /// C code stands below it, so nothing may be thrown.
  static bool on_row(void* context, const BinaryRowView& row) noexcept {
    auto& counter = *static_cast<RowCounter*>(context);
    try {
      counter.count(row);
      return true;
    } catch (...) {
      counter.error_ = std::current_exception();
      return false;
    }
  }

  void finish() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void count(const BinaryRowView& row) {
    RowOutcome outcome = encode(row);
    SampledRows& sampled = tally_.tables[index_];
    ++sampled.rows;
    // One value after the other is made NULL, until the rest of the row fits.
    std::vector<std::uint16_t> unfit;
    while (outcome.status == RowStatus::fault) {
      note(row, outcome);
      unfit.push_back(outcome.column);
      outcome = encode(table_.encoder.with_nulls(row, unfit, scratch_), unfit);
    }
    if (outcome.status == RowStatus::malformed) {
      throw Error(ErrorKind::connection_lost,
                  "cannot read the table: the source sent a row that ends too early",
                  {.side = Side::source, .table = table_.source->full_name()});
    }
    sampled.copy_bytes += outcome.bytes;
  }

  RowOutcome encode(const BinaryRowView& row, std::span<const std::uint16_t> given_up = {}) {
    RowOutcome outcome = table_.encoder.encode(row, tally_.buffer, given_up);
    while (outcome.status == RowStatus::no_space) {
      tally_.buffer.resize(std::max(outcome.bytes, tally_.buffer.size() * 2));
      outcome = table_.encoder.encode(row, tally_.buffer, given_up);
    }
    return outcome;
  }

  void note(const BinaryRowView& row, const RowOutcome& outcome) {
    FaultTally& tally = tally_.faults[{index_, outcome.column, outcome.fault}];
    if (tally.count++ == 0) tally.value = table_.encoder.describe_value(row, outcome.column);
    if (tally.keys.size() < keys_told) tally.keys.emplace_back(chunk_, key_text(table_, row));
  }

  const TableWork& table_;
  std::size_t index_;
  std::size_t chunk_;
  LaneTally& tally_;
  std::vector<std::uint8_t> scratch_;
  std::exception_ptr error_;
};

void scan_chunk(mysql::Connection& session, const WorkPlan& work, std::size_t at, ScanDepth depth,
                LaneTally& tally) {
  const Chunk& chunk = work.chunks[at];
  for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
    const std::size_t index = chunk.tables[part];
    const TableWork& table = work.tables[index];
    std::string sql = select_rows(table, chunk, part);
    if (depth == ScanDepth::sample) {
      const std::uint64_t chunks = std::max<std::uint64_t>(1, work.chunks_of[index]);
      sql += fmt::format(" LIMIT {}",
                         std::max(sampled_rows_per_chunk, sampled_rows_per_table / chunks));
    }
    RowCounter counter(table, index, at, tally);
    bool stopped = false;
    try {
      mysql::stream_rows(session, sql, table.encoder.wire_forms(), &RowCounter::on_row, &counter,
                         stopped);
      counter.finish();
    } catch (Error& error) {
      error.add({.side = Side::source, .table = table.source->full_name()});
      throw;
    }
  }
}

ScanResult sum_up(std::vector<LaneTally>& lanes, std::size_t tables) {
  ScanResult result;
  result.tables.resize(tables);
  std::map<FaultPlace, FaultTally> faults;
  for (LaneTally& lane : lanes) {
    for (std::size_t i = 0; i < tables; ++i) {
      result.tables[i].rows += lane.tables[i].rows;
      result.tables[i].copy_bytes += lane.tables[i].copy_bytes;
      result.rows += lane.tables[i].rows;
    }
    for (auto& [place, tally] : lane.faults) {
      FaultTally& sum = faults[place];
      if (sum.count == 0 || (!tally.keys.empty() && tally.keys.front() < sum.keys.front())) {
        sum.value = tally.value;
      }
      sum.count += tally.count;
      std::move(tally.keys.begin(), tally.keys.end(), std::back_inserter(sum.keys));
      std::stable_sort(sum.keys.begin(), sum.keys.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
    }
  }
  for (auto& [place, tally] : faults) {
    CountedFault& fault = result.faults.emplace_back();
    std::tie(fault.table, fault.column, fault.fault) = place;
    fault.count = tally.count;
    fault.value = std::move(tally.value);
    for (std::size_t i = 0; i < std::min(keys_told, tally.keys.size()); ++i) {
      fault.keys.push_back(std::move(tally.keys[i].second));
    }
  }
  return result;
}

}  // namespace

ScanResult scan_values(std::vector<mysql::Connection>& sessions, const WorkPlan& work,
                       ScanDepth depth, StopRequest& stop) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<LaneTally> lanes(sessions.size());
  for (LaneTally& lane : lanes) lane.tables.resize(work.tables.size());
  const auto cut_all = [&] {
    for (mysql::Connection& session : sessions) session.cut();
  };
  const StopRequest::Waker waker(stop, cut_all);
  side_by_side(sessions.size(), work.chunks.size(), cut_all, [&](std::size_t lane, std::size_t at) {
    scan_chunk(sessions[lane], work, at, depth, lanes[lane]);
  });
  ScanResult result = sum_up(lanes, work.tables.size());
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

namespace {

/// What the job's policy makes of a fault in this column.
struct Consequence {
  Verdict verdict = Verdict::fail;
  std::string_view words;
  std::string advice;
};

Consequence consequence_of(const TableWork& table, const CountedFault& fault) {
  const std::size_t target = table.translated->columns[fault.column].target;
  const bool nullable = table.translated->target.columns[target].nullable;
  const FaultPolicy policy =
      table.on_fault.empty() ? FaultPolicy::stop : table.on_fault[fault.column];
  std::string advice(remedy(fault.fault));
  if (policy == FaultPolicy::reject) {
    return {Verdict::warn, "; their rows will be set aside", std::move(advice)};
  }
  if (policy == FaultPolicy::null && nullable) {
    return {Verdict::warn, "; they will become NULL", std::move(advice)};
  }
  if (!advice.empty()) advice += ", or ";
  advice += nullable ? "--on-fault null or reject" : "--on-fault reject";
  return {Verdict::fail, "", std::move(advice)};
}

}  // namespace

Findings check_values(const ScanResult& scan, const WorkPlan& work, ScanDepth depth) {
  constexpr std::string_view family = "values";
  const std::string read =
      depth == ScanDepth::full
          ? fmt::format("all {} rows", count_text(scan.rows))
          : fmt::format("{} rows, from all over the tables", count_text(scan.rows));
  Findings findings;
  for (const CountedFault& fault : scan.faults) {
    const TableWork& table = work.tables[fault.table];
    const TranslatedColumn& column = table.translated->columns[fault.column];
    Consequence consequence = consequence_of(table, fault);
    findings.push_back(
        {consequence.verdict, family, "values",
         fmt::format(
             "{}.{}: {} {} for {} in {} rows{}: first {} at {}{}", table.source->full_name(),
             table.source->columns[column.source].name, count_text(fault.count),
             describe(fault.fault), table.translated->target.columns[column.target].type,
             count_text(scan.tables[fault.table].rows), depth == ScanDepth::full ? "" : " sampled",
             fault.value.empty() ? "(empty)" : fault.value, name_list(fault.keys),
             consequence.words),
         std::move(consequence.advice)});
  }
  if (findings.empty()) {
    findings.push_back({Verdict::ok, family, "values",
                        "every value fits: " + read + " were encoded as a run would",
                        depth == ScanDepth::full ? "" : "--scan full reads every row"});
  }
  return findings;
}

}  // namespace millrace
