#include "tools/millrace/progress_frame.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/quantity_text.h"
#include "engine/shown_text.h"

namespace millrace {
namespace {

constexpr std::string_view bold = "1";
constexpr std::string_view dim = "2";
constexpr std::string_view green = "32";
constexpr std::string_view yellow = "33";
constexpr std::string_view cyan = "36";

constexpr std::array<std::string_view, 3> side_names = {"readers", "writers", "builders"};

/// What a lane of each kind does in each state, in Stall's order; empty: not worth telling.
constexpr std::array<std::array<std::string_view, stall_kinds>, 3> doing = {{
    {"reading", "waiting for source", "waiting for memory", "waiting for target", "idle"},
    {"writing", "waiting for rows", "waiting for rows", "waiting for target", "idle"},
    {"building", "waiting for source", "waiting", "building", "idle"},
}};

std::string padded_left(const std::string& text, std::size_t columns) {
  const std::size_t used = columns_of(text);
  return used < columns ? std::string(columns - used, ' ') + text : text;
}

std::string painted(std::string_view text, std::string_view attribute, const FrameStyle& style) {
  if (!style.color || text.empty()) return std::string(text);
  return "\x1b[" + std::string(attribute) + 'm' + std::string(text) + "\x1b[0m";
}

double fraction_of(std::uint64_t part, std::uint64_t whole) noexcept {
  if (whole == 0) return 0;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

/// By rows; a run that has none to move goes by tables.
double total_fraction(const ProgressView& view) noexcept {
  return view.rows_expected > 0 ? fraction_of(view.rows, view.rows_expected)
                                : fraction_of(view.tables_done, view.tables);
}

std::string percent_text(double fraction) {
  // 100 % is said when it is true, not when it rounds to it.
  if (fraction < 1 && fraction > 0.9994) fraction = 0.9994;
  return fixed_text(fraction * 100, 1) + " %";
}

std::string bar(double fraction, std::size_t columns, std::string_view attribute,
                const FrameStyle& style) {
  if (columns == 0) return {};
  fraction = std::clamp(fraction, 0.0, 1.0);
  std::string full;
  std::string rest;
  if (style.unicode) {
    constexpr std::array<std::string_view, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto parts = static_cast<std::size_t>(fraction * static_cast<double>(columns) * 8);
    for (std::size_t i = 0; i < parts / 8; ++i) full += "█";
    full += eighths[parts % 8];
    const std::size_t used = parts / 8 + (parts % 8 != 0 ? 1 : 0);
    for (std::size_t i = used; i < columns; ++i) rest += "░";
  } else {
    const auto parts = static_cast<std::size_t>(fraction * static_cast<double>(columns));
    full.assign(parts, '#');
    rest.assign(columns - parts, '.');
  }
  return painted(full, attribute, style) + painted(rest, dim, style);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(0.0, seconds));
  const auto two = [](std::uint64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  if (whole < 3600) return two(whole / 60) + ':' + two(whole % 60);
  return std::to_string(whole / 3600) + ':' + two(whole % 3600 / 60) + ':' + two(whole % 60);
}

std::string side_text(const SideView& side) {
  const auto kind = static_cast<std::size_t>(side.kind);
  std::vector<std::pair<std::string_view, unsigned>> parts;
  for (std::size_t state = 0; state < stall_kinds; ++state) {
    if (side.lanes[state] == 0) continue;
    const std::string_view word = doing[kind][state];
    const auto same = std::find_if(parts.begin(), parts.end(),
                                   [&](const auto& part) { return part.first == word; });
    if (same == parts.end()) {
      parts.emplace_back(word, side.lanes[state]);
    } else {
      same->second += side.lanes[state];
    }
  }
  if (parts.empty()) return {};
  std::string text = std::string(side_names[kind]) + ": ";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) text += ", ";
    text += std::to_string(parts[i].second) + ' ' + std::string(parts[i].first);
  }
  return text;
}

/// Pieces side by side with two spaces between, the last dropped while they do not fit.
class Line {
 public:
  explicit Line(const FrameStyle& style) : style_(style) {}

  /// Returns whether it fitted.
  bool add(std::string_view text, std::string_view attribute = "") {
    const std::size_t gap = line_.empty() ? 0 : 2;
    const std::size_t columns = columns_of(text);
    if (columns_ + gap + columns + 1 > style_.width) return false;
    line_.append(gap, ' ');
    line_ += attribute.empty() ? std::string(text) : painted(text, attribute, style_);
    columns_ += gap + columns;
    return true;
  }

