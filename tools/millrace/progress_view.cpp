#include "tools/millrace/progress_view.h"

#include <algorithm>
#include <string_view>

namespace millrace {
namespace {

/// Rates are those of this span: short enough to follow, long enough to read.
constexpr double rate_span_s = 5.0;
/// The engine's name of the phase in which rows move.
constexpr std::string_view copy_phase = "copy";
/// What a lane did counts for about this long.
constexpr double lane_memory_s = 1.0;

bool rows_are_in(const TableMeter& table) noexcept {
  return table.chunks > 0 && table.chunks_done.load(std::memory_order_relaxed) >= table.chunks;
}

/// Rows of `table` that count as moved: once all are committed, a retried chunk counts once.
std::uint64_t moved_rows(const TableMeter& table) noexcept {
  if (table.done.load(std::memory_order_relaxed) || rows_are_in(table)) {
    return table.rows_committed.load(std::memory_order_relaxed);
  }
  return table.rows_read.load(std::memory_order_relaxed);
}

}  // namespace

ProgressView ProgressObserver::look(std::size_t most_tables) {
  ProgressView view;
  view.elapsed_s = progress_.elapsed_s();
  view.phase = progress_.phase();
  view.started = progress_.started();
  view.rows_to_read_back = progress_.read_back_expected();
  view.rows_read_back = std::min(progress_.read_back(), view.rows_to_read_back);
  if (!view.started) return view;

  view.tables = progress_.table_count();
  std::vector<std::size_t> under_way;
  for (std::size_t i = 0; i < progress_.table_count(); ++i) {
    const TableMeter& table = progress_.table(i);
    view.rows += moved_rows(table);
    view.rows_expected += expected_rows(table);
    view.bytes += table.bytes_read.load(std::memory_order_relaxed);
    if (table.done.load(std::memory_order_relaxed)) {
      ++view.tables_done;
    } else if (table.keys_running.load(std::memory_order_relaxed) ||
               (table.started.load(std::memory_order_relaxed) && !rows_are_in(table))) {
      under_way.push_back(i);
    }
  }
  view.tables_under_way = under_way.size();
  if (under_way.size() > most_tables) {
    const auto larger = [&](std::size_t a, std::size_t b) {
      return expected_rows(progress_.table(a)) > expected_rows(progress_.table(b));
    };
    const auto cut = under_way.begin() + static_cast<std::ptrdiff_t>(most_tables);
    std::partial_sort(under_way.begin(), cut, under_way.end(), larger);
    under_way.erase(cut, under_way.end());
    std::sort(under_way.begin(), under_way.end());  // a table keeps its place on the screen
  }
  for (const std::size_t i : under_way) {
    const TableMeter& table = progress_.table(i);
    view.under_way.push_back({.name = table.name,
                              .rows = moved_rows(table),
                              .rows_expected = expected_rows(table),
                              .building_keys = table.keys_running.load(std::memory_order_relaxed)});
  }
  look_at_lanes(view);
  measure(view);
  return view;
}

// A lane changes its state many times between two looks, and books its waiting for a socket only
// afterwards: what it spent most of its time on tells more than what it does this instant.
void ProgressObserver::look_at_lanes(ProgressView& view) {
  const double span_s = view.elapsed_s - lanes_seen_at_s_;
  lanes_seen_at_s_ = view.elapsed_s;
  const double weight = span_s / (span_s + lane_memory_s);
  for (const LaneKind kind : {LaneKind::reader, LaneKind::writer, LaneKind::builder}) {
    SideView& side = view.sides[static_cast<std::size_t>(kind)];
    side.kind = kind;
    std::vector<LaneShares>& lanes = lanes_[static_cast<std::size_t>(kind)];
    lanes.resize(progress_.lanes(kind));
    for (unsigned i = 0; i < progress_.lanes(kind); ++i) {
      LaneShares& lane = lanes[i];
      for (std::size_t state = 0; state < stall_kinds; ++state) {
        const double seconds = progress_.lane(kind, i).seconds(static_cast<Stall>(state));
        const double spent_s = std::max(0.0, seconds - lane.seconds[state]);
        lane.seconds[state] = seconds;
        const double share = span_s > 0 ? spent_s / span_s : 0;
        lane.share[state] += weight * (share - lane.share[state]);
      }
      const auto most = std::max_element(lane.share.begin(), lane.share.end());
      ++side.lanes[static_cast<std::size_t>(most - lane.share.begin())];
    }
  }
}

void ProgressObserver::measure(ProgressView& view) {
  if (!marks_.empty() && view.rows < marks_.back().rows) marks_.clear();  // a chunk was taken back
  if (marks_.empty() && view.phase == copy_phase) {
    marks_.push_back({progress_.phases().back().begin_s, 0, 0});
  }
  marks_.push_back({view.elapsed_s, view.rows, view.bytes});
  while (marks_.size() > 2 && marks_[1].at_s <= view.elapsed_s - rate_span_s) marks_.pop_front();
  const Mark& first = marks_.front();
  const double span_s = view.elapsed_s - first.at_s;
  if (span_s <= 0) return;
  view.rows_per_s = static_cast<double>(view.rows - first.rows) / span_s;
  view.bytes_per_s = static_cast<double>(view.bytes - std::min(view.bytes, first.bytes)) / span_s;
  if (view.rows_per_s > 0 && view.rows_expected > view.rows) {
    view.seconds_left = static_cast<double>(view.rows_expected - view.rows) / view.rows_per_s;
  }
}

std::vector<std::string> ProgressObserver::take_finished_tables() {
  std::vector<std::string> finished;
  if (!progress_.started()) return finished;
  told_.resize(progress_.table_count());
  for (std::size_t i = 0; i < progress_.table_count(); ++i) {
    if (told_[i] || !progress_.table(i).done.load(std::memory_order_relaxed)) continue;
    told_[i] = true;
    finished.push_back(progress_.table(i).name);
  }
  return finished;
}

}  // namespace millrace
