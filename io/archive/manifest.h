#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/archive/chunk_faults.h"
#include "io/archive/chunk_file.h"
#include "io/target_schema.h"

// The folder of an archive:
//
//   manifest.json   what it is, from when, and whether it is complete; checksums of the two lists
//   tables.jsonl    a line per table, as it will stand in the target
//   chunks.jsonl    a line per chunk; when complete with its rows, bytes, digests and checksum
//   chunks/ID.chunk a file per chunk (io/archive/chunk_file.h)
//
// Every file appears whole under its name; what ends in .tmp is under way. manifest.json says
// "complete" last of all. docs/formats/archive.md tells the fields.
namespace millrace::archive {

inline constexpr std::uint32_t manifest_version = 1;

struct ArchiveTable {
  std::string source;  // "shop.orders"
  std::string engine;
  std::uint64_t rows_estimate = 0;
  std::uint64_t data_bytes = 0;  // on the source
  std::string update_time;       // of the source's last write, UTC; empty: not known
  std::optional<std::uint64_t> next_auto_increment;
  bool in_foreign_key = false;
  TargetTable target;
};

struct ArchiveChunk {
  std::uint64_t id = 0;
  std::vector<std::size_t> tables;
  std::vector<std::size_t> members = {};  // by part: whose rows of a consolidated table
  std::string tail;                       // what followed the SELECT: the key range
  std::uint64_t bytes_estimate = 0;
  bool under_lock = false;
  bool grouped = false;               // small tables that share a transaction
  std::optional<ChunkTotals> totals;  // once it is there
  /// Of each part the digest of its rows as the target's server will send them back, for the proof
  /// after a load; empty where the run that extracted it made none.
  std::vector<std::uint64_t> proofs = {};
  std::vector<PartFaults> faults = {};  // of each part; empty: nothing was lost
};

/// Something that arrives differently or not at all, as the report tells it.
struct ArchiveNote {
  std::string topic, where, message;
};

struct Manifest {
  std::string millrace_version;
  std::string created_at;  // ISO 8601, UTC
  std::string source;      // masked URL
  std::string source_version;
  std::string source_identity;  // tells the server from any other
  /// By name, those of the job's settings that decide on what is in the archive.
  std::vector<std::pair<std::string, std::string>> settings;
  std::string snapshot_method;
  double lock_ms = 0;
  std::string binlog_file;
  std::uint64_t binlog_position = 0;
  std::string gtid;
  bool complete = false;
  std::string checksum;  // of all that the manifest says; set by reading and writing
  std::vector<std::string> schemas;
  std::vector<TargetEnum> enums;
  std::vector<TargetCollation> collations;
  std::vector<TargetSequence> sequences;
  std::vector<TargetView> views;
  std::vector<ArchiveNote> notes;
  std::vector<ArchiveTable> tables;
  std::vector<ArchiveChunk> chunks;
};

/// What a chunk file says of a table's columns: names and types of those that rows hold, in order.
/// Rows of other columns cannot pass for the table's.
std::uint64_t columns_signature(const TargetTable& table) noexcept;

/// The header that a chunk's file must have.
ChunkHeader header_of(const Manifest& manifest, const ArchiveChunk& chunk);

std::filesystem::path chunk_path(const std::filesystem::path& folder, std::uint64_t id);

/// Write manifest.json and both lists, the manifest last. Errors: as DurableFile.
void write_manifest(Manifest& manifest, const std::filesystem::path& folder);

/// Read them, checking each against its checksum. Where a run died when it had written the list of
/// chunks with what each came to, but not yet the manifest that says "complete", the archive is the
/// incomplete one that it was: without what they came to.
/// Errors: bad_request where there is no archive; bad_data naming the file that is broken.
Manifest read_manifest(const std::filesystem::path& folder);

/// Does the folder hold an archive, complete or not?
bool is_archive(const std::filesystem::path& folder);

/// May an archive begin in the folder: does it hold nothing, or only what write_manifest() leaves
/// that died before its manifest was there?
bool is_unused(const std::filesystem::path& folder);

}  // namespace millrace::archive