  std::string take() {
    columns_ = 0;
    return std::exchange(line_, {});
  }

 private:
  const FrameStyle& style_;
  std::string line_;
  std::size_t columns_ = 0;
};

/// The phase, and how far it is where it tells: "verify 31.0 %".
std::string phase_text(const ProgressView& view) {
  if (view.stopping) return "stopping";
  if (view.phase.empty()) return "start";
  if (view.phase != "verify" || view.rows_to_read_back == 0) return view.phase;
  return view.phase + " " +
         percent_text(static_cast<double>(view.rows_read_back) /
                      static_cast<double>(view.rows_to_read_back));
}

std::string head_line(const ProgressView& view, const FrameStyle& style) {
  Line line(style);
  line.add(phase_text(view), bold);
  line.add(clock_text(view.elapsed_s));
  if (view.stopping) {
    line.add("closing COPYs and connections in order; Ctrl-C again exits at once", yellow);
    return line.take();
  }
  if (view.started) {
    line.add(count_text(view.tables_done) + " of " + count_text(view.tables) + " tables done");
  }
  return line.take();
}

bool all_rows_are_in(const ProgressView& view) noexcept {
  return view.rows_expected > 0 && view.rows >= view.rows_expected;
}

std::string time_left_text(const ProgressView& view) {
  if (all_rows_are_in(view) && view.tables_done < view.tables) return "indexes and keys";
  return view.seconds_left ? "about " + clock_text(*view.seconds_left) + " left" : std::string();
}

/// Nothing once all rows are in: a mean of the last seconds would only fade away.
std::string rates_text(const ProgressView& view) {
  if (all_rows_are_in(view)) return {};
  return short_count_text(view.rows_per_s) + " rows/s  " + data_text(view.bytes_per_s) + "/s";
}

/// Bar and percent always; then, while there is room, time left, rates, rows.
std::string total_line(const ProgressView& view, const FrameStyle& style) {
  constexpr std::size_t least_bar = 12;
  constexpr std::size_t most_bar = 48;
  constexpr std::size_t gap = 2;
  const double fraction = total_fraction(view);
  const std::string percent = padded_left(percent_text(fraction), 7);
  std::string left = time_left_text(view);
  std::string rates = rates_text(view);
  std::string rows = short_count_text(static_cast<double>(view.rows)) + " rows";
  const std::string rows_of = short_count_text(static_cast<double>(view.rows)) + " of " +
                              short_count_text(static_cast<double>(view.rows_expected)) + " rows";

  std::size_t room = style.width - 1;
  const auto take = [&room](std::size_t columns) {
    if (room < columns + gap) return false;
    room -= columns + gap;
    return true;
  };
  take(percent.size());
  const std::size_t bar_room = std::min(least_bar, room);
  room -= bar_room;
  // The widest "about 00:00 left", so that the line does not jump.
  if (!take(std::max<std::size_t>(left.size(), 16))) left.clear();
  if (!take(std::max<std::size_t>(rates.size(), 24))) rates.clear();
  if (take(rows_of.size())) {
    rows = rows_of;
  } else if (!take(rows.size())) {
    rows.clear();
  }
  const std::size_t bar_columns = std::min(bar_room + room, most_bar);

  std::string line =
      bar(fraction, bar_columns, green, style) + "  " + painted(percent, bold, style);
  if (!rows.empty()) line += "  " + rows;
  if (!rates.empty()) line += "  " + painted(rates, cyan, style);
  if (!left.empty()) line += "  " + left;
  return line;
}

std::string table_line(const TableView& table, std::size_t name_columns, const FrameStyle& style) {
  const double fraction = fraction_of(table.rows, table.rows_expected);
  const std::string name = padded(table.name, name_columns, style.unicode ? "…" : "~");
  std::string line = "  " + name;
  const std::size_t bar_columns = style.width >= 90 ? 24 : 12;
  const double shown = table.building_keys ? 1 : fraction;
  std::size_t used = 2 + name_columns;
  if (used + 2 + bar_columns < style.width) {
    line += "  " + bar(shown, bar_columns, table.building_keys ? cyan : green, style);
    used += 2 + bar_columns;
  }
  const std::vector<std::string> pieces =
      table.building_keys ? std::vector<std::string>{"  indexes and keys"}
                          : std::vector<std::string>{
                                "  " + padded_left(percent_text(fraction), 7),
                                "  " + short_count_text(static_cast<double>(table.rows)) + " of " +
                                    short_count_text(static_cast<double>(table.rows_expected))};
  for (const std::string& piece : pieces) {
    if (used + piece.size() >= style.width) break;
    line += piece;
    used += piece.size();
  }
  return line;
}

/// On one line where they fit, else on several.
std::vector<std::string> side_lines(const ProgressView& view, const FrameStyle& style) {
  std::vector<std::string> lines;
  Line line(style);
  for (const SideView& side : view.sides) {
    const std::string text = fitted(side_text(side), style.width - 1, style.unicode ? "…" : "~");
    if (text.empty() || line.add(text, dim)) continue;
    lines.push_back(line.take());
    line.add(text, dim);
  }
  lines.push_back(line.take());
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

std::size_t table_lines(const FrameStyle& style) noexcept {
  constexpr std::size_t most = 8;
  constexpr std::size_t others = 7;  // head, total, "more", the sides, and the prompt below
  return style.height > others ? std::min<std::size_t>(most, style.height - others) : 0;
}

std::vector<std::string> progress_frame(const ProgressView& view, const FrameStyle& style) {
  std::vector<std::string> lines = {head_line(view, style)};
  if (!view.started) return lines;
  lines.push_back(total_line(view, style));

  const std::size_t shown = std::min(view.under_way.size(), table_lines(style));
  std::size_t name_columns = 16;
  for (std::size_t i = 0; i < shown; ++i) {
    name_columns = std::max(name_columns, columns_of(view.under_way[i].name));
  }
  const std::size_t most = style.width > 56 ? style.width - 40 : style.width * 2 / 5;
  name_columns = std::min({name_columns, most, std::size_t{40}});
  for (std::size_t i = 0; i < shown; ++i) {
    lines.push_back(table_line(view.under_way[i], name_columns, style));
  }
  if (view.tables_under_way > shown) {
    const std::string more =
        "  and " + count_text(view.tables_under_way - shown) + " more tables under way";
    lines.push_back(painted(fitted(more, style.width - 1), dim, style));
  }
  for (std::string& side : side_lines(view, style)) lines.push_back(std::move(side));
  return lines;
}

std::string progress_line(const ProgressView& view) {
  std::string line = clock_text(view.elapsed_s) + "  " + phase_text(view);
  if (!view.started) return line;
  line += "  " + percent_text(total_fraction(view)) + "  " + count_text(view.rows) + " of " +
          count_text(view.rows_expected) + " rows  " + count_text(view.tables_done) + " of " +
          count_text(view.tables) + " tables";
  for (const std::string& text : {rates_text(view), time_left_text(view)}) {
    if (!text.empty()) line += "  " + text;
  }
  for (const SideView& side : view.sides) {
    const std::string text = side_text(side);
    if (!text.empty()) line += "  " + text;
  }
  return line;
}

std::string progress_json(const ProgressView& view) {
  using Json = nlohmann::ordered_json;
  Json json = {{"event", "progress"},
               {"elapsed_s", view.elapsed_s},
               {"phase", view.phase},
               {"stopping", view.stopping},
               {"rows", view.rows},
               {"rows_expected", view.rows_expected},
               {"copy_bytes", view.bytes},
               {"rows_read_back", view.rows_read_back},
               {"rows_to_read_back", view.rows_to_read_back},
               {"rows_per_s", view.rows_per_s},
               {"copy_bytes_per_s", view.bytes_per_s},
               {"seconds_left", view.seconds_left ? Json(*view.seconds_left) : Json(nullptr)},
               {"tables", view.tables},
               {"tables_done", view.tables_done},
               {"tables_under_way", view.tables_under_way}};
  Json tables = Json::array();
  for (const TableView& table : view.under_way) {
    tables.push_back({{"table", table.name},
                      {"rows", table.rows},
                      {"rows_expected", table.rows_expected},
                      {"building_keys", table.building_keys}});
  }
  json["under_way"] = std::move(tables);
  constexpr std::array<const char*, stall_kinds> states = {
      "working", "waiting_for_source", "waiting_for_buffer", "waiting_for_target", "idle"};
  Json lanes = Json::object();
  for (const SideView& side : view.sides) {
    Json counts = Json::object();
    for (std::size_t state = 0; state < stall_kinds; ++state) {
      counts[states[state]] = side.lanes[state];
    }
    lanes[std::string(side_names[static_cast<std::size_t>(side.kind)])] = std::move(counts);
  }
  json["lanes"] = std::move(lanes);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace millrace
