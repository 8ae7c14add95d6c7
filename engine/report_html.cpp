#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/alike_notes.h"
#include "engine/quantity_text.h"
#include "engine/report.h"
#include "engine/report_charts.h"
#include "engine/report_faults.h"
#include "engine/report_proof.h"
#include "engine/report_style.h"
#include "engine/shown_text.h"

namespace millrace {
namespace {

constexpr std::string_view thin_space = "\xE2\x80\xAF";  // U+202F, narrow and without a line break
constexpr std::size_t charted_tables = 30;
constexpr std::size_t open_tables = 60;        // more than these are folded away
constexpr std::size_t most_tables = 2000;      // the longest; the rest are summed
constexpr std::size_t tables_per_fold = 1000;  // a browser lays out only what is unfolded
constexpr std::size_t open_notes = 12;
constexpr std::size_t most_notes = 1000;
constexpr std::size_t most_left = 1000;
constexpr std::size_t curve_points = 240;

std::string number(std::uint64_t count) { return count_text(count, thin_space); }

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return number(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string percent(double share) {
  if (share > 0 && share < 0.005) return "< 1 %";
  return fixed_text(share * 100, 0) + " %";
}

double copy_span_s(const TableReport& table) { return std::max(0.0, table.end_s - table.begin_s); }

std::string section(std::string_view title, std::string_view caption, const std::string& body) {
  std::string html = "<section><h2>" + html_escaped(title) + "</h2>";
  if (!caption.empty()) html += "<p class=\"caption\">" + html_escaped(caption) + "</p>";
  return html + body + "</section>\n";
}

std::string picture(const std::string& svg) { return "<div class=\"picture\">" + svg + "</div>"; }

// ---------------------------------------------------------------- head

std::string badge(const RunReport& report) {
  const bool complete = reached_end(report) && report.outcome != "different";
  const std::string_view tone = complete ? (report.rows_rejected == 0 ? "good" : "warn")
                                : report.outcome == "cancelled" ? "warn"
                                                                : "bad";
  const std::string_view sign = complete ? "✓" : report.outcome == "cancelled" ? "■" : "✕";
  return "<span class=\"badge " + std::string(tone) + "\">" + std::string(sign) + ' ' +
         html_escaped(report.outcome.empty() ? "unknown" : report.outcome) + "</span>";
}

std::string head(const RunReport& report) {
  std::string html = "<header><div class=\"brand\">" + std::string(report_mark) +
                     "<span>Millrace</span></div>" + badge(report) + "<h1><span class=\"end\">" +
                     html_escaped(report.source) + "</span><span class=\"to\">→</span>" +
                     "<span class=\"end\">" + html_escaped(report.target) + "</span></h1>";
  std::string sub;
  for (const std::string& part :
       {report.source_version, report.target_version,
        report.started_at.empty() ? std::string() : "started " + report.started_at}) {
    if (!part.empty()) sub += (sub.empty() ? "" : " · ") + html_escaped(part);
  }
  return html + "<p class=\"sub\">" + sub + "</p></header>\n";
}

std::string failure(const RunReport& report) {
  if (reached_end(report)) return {};
  std::string html = "<section class=\"failure " +
                     std::string(report.outcome == "cancelled" ? "warn" : "bad") + "\">";
  if (!report.error.empty()) html += "<p class=\"error\">" + html_escaped(report.error) + "</p>";
  if (!report.hint.empty()) html += "<p><b>hint</b> " + html_escaped(report.hint) + "</p>";
  if (report.left_in_target.empty()) {
    html += "<p>The target keeps nothing unfinished of this run.</p>";
  } else {
    html += "<p>The target keeps, unfinished:</p><ul class=\"names\">";
    const std::size_t shown = std::min(report.left_in_target.size(), most_left);
    for (std::size_t i = 0; i < shown; ++i) {
      html += "<li>" + html_escaped(report.left_in_target[i]) + "</li>";
    }
    html += "</ul>";
    if (shown < report.left_in_target.size()) {
      html += "<p>and " + number(report.left_in_target.size() - shown) +
              " more, all in the JSON report</p>";
    }
  }
  return html + "</section>\n";
}

std::string tile(const std::string& value, std::string_view label, const std::string& detail) {
  // The unit is set smaller than the number.
  const std::size_t space = value.find(' ');
  std::string html = "<div class=\"tile\"><div class=\"figure\">";
  if (space == std::string::npos || value.find(' ', space + 1) != std::string::npos) {
    html += value;
  } else {
    html += value.substr(0, space) + "<small>" + std::string(thin_space) + value.substr(space + 1) +
            "</small>";
  }
  html += "</div><div class=\"what\">" + std::string(label) + "</div>";
  if (!detail.empty()) html += "<div class=\"detail\">" + detail + "</div>";
  return html + "</div>";
}

/// The run ended before it knew what to move.
bool began(const RunReport& report) {
  return reached_end(report) || report.rows > 0 || !report.tables.empty();
}

std::string tiles_of_copy(const RunReport& report) {
  const PhaseReport copy = copy_span(report);
  const double copy_s = copy.end_s - copy.begin_s;
  const auto rows = static_cast<double>(report.rows);
  const auto bytes = static_cast<double>(report.copy_bytes);
  const bool moved = report.rows > 0 && copy_s > 0;
  return tile(duration_text(report.wall_s), "from start to end",
              moved ? duration_text(copy_s) + " of it moving rows" : "") +
         tile(number(report.rows), "rows", plural(report.tables.size(), "table", "tables")) +
         tile(data_text(bytes), "as binary COPY", plural(report.chunks, "chunk", "chunks")) +
         tile(moved ? short_count_text(rows / copy_s) : "–", "rows per second",
              moved ? data_text(bytes / copy_s) + "/s while rows moved" : "");
}

std::string tiles_of_proof(const RunReport& report) {
  std::uint64_t rows = 0;
  std::uint64_t equal = 0;
  for (const TableProofReport& table : report.proof.tables) {
    rows += table.target_rows;
    if (table.verdict == "equal") ++equal;
  }
  const auto read = std::ranges::find(report.phases, "verify", &PhaseReport::name);
  const double read_s = read == report.phases.end() ? 0 : read->end_s - read->begin_s;
  return tile(duration_text(report.wall_s), "from start to end",
              read_s > 0 ? duration_text(read_s) + " of it reading rows back" : "") +
         tile(number(rows), "rows in the target",
              plural(report.proof.tables.size(), "table", "tables")) +
         tile(number(equal), equal == 1 ? "table is equal" : "tables are equal",
              "value for value") +
         tile(read_s > 0 ? short_count_text(static_cast<double>(rows) / read_s) : "–",
              "rows per second", "read back and compared");
}

std::string tiles(const RunReport& report) {
  if (!began(report)) return {};
  std::string html = "<div class=\"tiles\">" +
                     (report.verified_only ? tiles_of_proof(report) : tiles_of_copy(report));
  html += tile(duration_text(report.engine_cpu_s), "CPU time of the engine",
               report.wall_s > 0
                   ? fixed_text(report.engine_cpu_s / report.wall_s, 2) + " cores on average"
                   : "");
  if (report.peak_memory_bytes > 0) {
    html += tile(memory_text(report.peak_memory_bytes), "memory at the most",
                 report.memory_bytes > 0 ? "budget " + memory_text(report.memory_bytes) : "");
  }
  if (!report.snapshot.method.empty()) {
    html += tile(duration_text(report.snapshot.lock_ms / 1000), "writers held up",
                 "at the source, for the snapshot");
  }
  if (report.verified_only) return html + "</div>\n";
  html += tile(number(report.indexes + report.foreign_keys), "indexes and keys",
               plural(report.indexes, "index", "indexes") + ", " +
                   plural(report.foreign_keys, "foreign key", "foreign keys"));
  return html + "</div>\n";
}

// ---------------------------------------------------------------- throughput

/// The total that `member` had reached at `at_s`, between two samples in proportion.
double total_at(const std::vector<SamplePoint>& samples, double at_s,
                std::uint64_t SamplePoint::*member) {
  const auto after = std::lower_bound(
      samples.begin(), samples.end(), at_s,
      [](const SamplePoint& sample, double seconds) { return sample.at_s < seconds; });
  if (after == samples.end()) return static_cast<double>(samples.back().*member);
  const auto high = static_cast<double>((*after).*member);
  if (after == samples.begin()) return high;
  const SamplePoint& before = *(after - 1);
  const auto low = static_cast<double>(before.*member);
  const double span_s = after->at_s - before.at_s;
  return span_s > 0 ? low + (high - low) * (at_s - before.at_s) / span_s : high;
}

/// Samples in the copy's span, from nothing at its begin to the report's totals at its end.
std::vector<SamplePoint> copy_samples(const RunReport& report, const PhaseReport& copy) {
  std::vector<SamplePoint> samples = {{.at_s = copy.begin_s, .rows = 0, .copy_bytes = 0}};
  for (const SamplePoint& sample : report.samples) {
    const bool in_order = sample.at_s > samples.back().at_s && sample.at_s < copy.end_s &&
                          sample.rows >= samples.back().rows &&
                          sample.copy_bytes >= samples.back().copy_bytes;
    if (in_order) samples.push_back(sample);
  }
  const SamplePoint& last = samples.back();
  samples.push_back({.at_s = copy.end_s,
                     .rows = std::max(last.rows, report.rows),
                     .copy_bytes = std::max(last.copy_bytes, report.copy_bytes)});
  return samples;
}

Curve rate_curve(const std::vector<SamplePoint>& samples, std::uint64_t SamplePoint::*member,
                 std::string title, std::string series, bool bytes) {
  constexpr double least_bucket_s = 0.5;  // two samples: what is finer is noise of the sampling
  Curve curve;
  curve.title = std::move(title);
  curve.series = std::move(series);
  curve.bytes = bytes;
  curve.begin_s = samples.front().at_s;
  curve.end_s = samples.back().at_s;
  const double span_s = curve.end_s - curve.begin_s;
  const auto buckets =
      std::clamp<std::size_t>(static_cast<std::size_t>(span_s / least_bucket_s), 1, curve_points);
  const double bucket_s = span_s / static_cast<double>(buckets);
  double total = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    const double begin_s = curve.begin_s + bucket_s * static_cast<double>(i);
    const double reached = i + 1 == buckets ? static_cast<double>(samples.back().*member)
                                            : total_at(samples, begin_s + bucket_s, member);
    const double rate = (reached - total) / bucket_s;
    total = reached;
    if (i == 0) curve.points.push_back({curve.begin_s, rate});
    curve.points.push_back({begin_s + bucket_s / 2, rate});
    if (i + 1 == buckets) curve.points.push_back({curve.end_s, rate});
  }
  curve.mean = total / span_s;
  return curve;
}

std::string throughput(const RunReport& report) {
  const PhaseReport copy = copy_span(report);
  if (report.rows == 0 || !(copy.end_s > copy.begin_s)) return {};
  const std::vector<SamplePoint> samples = copy_samples(report, copy);
  const Curve rows =
      rate_curve(samples, &SamplePoint::rows, "rows per second over time", "rows", false);
  const Curve bytes =
      rate_curve(samples, &SamplePoint::copy_bytes, "bytes per second over time", "bytes", true);
  const auto titled = [](const Curve& curve) {
    double peak = 0;
    for (const CurvePoint& point : curve.points) peak = std::max(peak, point.value);
    const auto text = curve.bytes ? data_text : short_count_text;
    return "<h3>" + std::string(curve.bytes ? "bytes" : "rows") + " per second <small>mean " +
           text(curve.mean) + ", peak " + text(peak) + "</small></h3>" + picture(curve_svg(curve));
  };
  return section("Throughput", "What was taken from the source, while rows moved.",
                 titled(rows) + titled(bytes));
}

// ---------------------------------------------------------------- phases

std::string phases(const RunReport& report) {
  if (report.phases.empty()) return {};
  std::vector<Bar> bars;
  double end_s = report.wall_s;
  for (const PhaseReport& phase : report.phases) {
    const double seconds = std::max(0.0, phase.end_s - phase.begin_s);
    end_s = std::max(end_s, phase.end_s);
    Bar bar;
    bar.label = phase.name;
    bar.begin_s = phase.begin_s;
    bar.segments = {{.series = "phase", .name = "took", .seconds = seconds}};
    bar.value = duration_text(seconds);
    if (report.wall_s > 0) bar.value += "  ·  " + percent(seconds / report.wall_s);
    bars.push_back(std::move(bar));
  }
  return section("Phases", "When each phase began and how long it took.",
                 picture(bars_svg("time per phase", bars, end_s)));
}

// ---------------------------------------------------------------- lanes

struct LaneState {
  const char* series;
  const char* name;
  double LaneReport::*seconds;
};

constexpr std::array<LaneState, 5> lane_states = {{
    {"work", "working", &LaneReport::working_s},
    {"source", "waiting for the source", &LaneReport::waiting_for_source_s},
    {"buffer", "waiting for a buffer", &LaneReport::waiting_for_buffer_s},
    {"target", "waiting for the target", &LaneReport::waiting_for_target_s},
    {"idle", "nothing to do", &LaneReport::idle_s},
}};

double share_of(const LaneReport& lane, double seconds) {
  double busy_s = 0;
  for (const LaneState& state : lane_states) busy_s += lane.*state.seconds;
  busy_s -= lane.idle_s;
  return busy_s > 0 ? seconds / busy_s : 0;
}

/// Which side set the pace: readers that wait for buffers have a slow target in front of them,
/// writers that wait for rows a slow source behind them.
std::string verdict(const RunReport& report) {
  double readers_held = -1;
  double writers_starved = -1;
  for (const LaneReport& lane : report.lanes) {
    if (lane.kind == "readers") {
      readers_held = share_of(lane, lane.waiting_for_buffer_s + lane.waiting_for_target_s);
    } else if (lane.kind == "writers") {
      writers_starved = share_of(lane, lane.waiting_for_source_s + lane.waiting_for_buffer_s);
    }
  }
  if (readers_held < 0 || writers_starved < 0) return {};
  constexpr double clear = 0.2;
  if (readers_held > clear && readers_held > 1.5 * writers_starved) {
    return "The target set the pace: readers spent " + percent(readers_held) +
           " of their busy time held up by it.";
  }
  if (writers_starved > clear && writers_starved > 1.5 * readers_held) {
    return "The source set the pace: writers spent " + percent(writers_starved) +
           " of their busy time waiting for rows.";
  }
  return "Source and target kept pace: readers were held up for " + percent(readers_held) +
         " of their busy time, writers waited for rows for " + percent(writers_starved) + ".";
}

std::string lanes(const RunReport& report) {
  std::vector<Bar> bars;
  for (const LaneReport& lane : report.lanes) {
    if (lane.lanes == 0) continue;
    Bar bar;
    bar.label = lane.kind;
    double total_s = 0;
    for (const LaneState& state : lane_states) {
      bar.segments.push_back(
          {.series = state.series, .name = state.name, .seconds = lane.*state.seconds});
      total_s += lane.*state.seconds;
    }
    bar.value = plural(lane.lanes, "lane", "lanes") + ", " + duration_text(total_s);
    bars.push_back(std::move(bar));
  }
  if (bars.empty()) return {};
  std::string legend = "<p class=\"legend\">";
  for (const LaneState& state : lane_states) {
    legend +=
        "<span><i class=\"k-" + std::string(state.series) + "\"></i>" + state.name + "</span>";
  }
  legend += "</p>";
  return section("Where the lanes' time went", verdict(report),
                 legend + picture(shares_svg("time per lane kind by what it was spent on", bars)));
}

// ---------------------------------------------------------------- tables

/// Indexes into report.tables, the longest first.
std::vector<std::size_t> tables_by_time(const RunReport& report) {
  std::vector<std::size_t> order(report.tables.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto time_of = [&](std::size_t i) {
    return copy_span_s(report.tables[i]) + report.tables[i].keys_s;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return time_of(a) > time_of(b); });
  return order;
}

/// How many tables get a bar: none that would be too short to see, unless there are few.
std::size_t charted(const RunReport& report, const std::vector<std::size_t>& order) {
  constexpr std::size_t least = 10;
  constexpr double visible = 0.005;  // of the longest bar: two or three pixels
  const auto time_of = [&](std::size_t place) {
    const TableReport& table = report.tables[order[place]];
    return copy_span_s(table) + table.keys_s;
  };
  std::size_t shown = std::min(order.size(), charted_tables);
  while (shown > least && time_of(shown - 1) < visible * time_of(0)) --shown;
  return shown;
}

std::string table_chart(const RunReport& report, const std::vector<std::size_t>& order) {
  const std::size_t shown = charted(report, order);
  std::vector<Bar> bars;
  double end_s = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const TableReport& table = report.tables[order[i]];
    Bar bar;
    bar.label = table.target;
    bar.tooltip =
        count_text(table.rows) + " rows, " + data_text(static_cast<double>(table.copy_bytes));
    bar.segments = {{.series = "rows", .name = "rows", .seconds = copy_span_s(table)},
                    {.series = "keys", .name = "indexes and keys", .seconds = table.keys_s}};
    const double time_s = copy_span_s(table) + table.keys_s;
    bar.value = duration_text(time_s) + "  ·  " +
                (table.rows < 10000 ? count_text(table.rows)
                                    : short_count_text(static_cast<double>(table.rows))) +
                (table.rows == 1 ? " row" : " rows");
    end_s = std::max(end_s, time_s);
    bars.push_back(std::move(bar));
  }
  std::string html =
      "<p class=\"legend\"><span><i class=\"k-rows\"></i>rows, first chunk begun to last "
      "committed</span><span><i class=\"k-keys\"></i>indexes and keys</span></p>" +
      picture(bars_svg("time per table", bars, end_s));
  if (shown < order.size()) {
    std::uint64_t rows = 0;
    double bytes = 0;
    double time_s = 0;
    for (std::size_t i = shown; i < order.size(); ++i) {
      const TableReport& table = report.tables[order[i]];
      rows += table.rows;
      bytes += static_cast<double>(table.copy_bytes);
      time_s += copy_span_s(table) + table.keys_s;
    }
    html += "<p class=\"caption\">and " +
            plural(order.size() - shown, "more table", "more tables") + ": " + number(rows) +
            " rows, " + data_text(bytes) + ", " + duration_text(time_s) +
            " when their times are added up, side by side as they ran.</p>";
  }
  return html;
}

std::string table_row(const TableReport& table) {
  const double span_s = copy_span_s(table);
  std::string html = "<tr><td>" + html_escaped(table.target);
  if (table.source != table.target) {
    html += "<small> from " + html_escaped(table.source) + "</small>";
  }
  html += "</td><td>" + number(table.rows) + "</td><td>" +
          data_text(static_cast<double>(table.copy_bytes)) + "</td><td>" + number(table.chunks) +
          "</td><td>" + duration_text(span_s) + "</td><td>";
  if (span_s > 0 && table.rows > 0) {
    html += short_count_text(static_cast<double>(table.rows) / span_s);
  }
  html += "</td><td>" + number(table.indexes) + "</td><td>";
  if (table.keys_s > 0) html += duration_text(table.keys_s);
  return html + "</td></tr>\n";
}

std::string table_list(const RunReport& report, const std::vector<std::size_t>& order,
                       std::size_t begin, std::size_t end) {
  std::string html =
      "<div class=\"scroll\"><table><thead><tr><th>table</th><th>rows</th><th>data</th>"
      "<th>chunks</th><th>copy</th><th>rows/s</th><th>indexes</th><th>keys</th></tr></thead>"
      "<tbody>\n";
  for (std::size_t i = begin; i < end; ++i) html += table_row(report.tables[order[i]]);
  return html + "</tbody></table></div>";
}

std::string tables(const RunReport& report) {
  if (report.tables.empty()) return {};
  std::vector<std::size_t> order = tables_by_time(report);
  std::string html =
      section("Time per table",
              charted(report, order) < order.size()
                  ? "The " + std::to_string(charted(report, order)) + " that took longest."
                  : std::string(),
              table_chart(report, order));
  std::string lists;
  if (order.size() <= open_tables) {
    lists = table_list(report, order, 0, order.size());
  } else {
    const std::size_t all = order.size();
    order.resize(std::min(all, most_tables));
    if (all > most_tables) {
      lists = "<p class=\"caption\">The " + number(most_tables) + " that took longest of " +
              number(all) + " tables; the JSON report lists all.</p>";
    }
    // Who looks into a list this long looks for a name.
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return report.tables[a].target < report.tables[b].target;
    });
    for (std::size_t begin = 0; begin < order.size(); begin += tables_per_fold) {
      const std::size_t end = std::min(begin + tables_per_fold, order.size());
      lists += "<details><summary>" + number(begin + 1) + " to " + number(end) + ": " +
               html_escaped(fitted(report.tables[order[begin]].target, 48)) +
               (end - begin > 1 ? " … " : "") +
               (end - begin > 1 ? html_escaped(fitted(report.tables[order[end - 1]].target, 48))
                                : std::string()) +
               "</summary>" + table_list(report, order, begin, end) + "</details>";
    }
  }
  return html +
         section("All tables", order.size() <= open_tables ? "Longest first." : "By name.", lists);
}

