#include "engine/report_proof.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "engine/quantity_text.h"
#include "engine/report_charts.h"
#include "engine/shown_text.h"

namespace millrace {
namespace {

constexpr std::size_t most_lines = 20;   // of each list on a terminal
constexpr std::size_t most_rows = 1000;  // of each list on the page
constexpr std::size_t open_tables = 50;

bool is_wrong(const TableProofReport& table) {
  return table.verdict == "differs" || table.verdict == "missing";
}

std::string table_line(const TableProofReport& table) {
  if (table.verdict == "missing") return table.target + ": not in the target";
  if (table.source_rows != table.target_rows) {
    return table.target + ": " + count_text(table.target_rows) + " rows instead of " +
           count_text(table.source_rows);
  }
  return table.target + ": " + count_text(table.target_rows) +
         " rows as it should be, but other values (digest " + table.target_digest + " instead of " +
         table.source_digest + ")";
}

std::string row_line(const RowDifferenceReport& row) {
  std::string line = row.table + ": " + row.kind + " " + row.key;
  for (const RowDifferenceReport::Value& value : row.values) {
    line += "; " + value.column + ": " + value.source + " at the source, " + value.target +
            " in the target";
  }
  if (row.chunk >= 0) line += " (chunk " + std::to_string(row.chunk) + ")";
  if (row.source_changed) line += "; the source changed there since the run";
  return line;
}

std::string chunk_line(const ChunkDifferenceReport& chunk) {
  std::string line = chunk.table + ": chunk " + std::to_string(chunk.chunk) + " of run " +
                     std::to_string(chunk.run) + ": " + count_text(chunk.rows_found) + " of " +
                     count_text(chunk.rows_stored) + " rows";
  if (chunk.rows_found == chunk.rows_stored) line += ", other values";
  if (!chunk.range.empty()) line += ", " + chunk.range;
  return line + "; the source there: " + chunk.source;
}

std::string schema_line(const SchemaDifferenceReport& part) {
  return part.table + ": " + part.part + ": " + (part.found.empty() ? "not there" : part.found) +
         ", planned " + (part.planned.empty() ? "none" : part.planned);
}

template <class Items, class ToLine>
std::string lines_text(const Items& items, ToLine to_line, std::uint64_t in_all) {
  std::string text;
  const std::size_t shown = std::min<std::size_t>(items.size(), most_lines);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string line = to_line(items[i]);
    text += "    " + fitted(line, line.size(), "~") + '\n';
  }
  if (shown < in_all) {
    text += "    and " + count_text(in_all - shown) + " more" +
            (items.size() > shown ? ": --report FILE.json lists them" : "") + '\n';
  }
  return text;
}

std::string rows_located(const ProofReport& proof) {
  const std::uint64_t all = proof.rows_missing + proof.rows_extra + proof.rows_changed;
  if (all == 0) return {};
  return "rows located: " + count_text(proof.rows_missing) + " missing, " +
         count_text(proof.rows_extra) + " extra, " + count_text(proof.rows_changed) + " changed" +
         (proof.rows_repaired != 0 ? "; " + count_text(proof.rows_repaired) + " repaired" : "") +
         (proof.rows_unclear != 0
              ? "; " + count_text(proof.rows_unclear) + " where the source changed since the run"
              : "");
}

std::vector<TableProofReport> wrong_tables(const ProofReport& proof) {
  std::vector<TableProofReport> wrong;
  std::copy_if(proof.tables.begin(), proof.tables.end(), std::back_inserter(wrong), is_wrong);
  return wrong;
}

std::string cell(const std::string& text) { return "<td>" + html_escaped(text) + "</td>"; }

std::string table_head(std::initializer_list<std::string_view> names) {
  std::string html = "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string_view name : names) html += "<th>" + std::string(name) + "</th>";
  return html + "</tr></thead><tbody>\n";
}

std::string tables_html(const ProofReport& proof) {
  if (proof.tables.empty()) return {};
  // What is wrong comes first.
  std::vector<const TableProofReport*> order;
  for (const TableProofReport& table : proof.tables) order.push_back(&table);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return is_wrong(*a) && !is_wrong(*b); });
  std::string html = table_head({"table", "rows of the source", "rows in the target",
                                 "digest of the source", "in the target", "verdict"});
  for (const TableProofReport* table : order) {
    html += "<tr>" + cell(table->target) + cell(count_text(table->source_rows)) +
            cell(table->verdict == "missing" ? "" : count_text(table->target_rows)) +
            cell(table->source_digest) + cell(table->target_digest) + cell(table->verdict) +
            "</tr>\n";
  }
  html += "</tbody></table></div>";
  if (order.size() <= open_tables) return html;
  return "<details><summary>" + count_text(order.size()) + " tables</summary>" + html +
         "</details>";
}

