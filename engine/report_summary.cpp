#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/alike_notes.h"
#include "engine/quantity_text.h"
#include "engine/report.h"
#include "engine/report_faults.h"
#include "engine/report_proof.h"
#include "engine/shown_text.h"

namespace millrace {
namespace {

constexpr std::size_t most_tables = 15;
constexpr std::size_t most_notes = 10;

std::string right(const std::string& text, std::size_t columns) {
  return text.size() < columns ? std::string(columns - text.size(), ' ') + text : text;
}

struct Line {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t copy_bytes = 0;
  double copy_s = 0;
  double keys_s = 0;
};

std::string line_text(const Line& line, std::size_t name_columns) {
  const double rate = line.copy_s > 0 ? static_cast<double>(line.rows) / line.copy_s : 0;
  return "  " + padded(line.name, name_columns, "~") + right(count_text(line.rows), 16) +
         right(data_text(static_cast<double>(line.copy_bytes)), 10) +
         right(duration_text(line.copy_s), 13) + right(rate > 0 ? short_count_text(rate) : "", 8) +
         right(line.keys_s > 0 ? duration_text(line.keys_s) : "", 13) + '\n';
}

std::string tables_text(const RunReport& report, unsigned width) {
  // Of a run that broke off, the tables that got rows: the others would only hide them.
  const bool complete = reached_end(report);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < report.tables.size(); ++i) {
    if (complete || report.tables[i].rows > 0) order.push_back(i);
  }
  if (order.empty()) return {};
  const std::size_t shown = std::min(order.size(), most_tables);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      const TableReport& left = report.tables[a];
                      const TableReport& other = report.tables[b];
                      if (left.copy_bytes != other.copy_bytes) {
                        return left.copy_bytes > other.copy_bytes;
                      }
                      return a < b;
                    });

  constexpr std::size_t figures = 60;  // columns of the numbers
  std::size_t name_columns = 10;
  for (std::size_t i = 0; i < shown; ++i) {
    name_columns = std::max(name_columns, columns_of(report.tables[order[i]].target));
  }
  const std::size_t room = width > figures + 12 ? width - figures - 2 : 10;
  name_columns = std::min(name_columns, room);

  std::string text = "  " + padded("table", name_columns) + right("rows", 16) + right("data", 10) +
                     right("copy", 13) + right("rows/s", 8) + right("keys", 13) + '\n';
  text += "  " + std::string(name_columns + figures, '-') + '\n';
  for (std::size_t i = 0; i < shown; ++i) {
    const TableReport& table = report.tables[order[i]];
    text += line_text({.name = table.target,
                       .rows = table.rows,
                       .copy_bytes = table.copy_bytes,
                       .copy_s = std::max(0.0, table.end_s - table.begin_s),
                       .keys_s = table.keys_s},
                      name_columns);
  }
  if (shown < order.size()) {
    Line rest;
    rest.name = "+ " + count_text(order.size() - shown) + " more";
    for (std::size_t i = shown; i < order.size(); ++i) {
      rest.rows += report.tables[order[i]].rows;
      rest.copy_bytes += report.tables[order[i]].copy_bytes;
      rest.keys_s += report.tables[order[i]].keys_s;
    }
    // Their copies overlap: no single span is theirs.
    text += "  " + padded(rest.name, name_columns) + right(count_text(rest.rows), 16) +
            right(data_text(static_cast<double>(rest.copy_bytes)), 10) + '\n';
  }
  return text;
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return count_text(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string totals_text(const RunReport& report) {
  std::string text = "\n  " + plural(report.rows, "row", "rows") + " and " +
                     data_text(static_cast<double>(report.copy_bytes)) + " in ";
  if (reached_end(report)) {
    text += plural(report.tables.size(), "table", "tables");
  } else {
    const auto begun = std::count_if(report.tables.begin(), report.tables.end(),
                                     [](const TableReport& table) { return table.rows > 0; });
    text += count_text(static_cast<std::uint64_t>(begun)) + " of " +
            plural(report.tables.size(), "table", "tables");
  }
  if (report.indexes != 0) text += ", " + plural(report.indexes, "index", "indexes");
  if (report.foreign_keys != 0) {
    text += ", " + plural(report.foreign_keys, "foreign key", "foreign keys");
  }
  text += ", in " + duration_text(report.wall_s) + '\n';
  const PhaseReport span = copy_span(report);
  const double seconds = span.end_s - span.begin_s;
  if (seconds > 0 && report.rows > 0) {
    text += "  " + short_count_text(static_cast<double>(report.rows) / seconds) + " rows/s and " +
            data_text(static_cast<double>(report.copy_bytes) / seconds) +
            "/s while rows moved; the engine took " + fixed_text(report.engine_cpu_s, 2) +
            " CPU-s and " + memory_text(report.peak_memory_bytes) + " at most\n";
  }
  if (!report.snapshot.method.empty()) {
    text += "  snapshot by " + report.snapshot.method + ", writers held up for " +
            duration_text(report.snapshot.lock_ms / 1000);
    if (!report.snapshot.binlog_file.empty()) {
      text += ", at " + report.snapshot.binlog_file + ':' +
              std::to_string(report.snapshot.binlog_position);
    }
    if (!report.snapshot.gtid.empty()) text += ", GTID " + report.snapshot.gtid;
    text += '\n';
  }
  return text;
}

std::string checks_text(const RunReport& report) {
  if (report.checks.empty()) return {};
  return "\n  " + plural(report.checks.size(), "warning", "warnings") +
         " before the run: the report has them, and millrace check\n";
}

std::string notes_text(const RunReport& report) {
  if (report.notes.empty()) return {};
  std::string text = "\n  notes\n";
  const std::size_t shown = std::min(report.notes.size(), most_notes);
  for (std::size_t i = 0; i < shown; ++i) {
    const NoteReport& note = report.notes[i];
    const std::string line = note.topic + "  " + note_place(note) + ": " + note.message;
    text += "    " + fitted(line, line.size()) + '\n';
  }
  if (shown < report.notes.size()) {
    text += "    and " + count_text(report.notes.size() - shown) +
            " more: --report FILE.html lists them all\n";
  }
  return text;
}

std::string left_text(const RunReport& report) {
  if (reached_end(report)) return {};
  if (report.left_in_target.empty()) return "\n  the target keeps nothing of this run\n";
  std::string text = "\n  the target keeps, unfinished:\n";
  for (const std::string& left : report.left_in_target)
    text += "    " + fitted(left, left.size(), "~") + '\n';
  return text;
}

}  // namespace

PhaseReport copy_span(const RunReport& report) {
  PhaseReport span = {.name = "copy", .begin_s = report.wall_s, .end_s = 0};
  for (const TableReport& table : report.tables) {
    if (table.rows == 0 || !(table.end_s > table.begin_s)) continue;
    span.begin_s = std::min(span.begin_s, table.begin_s);
    span.end_s = std::max(span.end_s, table.end_s);
  }
  if (span.begin_s < span.end_s) return span;
  for (const PhaseReport& phase : report.phases) {
    if (phase.name == "copy") return phase;
  }
  return {.name = "copy", .begin_s = 0, .end_s = report.wall_s};
}

std::string report_summary(const RunReport& report, unsigned width) {
  std::string text;
  if (report.verified_only) return proof_text(report.proof) + notes_text(report);
  if (!report.tables.empty()) text += tables_text(report, width);
  return text + totals_text(report) + proof_text(report.proof) + checks_text(report) +
         notes_text(report) + faults_summary(report) + left_text(report);
}

}  // namespace millrace