// ---------------------------------------------------------------- facts and notes

std::string fact(std::string_view name, const std::string& escaped_value) {
  if (escaped_value.empty()) return {};
  return "<dt>" + std::string(name) + "</dt><dd>" + escaped_value + "</dd>";
}

std::string snapshot(const RunReport& report) {
  const SnapshotReport& taken = report.snapshot;
  if (taken.method.empty()) return {};
  std::string list = "<dl>";
  list += fact("method", html_escaped(taken.method));
  list += fact("writers held up", duration_text(taken.lock_ms / 1000));
  if (taken.non_transactional_lock_ms > 0) {
    list += fact("of which for tables without transactions",
                 duration_text(taken.non_transactional_lock_ms / 1000));
  }
  list += fact("binlog", taken.binlog_file.empty() ? "off, or not to be seen by this account"
                                                   : html_escaped(taken.binlog_file) + ':' +
                                                         std::to_string(taken.binlog_position));
  list += fact("GTID", html_escaped(taken.gtid));
  list += fact("attempts", number(taken.attempts));
  const bool fuzzy = taken.method.starts_with("none");
  return section("Snapshot",
                 fuzzy ? "A fuzzy copy: rows may come from different instants of the source."
                       : "Every row comes from this one instant of the source.",
                 list + "</dl>");
}

