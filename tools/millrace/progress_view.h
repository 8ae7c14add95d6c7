#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/progress.h"

namespace millrace {

/// One table under way, as seen at one moment.
struct TableView {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t rows_expected = 0;
  bool building_keys = false;
};

/// How many lanes of one kind spend most of their time in each state, by Stall's value.
struct SideView {
  LaneKind kind = LaneKind::reader;
  std::array<unsigned, stall_kinds> lanes{};
};

/// A run as seen at one moment: all that a renderer shows.
struct ProgressView {
  double elapsed_s = 0;
  std::string phase;
  bool started = false;  // tables are known
  bool stopping = false;
  std::uint64_t rows = 0;
  std::uint64_t rows_expected = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows_read_back = 0;  // of the target, for the proof
  std::uint64_t rows_to_read_back = 0;
  double rows_per_s = 0;  // over the last seconds
  double bytes_per_s = 0;
  std::optional<double> seconds_left;
  std::uint64_t tables = 0;
  std::uint64_t tables_done = 0;
  std::uint64_t tables_under_way = 0;
  std::vector<TableView> under_way;  // the largest, in the order of the work
  std::array<SideView, 3> sides{};
};

/// Looks at a Progress from time to time and works out rates. Belongs to one thread.
class ProgressObserver {
 public:
  explicit ProgressObserver(const Progress& progress) : progress_(progress) {}

  /// Look now; at most `most_tables` tables are listed.
  /// Cost: a few loads per table; 40,000 tables take about a millisecond.
  ProgressView look(std::size_t most_tables);

  /// Names of the tables that became done since the last call.
  std::vector<std::string> take_finished_tables();

 private:
  /// Where the lane's time goes lately, by Stall's value.
  struct LaneShares {
    std::array<double, stall_kinds> seconds{};
    std::array<double, stall_kinds> share{};
  };
  struct Mark {
    double at_s;
    std::uint64_t rows;
    std::uint64_t bytes;
  };

  void measure(ProgressView& view);
  void look_at_lanes(ProgressView& view);

  const Progress& progress_;
  std::deque<Mark> marks_;
  std::vector<bool> told_;
  std::array<std::vector<LaneShares>, 3> lanes_;
  double lanes_seen_at_s_ = 0;
};

}  // namespace millrace
