#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

// docs/formats/report.md says what each field is called in the JSON, which programs read.

/// Seconds are counted from the start of the run unless a name says otherwise.
struct PhaseReport {
  /// In this order, those that the command has: "connect", "plan", "check", "snapshot", "create",
  /// "copy", "source released" (with --spill), "foreign keys", "verify", "locate", "finish". A
  /// repair goes from "locate" to "verify" again.
  std::string name;
  double begin_s = 0;
  double end_s = 0;
};

struct TableReport {
  std::string source;      // "shop.orders"
  std::string target;      // "shop.orders"
  std::uint64_t rows = 0;  // confirmed by the target
  std::uint64_t copy_bytes = 0;
  std::uint64_t rows_rejected = 0;  // set aside in the reject file
  std::uint64_t values_nulled = 0;  // stored as NULL, since the target cannot hold them
  std::string reject_file;          // empty: none
  std::uint64_t chunks = 0;
  double begin_s = 0;  // first chunk began
  double end_s = 0;    // last chunk committed
  double keys_s = 0;   // seconds spent on indexes and keys
  std::uint64_t indexes = 0;
};

/// One point of the curves, taken about four times a second.
struct SamplePoint {
  double at_s = 0;
  std::uint64_t rows = 0;        // read so far
  std::uint64_t copy_bytes = 0;  // likewise
};

/// Where lanes of one kind spent their time, summed over its lanes.
struct LaneReport {
  std::string kind;  // "readers", "writers", "builders"
  unsigned lanes = 0;
  double working_s = 0;
  double waiting_for_source_s = 0;
  double waiting_for_buffer_s = 0;
  double waiting_for_target_s = 0;
  double idle_s = 0;
};

struct NoteReport {
  std::string topic;
  std::string where;  // the first place, where there are several
  std::string message;
  std::uint64_t places = 1;  // columns or tables that it holds for
};

/// Something that failed and was tried anew.
struct RetryReport {
  double at_s = 0;
  std::string lane;      // "reader 0", "writer 3", "builder 1"
  unsigned attempt = 1;  // the one that failed, from 1
  std::string error;
};

/// Values of one column that did not fit for one reason, and what became of them.
struct FaultReport {
  std::string table;   // "shop.orders"
  std::string column;  // in the source
  std::string reason;
  std::uint64_t nulled = 0;
  std::uint64_t rejected = 0;  // values in rejected rows
  std::string key;             // of the first of them
  std::string value;           // likewise, shortened
};

struct SnapshotReport {
  std::string method;                    // "flush tables with read lock", ...
  double lock_ms = 0;                    // how long writers of the source were held up
  double non_transactional_lock_ms = 0;  // of which for MyISAM and the like
  std::string binlog_file;               // empty: binlog off, or the account may not ask
  std::uint64_t binlog_position = 0;
  std::string gtid;
  unsigned attempts = 1;
};

/// One table held against what it should hold.
struct TableProofReport {
  std::string source;  // "shop.orders"
  std::string target;  // "shop.orders"
  std::uint64_t source_rows = 0;
  std::uint64_t target_rows = 0;
  std::string source_digest;  // 16 hexadecimal digits; empty where rows were only counted
  std::string target_digest;
  /// "equal": value for value; "counted": as many rows, nothing more is known; "differs";
  /// "missing": not in the target; "not compared": it holds rows of others too.
  std::string verdict;
};

/// A row that is not the same on both sides.
struct RowDifferenceReport {
  std::string table;  // in the target's names
  std::string kind;   // "missing", "extra" (both as the target sees it) or "changed"
  std::string key;    // "id=17"; of a table without a key the whole row
  struct Value {
    std::string column;
    std::string source;  // NULL as "NULL", text in quotes
    std::string target;
  };
  std::vector<Value> values;  // of changed rows: the columns that differ
  std::int64_t chunk = -1;    // of the ledger; negative: not known, or compared with the source
  /// The source is not what the run read any more where this row is: it may be the source that
  /// changed, not the target.
  bool source_changed = false;
};