std::string note_list(const std::vector<const NoteReport*>& notes, std::size_t count) {
  std::string html = "<ul class=\"notes\">";
  for (std::size_t i = 0; i < count; ++i) {
    html += "<li><b>" + html_escaped(note_place(*notes[i])) + "</b> " +
            html_escaped(notes[i]->message) + "</li>\n";
  }
  return html + "</ul>";
}

std::string notes(const RunReport& report) {
  if (report.notes.empty() && report.checks.empty()) return {};
  std::map<std::string, std::vector<const NoteReport*>> by_topic;
  for (const NoteReport& note : report.notes) by_topic[note.topic].push_back(&note);
  for (const NoteReport& check : report.checks) {
    by_topic["warning: " + check.topic].push_back(&check);
  }
  std::string html;
  std::size_t room = most_notes;
  for (const auto& [topic, entries] : by_topic) {
    const std::size_t shown = std::min(entries.size(), room);
    room -= shown;
    std::string list = note_list(entries, shown);
    if (shown < entries.size()) {
      list += "<p class=\"caption\">and " + number(entries.size() - shown) +
              " more, all in the JSON report</p>";
    }
    html += std::string("<details") + (entries.size() <= open_notes ? " open=\"open\"" : "") +
            "><summary>" + html_escaped(topic) + " <small>" + number(entries.size()) +
            "</small></summary>" + list + "</details>";
  }
  return section("Notes", "What arrived differently, or not at all.", html);
}

