#include "engine/report_faults.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "engine/quantity_text.h"
#include "engine/shown_text.h"

namespace millrace {
namespace {

constexpr std::size_t most_lines = 10;     // of the summary
constexpr std::size_t most_entries = 500;  // of the page

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return count_text(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string fate(const FaultReport& fault) {
  std::string text;
  if (fault.nulled != 0) text = count_text(fault.nulled) + " NULL";
  if (fault.rejected != 0) {
    text += (text.empty() ? "" : ", ") + count_text(fault.rejected) + " rejected";
  }
  return text;
}

}  // namespace

std::string faults_caption(const RunReport& report) {
  std::string text;
  if (report.values_nulled != 0) {
    text = plural(report.values_nulled, "value", "values") + " stored as NULL";
  }
  if (report.rows_rejected != 0) {
    text += (text.empty() ? "" : ", ") + plural(report.rows_rejected, "row", "rows") + " rejected";
  }
  return text;
}

std::string faults_summary(const RunReport& report) {
  if (report.faults.empty()) return {};
  std::string text = "\n  values that did not fit: " + faults_caption(report) + '\n';
  const auto add = [&](const std::string& line) {
    text += "    " + fitted(line, line.size()) + '\n';
  };
  const std::size_t shown = std::min(report.faults.size(), most_lines);
  for (std::size_t i = 0; i < shown; ++i) {
    const FaultReport& fault = report.faults[i];
    add(fault.table + "." + fault.column + ": " + fault.reason + ": " + fate(fault) +
        ", first at " + fault.key + ": " + fault.value);
  }
  if (shown < report.faults.size()) {
    add("and " + count_text(report.faults.size() - shown) +
        " more: --report FILE.html lists them all");
  }
  std::size_t files = 0;
  for (const TableReport& table : report.tables) {
    if (table.reject_file.empty()) continue;
    if (++files <= most_lines) {
      add(plural(table.rows_rejected, "row", "rows") + " of " + table.source + " in " +
          table.reject_file);
    }
  }
  if (files > most_lines) add("and " + count_text(files - most_lines) + " more reject files");
  return text;
}

std::string faults_list(const RunReport& report) {
  std::string html =
      "<div class=\"scroll\"><table><thead><tr><th>column</th><th>reason</th><th>values</th>"
      "<th>first at</th><th>its value</th></tr></thead><tbody>\n";
  const std::size_t shown = std::min(report.faults.size(), most_entries);
  for (std::size_t i = 0; i < shown; ++i) {
    const FaultReport& fault = report.faults[i];
    html += "<tr><td>" + html_escaped(fault.table + "." + fault.column) + "</td><td>" +
            html_escaped(fault.reason) + "</td><td>" + fate(fault) + "</td><td>" +
            html_escaped(fault.key) + "</td><td>" + html_escaped(fault.value) + "</td></tr>\n";
  }
  html += "</tbody></table></div>";
  if (shown < report.faults.size()) {
    html += "<p class=\"caption\">and " + count_text(report.faults.size() - shown) +
            " more, all in the JSON report</p>";
  }
  html += "<ul class=\"names\">";
  for (const TableReport& table : report.tables) {
    if (table.reject_file.empty()) continue;
    html += "<li>" + plural(table.rows_rejected, "row", "rows") + " of " +
            html_escaped(table.source) + " in " + html_escaped(table.reject_file) + "</li>\n";
  }
  return html + "</ul>";
}

}  // namespace millrace
