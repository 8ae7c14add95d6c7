#include <nlohmann/json.hpp>

#include "engine/report.h"

namespace millrace {
namespace {

// Ordered: the file reads like docs/formats/report.md. A key, once published, keeps its name and
// meaning.
using Json = nlohmann::ordered_json;

template <class Items, class ToJson>
Json array_of(const Items& items, ToJson to_json) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}

Json phase_json(const PhaseReport& phase) {
  return {{"name", phase.name}, {"begin_s", phase.begin_s}, {"end_s", phase.end_s}};
}

Json table_json(const TableReport& table) {
  return {{"source", table.source},
          {"target", table.target},
          {"rows", table.rows},
          {"copy_bytes", table.copy_bytes},
          {"rows_rejected", table.rows_rejected},
          {"values_nulled", table.values_nulled},
          {"reject_file", table.reject_file},
          {"chunks", table.chunks},
          {"begin_s", table.begin_s},
          {"end_s", table.end_s},
          {"keys_s", table.keys_s},
          {"indexes", table.indexes}};
}

Json sample_json(const SamplePoint& sample) {
  return {{"at_s", sample.at_s}, {"rows", sample.rows}, {"copy_bytes", sample.copy_bytes}};
}

Json lane_json(const LaneReport& lane) {
  return {{"kind", lane.kind},
          {"lanes", lane.lanes},
          {"working_s", lane.working_s},
          {"waiting_for_source_s", lane.waiting_for_source_s},
          {"waiting_for_buffer_s", lane.waiting_for_buffer_s},
          {"waiting_for_target_s", lane.waiting_for_target_s},
          {"idle_s", lane.idle_s}};
}

Json retry_json(const RetryReport& retry) {
  return {{"at_s", retry.at_s},
          {"lane", retry.lane},
          {"attempt", retry.attempt},
          {"error", retry.error}};
}

Json note_json(const NoteReport& note) {
  Json json = {{"topic", note.topic}, {"where", note.where}, {"message", note.message}};
  if (note.places > 1) json["places"] = note.places;
  return json;
}

Json fault_json(const FaultReport& fault) {
  return {{"table", fault.table},   {"column", fault.column},     {"reason", fault.reason},
          {"nulled", fault.nulled}, {"rejected", fault.rejected}, {"key", fault.key},
          {"value", fault.value}};
}

Json snapshot_json(const SnapshotReport& snapshot) {
  return {{"method", snapshot.method},
          {"lock_ms", snapshot.lock_ms},
          {"non_transactional_lock_ms", snapshot.non_transactional_lock_ms},
          {"binlog_file", snapshot.binlog_file},
          {"binlog_position", snapshot.binlog_position},
          {"gtid", snapshot.gtid},
          {"attempts", snapshot.attempts}};
}

Json table_proof_json(const TableProofReport& table) {
  return {{"source", table.source},
          {"target", table.target},
          {"source_rows", table.source_rows},
          {"target_rows", table.target_rows},
          {"source_digest", table.source_digest},
          {"target_digest", table.target_digest},
          {"verdict", table.verdict}};
}

Json row_difference_json(const RowDifferenceReport& row) {
  return {{"table", row.table},
          {"kind", row.kind},
          {"key", row.key},
          {"values", array_of(row.values,
                              [](const RowDifferenceReport::Value& value) {
                                return Json{{"column", value.column},
                                            {"source", value.source},
                                            {"target", value.target}};
                              })},
          {"chunk", row.chunk},
          {"source_changed", row.source_changed}};
}

Json chunk_difference_json(const ChunkDifferenceReport& chunk) {
  return {{"table", chunk.table},
          {"run", chunk.run},
          {"chunk", chunk.chunk},
          {"range", chunk.range},
          {"rows_stored", chunk.rows_stored},
          {"rows_found", chunk.rows_found},
          {"source", chunk.source}};
}

Json schema_difference_json(const SchemaDifferenceReport& part) {
  return {
      {"table", part.table}, {"part", part.part}, {"planned", part.planned}, {"found", part.found}};
}

const char* word_of(SchemaDepth depth) noexcept {
  switch (depth) {
    case SchemaDepth::none: return "none";
    case SchemaDepth::presence: return "presence of columns";
    case SchemaDepth::columns: return "columns";
    case SchemaDepth::all: return "all";
  }
  return "";
}

Json proof_json(const ProofReport& proof) {
  return {{"depth", proof.depth},
          {"compared_with", proof.compared_with},
          {"equal", proof.equal},
          {"statement", proof.statement},
          {"schema_compared", word_of(proof.schema_compared)},
          {"next_values_compared", proof.next_values_compared},
          {"rows_missing", proof.rows_missing},
          {"rows_extra", proof.rows_extra},
          {"rows_changed", proof.rows_changed},
          {"rows_repaired", proof.rows_repaired},
          {"rows_unclear", proof.rows_unclear},
          {"chunks", array_of(proof.chunks, chunk_difference_json)},
          {"rows", array_of(proof.rows, row_difference_json)},
          {"schema", array_of(proof.schema, schema_difference_json)}};
}

/// Names and messages may carry bytes of any charset: what is no UTF-8 becomes U+FFFD.
std::string text_of(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// Add `"name": [..]`, an element a line, to an object whose text is open at its end. There may be
/// 40,000 tables: as a tree of values they would take more memory than the run.
template <class Items, class ToJson>
void append_array(std::string& text, std::string_view name, const Items& items, ToJson to_json) {
  text.append(",\n  \"").append(name).append("\": [");
  const char* between = "\n    ";
  for (const auto& item : items) {
    text.append(between).append(text_of(to_json(item), -1));
    between = ",\n    ";
  }
  text.append("]");
}

/// The object's text without its last brace.
std::string opened(const Json& json, int indent) {
  std::string text = text_of(json, indent);
  text.erase(text.rfind('}'));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::string report_json(const RunReport& report) {
  const Json json = {
      {"version", report.version},
      {"command", report.command},
      {"started_at", report.started_at},
      {"outcome", report.outcome},
      {"error", report.error},
      {"hint", report.hint},
      {"source", report.source},
      {"source_version", report.source_version},
      {"target", report.target},
      {"target_version", report.target_version},
      {"ledger_run", report.ledger_run},
      {"readers", report.readers},
      {"writers", report.writers},
      {"builders", report.builders},
      {"chunk_bytes", report.chunk_bytes},
      {"memory_bytes", report.memory_bytes},
      {"wall_s", report.wall_s},
      {"engine_cpu_s", report.engine_cpu_s},
      {"peak_memory_bytes", report.peak_memory_bytes},
      {"rows", report.rows},
      {"copy_bytes", report.copy_bytes},
      {"chunks", report.chunks},
      {"indexes", report.indexes},
      {"foreign_keys", report.foreign_keys},
      {"source_released_s", report.source_released_s},
      {"spilled_bytes", report.spilled_bytes},
      {"spilled_peak_bytes", report.spilled_peak_bytes},
      {"snapshot", snapshot_json(report.snapshot)},
      {"phases", array_of(report.phases, phase_json)},
      {"samples", array_of(report.samples, sample_json)},
      {"lanes", array_of(report.lanes, lane_json)},
      {"notes", array_of(report.notes, note_json)},
      {"checks", array_of(report.checks, note_json)},
      {"retries", array_of(report.retries, retry_json)},
      {"rows_rejected", report.rows_rejected},
      {"values_nulled", report.values_nulled},
      {"faults", array_of(report.faults, fault_json)},
      {"left_in_target", report.left_in_target},
  };
  std::string text = opened(json, 2);
  append_array(text, "tables", report.tables, table_json);
  text.append(",\n  \"proof\": ").append(opened(proof_json(report.proof), -1));
  append_array(text, "tables", report.proof.tables, table_proof_json);
  return text.append("}\n}\n");
}

}  // namespace millrace