std::string settings(const RunReport& report) {
  std::string list = "<dl>";
  list += fact("call",
               report.command.empty() ? "" : "<code>" + html_escaped(report.command) + "</code>");
  list += fact("source", html_escaped(report.source_version));
  list += fact("target", html_escaped(report.target_version));
  if (report.readers + report.writers > 0) {
    list += fact("lanes", plural(report.readers, "reader", "readers") + ", " +
                              plural(report.writers, "writer", "writers") + ", " +
                              plural(report.builders, "builder", "builders"));
  }
  if (report.chunk_bytes > 0) list += fact("chunk", memory_text(report.chunk_bytes));
  if (report.memory_bytes > 0) list += fact("memory budget", memory_text(report.memory_bytes));
  list += fact("millrace", html_escaped(report.version));
  return section("Settings", "", list + "</dl>");
}

}  // namespace

std::string report_html(const RunReport& report) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
      "<meta name=\"color-scheme\" content=\"light dark\"/>"
      "<title>Millrace: " +
      html_escaped(report.outcome) + ", " + html_escaped(report.source) + "</title><style>" +
      std::string(report_style) + "</style></head>\n<body><main>\n";
  html += head(report);
  html += failure(report);
  html += tiles(report);
  html += proof_html(report.proof);
  html += throughput(report);
  html += phases(report);
  html += lanes(report);
  if (!report.faults.empty()) {
    html += section("Values that did not fit", faults_caption(report), faults_list(report));
  }
  html += tables(report);
  html += snapshot(report);
  html += notes(report);
  html += settings(report);
  return html + "</main></body></html>\n";
}

}  // namespace millrace