std::string chunks_html(const ProofReport& proof) {
  if (proof.chunks.empty()) return {};
  std::string html = "<h3>Chunks</h3>" + table_head({"table", "run", "chunk", "key range",
                                                     "rows stored", "rows found", "the source"});
  const std::size_t shown = std::min(proof.chunks.size(), most_rows);
  for (std::size_t i = 0; i < shown; ++i) {
    const ChunkDifferenceReport& chunk = proof.chunks[i];
    html += "<tr>" + cell(chunk.table) + cell(std::to_string(chunk.run)) +
            cell(std::to_string(chunk.chunk)) + "<td class=\"long\">" + html_escaped(chunk.range) +
            "</td>" + cell(count_text(chunk.rows_stored)) + cell(count_text(chunk.rows_found)) +
            cell(chunk.source) + "</tr>\n";
  }
  return html + "</tbody></table></div>";
}

std::string rows_html(const ProofReport& proof) {
  if (proof.rows.empty()) return {};
  std::string html = "<h3>Rows</h3><p class=\"caption\">" + html_escaped(rows_located(proof)) +
                     "</p>" +
                     table_head({"table", "row", "key", "column", "source", "target", "chunk"});
  const std::size_t shown = std::min(proof.rows.size(), most_rows);
  for (std::size_t i = 0; i < shown; ++i) {
    const RowDifferenceReport& row = proof.rows[i];
    const std::string begin = "<tr>" + cell(row.table) + cell(row.kind) + cell(row.key);
    const std::string chunk = cell((row.chunk < 0 ? std::string() : std::to_string(row.chunk)) +
                                   (row.source_changed ? " (source changed)" : ""));
    if (row.values.empty()) html += begin + "<td></td><td></td><td></td>" + chunk + "</tr>\n";
    for (const RowDifferenceReport::Value& value : row.values) {
      html +=
          begin + cell(value.column) + cell(value.source) + cell(value.target) + chunk + "</tr>\n";
    }
  }
  return html + "</tbody></table></div>";
}

std::string schema_html(const ProofReport& proof) {
  if (proof.schema.empty()) return {};
  std::string html = "<h3>Schema</h3>" + table_head({"table", "part", "planned", "found"});
  for (const SchemaDifferenceReport& part : proof.schema) {
    html += "<tr>" + cell(part.table) + cell(part.part) + cell(part.planned) + cell(part.found) +
            "</tr>\n";
  }
  return html + "</tbody></table></div>";
}

}  // namespace

std::string proof_text(const ProofReport& proof) {
  if (proof.depth.empty()) return {};
  std::string text = "  " + proof.statement + '\n';
  const std::vector<TableProofReport> wrong = wrong_tables(proof);
  text += lines_text(wrong, table_line, wrong.size());
  text += lines_text(proof.chunks, chunk_line, proof.chunks.size());
  const std::string located = rows_located(proof);
  if (!located.empty()) text += "  " + located + '\n';
  text +=
      lines_text(proof.rows, row_line, proof.rows_missing + proof.rows_extra + proof.rows_changed);
  text += lines_text(proof.schema, schema_line, proof.schema.size());
  return text;
}

std::string proof_html(const ProofReport& proof) {
  if (proof.depth.empty()) return {};
  return "<section><h2>Proof</h2><p class=\"" + std::string(proof.equal ? "good" : "bad") + "\">" +
         html_escaped(proof.statement) + "</p>" + tables_html(proof) + chunks_html(proof) +
         rows_html(proof) + schema_html(proof) + "</section>\n";
}

}  // namespace millrace