/// A chunk whose rows in the target are not those that a run stored.
struct ChunkDifferenceReport {
  std::string table;  // in the target's names
  std::int64_t run = 0;
  std::int64_t chunk = 0;  // both of the ledger
  std::string range;       // as it was read: "WHERE `id` >= 1000 AND `id` < 2000"; empty: all rows
  std::uint64_t rows_stored = 0;
  std::uint64_t rows_found = 0;
  std::string source;  // "as it was", "changed since", "not read"
};

/// A part of the schema that is not as planned.
struct SchemaDifferenceReport {
  std::string table;
  std::string part;  // "column qty", "index orders_sku", "next value of id", ...
  std::string planned;
  std::string found;
};

/// How much of the schema was held against the plan.
enum class SchemaDepth : std::uint8_t {
  none,
  presence,  // whether each column is there: the tables are their owner's
  columns,   // all but indexes, keys and next values
  all,
};

/// What was proven of the target, and what was not.
struct ProofReport {
  std::string depth;  // "counts", "content", "schema"; empty: nothing was verified
  SchemaDepth schema_compared = SchemaDepth::none;
  bool next_values_compared = false;  // those of all identities and sequences
  std::string compared_with;          // in words
  bool equal = false;
  std::string statement;  // one line that signs it off
  std::vector<TableProofReport> tables;
  std::uint64_t rows_missing = 0, rows_extra = 0, rows_changed = 0;  // as far as they were located
  std::uint64_t rows_repaired = 0;
  std::uint64_t rows_unclear = 0;  // of these: where the source changed since the run read it
  std::vector<ChunkDifferenceReport> chunks;
  std::vector<RowDifferenceReport> rows;  // the first of them
  std::vector<SchemaDifferenceReport> schema;
};

/// All that is known of a run; the JSON and HTML reports, and the summary, are pictures of it.
struct RunReport {
  std::string version;
  std::string command;     // secrets masked
  std::string started_at;  // ISO 8601, UTC
  /// "complete", "complete with rejects", "different" (complete, but not equal), "failed",
  /// "cancelled"
  std::string outcome;
  std::string error;  // one line; empty when complete
  std::string hint;
  std::string source;  // masked URL
  std::string source_version;
  std::string target;  // masked URL
  std::string target_version;
  std::int64_t ledger_run = 0;  // its number in the target's ledger; 0: none was kept
  unsigned readers = 0, writers = 0, builders = 0;
  std::uint64_t chunk_bytes = 0, memory_bytes = 0;
  double wall_s = 0;
  double engine_cpu_s = 0;
  std::uint64_t peak_memory_bytes = 0;
  std::uint64_t rows = 0, copy_bytes = 0, chunks = 0, indexes = 0, foreign_keys = 0;
  double source_released_s = 0;          // every row was read; the source is needed no more
  std::uint64_t spilled_bytes = 0;       // packed, that went through --spill
  std::uint64_t spilled_peak_bytes = 0;  // of these, the most that lay there at once
  SnapshotReport snapshot;
  std::vector<PhaseReport> phases;
  std::vector<TableReport> tables;
  std::vector<SamplePoint> samples;
  std::vector<LaneReport> lanes;
  std::vector<NoteReport> notes;
  std::vector<NoteReport> checks;  // warnings, from before the run began
  std::vector<RetryReport> retries;
  bool verified_only = false;  // no row was moved: it tells of a verification
  ProofReport proof;
  std::uint64_t rows_rejected = 0, values_nulled = 0;
  std::vector<FaultReport> faults;
  std::vector<std::string> left_in_target;  // after a failure: what stands half-done, by name
};

/// Whether the run got to its end: all rows are in the target, or in reject files.
inline bool reached_end(const RunReport& report) {
  return report.outcome.starts_with("complete") || report.outcome == "different";
}

/// The time in which rows moved: from the first table's first chunk to the last one's last. The
/// phase "copy" goes on while indexes are built.
PhaseReport copy_span(const RunReport& report);

/// The report as JSON text (two-space indent): docs/formats/report.md.
std::string report_json(const RunReport& report);

/// The report as one self-contained HTML page with SVG pictures; no script from elsewhere.
std::string report_html(const RunReport& report);

/// The summary for a terminal: a table of the largest tables and the totals, at most `width` wide.
std::string report_summary(const RunReport& report, unsigned width);

/// Write by extension: .json or .html. Errors: Error{bad_request} naming path and reason.
void write_report(const RunReport& report, const std::string& path);

}  // namespace millrace
