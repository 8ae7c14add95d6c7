#include "io/archive/manifest.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "io/archive/json_fields.h"
#include "io/archive/target_json.h"
#include "io/error.h"
#include "io/fault_point.h"

namespace millrace::archive {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* manifest_name = "manifest.json";
constexpr const char* tables_name = "tables.jsonl";
constexpr const char* chunks_name = "chunks.jsonl";

std::string checksum_text(std::string_view text) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx",
                static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return digits.data();
}

std::string table_line(const ArchiveTable& table) {
  Json out = {{"source", table.source}};
  put(out, "engine", table.engine);
  put(out, "rows_estimate", table.rows_estimate);
  put(out, "data_bytes", table.data_bytes);
  put(out, "update_time", table.update_time);
  if (table.next_auto_increment) out["next_auto_increment"] = *table.next_auto_increment;
  put(out, "in_foreign_key", table.in_foreign_key);
  out["target"] = Json::parse(target_table_json(table.target));
  return line_of(out) + "\n";
}

ArchiveTable parse_table(const std::string& line) {
  const Json in = parse_line(line);
  ArchiveTable table;
  reading([&] {
    need(in, "source", table.source);
    get(in, "engine", table.engine);
    get(in, "rows_estimate", table.rows_estimate);
    get(in, "data_bytes", table.data_bytes);
    get(in, "update_time", table.update_time);
    if (in.contains("next_auto_increment")) {
      need(in, "next_auto_increment", table.next_auto_increment.emplace());
    }
    get(in, "in_foreign_key", table.in_foreign_key);
    table.target = parse_target_table(in.at("target").dump());
  });
  return table;
}

std::string chunk_line(const ArchiveChunk& chunk) {
  Json out = {{"id", chunk.id}, {"tables", chunk.tables}};
  put(out, "members", chunk.members);
  put(out, "tail", chunk.tail);
  put(out, "bytes_estimate", chunk.bytes_estimate);
  put(out, "under_lock", chunk.under_lock);
  put(out, "grouped", chunk.grouped);
  if (chunk.totals) {
    out["file_bytes"] = chunk.totals->file_bytes;
    out["checksum"] = chunk.totals->checksum;
    put(out, "proofs", chunk.proofs);
    Json& parts = out["parts"] = Json::array();
    for (std::size_t i = 0; i < chunk.totals->parts.size(); ++i) {
      const PartTotal& part = chunk.totals->parts[i];
      Json& entry = parts.emplace_back(
          Json{{"rows", part.rows}, {"bytes", part.raw_bytes}, {"digest", part.digest}});
      if (chunk.faults.empty()) continue;
      put(entry, "rejected", chunk.faults.at(i).rows_rejected);
      put(entry, "nulled", chunk.faults.at(i).values_nulled);
    }
  }
  return line_of(out) + "\n";
}

ArchiveChunk parse_chunk(const std::string& line) {
  const Json in = parse_line(line);
  ArchiveChunk chunk;
  reading([&] {
    need(in, "id", chunk.id);
    need(in, "tables", chunk.tables);
    get(in, "members", chunk.members);
    get(in, "tail", chunk.tail);
    get(in, "bytes_estimate", chunk.bytes_estimate);
    get(in, "under_lock", chunk.under_lock);
    get(in, "grouped", chunk.grouped);
    if (!in.contains("checksum")) return;
    ChunkTotals& totals = chunk.totals.emplace();
    need(in, "file_bytes", totals.file_bytes);
    need(in, "checksum", totals.checksum);
    get(in, "proofs", chunk.proofs);
    if (chunk.proofs.size() != chunk.tables.size()) chunk.proofs.clear();
    for (const Json& part : in.at("parts")) {
      PartTotal& total = totals.parts.emplace_back();
      need(part, "rows", total.rows);
      need(part, "bytes", total.raw_bytes);
      need(part, "digest", total.digest);
      PartFaults& lost = chunk.faults.emplace_back();
      get(part, "rejected", lost.rows_rejected);
      get(part, "nulled", lost.values_nulled);
    }
    if (std::ranges::none_of(chunk.faults, &PartFaults::any)) chunk.faults.clear();
  });
  return chunk;
}

Json head_json(const Manifest& manifest) {
  Json out = {{"format", "millrace archive"},
              {"version", manifest_version},
              {"complete", manifest.complete},
              {"millrace", manifest.millrace_version},
              {"created_at", manifest.created_at},
              {"source", manifest.source},
              {"source_version", manifest.source_version},
              {"source_identity", manifest.source_identity}};
  Json& settings = out["settings"] = Json::array();
  for (const auto& [name, value] : manifest.settings) settings.push_back({name, value});
  out["snapshot"] = {{"method", manifest.snapshot_method},
                     {"lock_ms", manifest.lock_ms},
                     {"binlog_file", manifest.binlog_file},
                     {"binlog_position", manifest.binlog_position},
                     {"gtid", manifest.gtid}};
  out["schemas"] = manifest.schemas;
  Json& enums = out["enums"] = Json::array();
  for (const TargetEnum& type : manifest.enums) {
    enums.push_back(Json::parse(target_enum_json(type)));
  }
  Json& collations = out["collations"] = Json::array();
  for (const TargetCollation& collation : manifest.collations) {
    collations.push_back(Json::parse(target_collation_json(collation)));
  }
  Json& sequences = out["sequences"] = Json::array();
  for (const TargetSequence& sequence : manifest.sequences) {
    sequences.push_back(Json::parse(target_sequence_json(sequence)));
  }
  Json& views = out["views"] = Json::array();
  for (const TargetView& view : manifest.views) {
    views.push_back(Json::parse(target_view_json(view)));
  }
  Json& notes = out["notes"] = Json::array();
  for (const ArchiveNote& note : manifest.notes) {
    notes.push_back({note.topic, note.where, note.message});
  }
  return out;
}

void parse_head(const Json& in, Manifest& manifest) {
  need(in, "complete", manifest.complete);
  need(in, "millrace", manifest.millrace_version);
  need(in, "created_at", manifest.created_at);
  need(in, "source", manifest.source);
  need(in, "source_version", manifest.source_version);
  need(in, "source_identity", manifest.source_identity);
  const Json& snapshot = in.at("snapshot");
  need(snapshot, "method", manifest.snapshot_method);
  need(snapshot, "lock_ms", manifest.lock_ms);
  need(snapshot, "binlog_file", manifest.binlog_file);
  need(snapshot, "binlog_position", manifest.binlog_position);
  need(snapshot, "gtid", manifest.gtid);
  need(in, "schemas", manifest.schemas);
  for (const Json& type : in.at("enums")) {
    manifest.enums.push_back(parse_target_enum(type.dump()));
  }
  for (const Json& collation : in.value("collations", Json::array())) {
    manifest.collations.push_back(parse_target_collation(collation.dump()));
  }
  for (const Json& sequence : in.value("sequences", Json::array())) {
    manifest.sequences.push_back(parse_target_sequence(sequence.dump()));
  }
  for (const Json& view : in.value("views", Json::array())) {
    manifest.views.push_back(parse_target_view(view.dump()));
  }
  if (in.contains("settings")) {
    for (const Json& setting : in["settings"]) {
      manifest.settings.emplace_back(setting.at(0), setting.at(1));
    }
  }
  for (const Json& note : in.at("notes")) {
    manifest.notes.push_back({note.at(0), note.at(1), note.at(2)});
  }
}

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw Error(ErrorKind::bad_data, "cannot use " + path.string() + ": " + why, {},
              "copy the file anew from where it was extracted, or extract again");
}

/// Run `read` with the file's name on whatever it finds broken.
void reading_of(const fs::path& path, const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_data) throw;
    refuse(path, error.message());
  }
}

/// Hand out the lines of a list.
void each_line(const fs::path& path, const std::string& text,
               const std::function<void(const std::string&)>& take) {
  reading_of(path, [&] {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      take(text.substr(begin, end - begin));
      begin = end + 1;
    }
  });
}

[[noreturn]] void refuse_other_list(const fs::path& path) {
  refuse(path, "it differs from its checksum");
}

void read_tables(Manifest& manifest, const fs::path& path, const std::string& checksum) {
  const std::string text = read_file(path);
  if (checksum_text(text) != checksum) refuse_other_list(path);
  each_line(path, text,
            [&](const std::string& line) { manifest.tables.push_back(parse_table(line)); });
}

std::string list_of(const std::vector<ArchiveChunk>& chunks) {
  std::string text;
  for (const ArchiveChunk& chunk : chunks) text += chunk_line(chunk);
  return text;
}

void read_chunks(Manifest& manifest, const fs::path& path, const std::string& checksum) {
  const std::string text = read_file(path);
  const bool meant = checksum_text(text) == checksum;
  // Else it may be the last one, which is there before its manifest.
  if (!meant && manifest.complete) refuse_other_list(path);
  each_line(path, text, [&](const std::string& line) {
    ArchiveChunk& chunk = manifest.chunks.emplace_back(parse_chunk(line));
    if (!meant) {
      chunk.totals.reset();
      chunk.proofs.clear();
      chunk.faults.clear();
    }
    for (const std::size_t table : chunk.tables) {
      if (table >= manifest.tables.size()) refuse(path, "it names no table");
    }
  });
  if (!meant && checksum_text(list_of(manifest.chunks)) != checksum) refuse_other_list(path);
}

}  // namespace

std::uint64_t columns_signature(const TargetTable& table) noexcept {
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  for (const TargetColumn& column : table.columns) {
    if (column.computed()) continue;
    XXH3_64bits_update(state, column.name.data(), column.name.size());
    XXH3_64bits_update(state, "\0", 1);
    XXH3_64bits_update(state, column.type.data(), column.type.size());
    XXH3_64bits_update(state, "\0", 1);
  }
  const std::uint64_t signature = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return signature;
}

ChunkHeader header_of(const Manifest& manifest, const ArchiveChunk& chunk) {
  ChunkHeader header{.chunk = chunk.id, .parts = {}};
  for (const std::size_t table : chunk.tables) {
    header.parts.push_back({table, columns_signature(manifest.tables.at(table).target)});
  }
  return header;
}

fs::path chunk_path(const fs::path& folder, std::uint64_t id) {
  std::string name = std::to_string(id);
  if (name.size() < 8) name.insert(0, 8 - name.size(), '0');
  return folder / "chunks" / (name + ".chunk");
}

void write_manifest(Manifest& manifest, const fs::path& folder) {
  std::string tables;
  for (const ArchiveTable& table : manifest.tables) tables += table_line(table);
  const std::string chunks = list_of(manifest.chunks);
  Json head = head_json(manifest);
  head["tables"] = {{"count", manifest.tables.size()}, {"checksum", checksum_text(tables)}};
  head["chunks"] = {{"count", manifest.chunks.size()}, {"checksum", checksum_text(chunks)}};
  manifest.checksum = checksum_text(line_of(head));
  head["checksum"] = manifest.checksum;
  write_file(folder / tables_name, tables);
  write_file(folder / chunks_name, chunks);
  fault_point("archive.before_manifest");
  write_file(folder / manifest_name,
             head.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Manifest read_manifest(const fs::path& folder) {
  const fs::path path = folder / manifest_name;
  if (!is_archive(folder)) {
    throw Error(ErrorKind::bad_request,
                "cannot find an archive in " + folder.string() + ": it has no manifest.json", {},
                "name the folder that millrace extract was given");
  }
  const std::string text = read_file(path);
  Manifest manifest;
  std::string tables_checksum, chunks_checksum;
  reading_of(path, [&] {
    Json head = parse_line(text);
    reading([&] {
      std::string format;
      need(head, "format", format);
      if (format != "millrace archive") refuse(path, "it is no millrace archive");
      std::uint32_t version = 0;
      need(head, "version", version);
      if (version != manifest_version) {
        refuse(path, "it is of version " + std::to_string(version) + ", this program reads " +
                         std::to_string(manifest_version));
      }
      need(head, "checksum", manifest.checksum);
      head.erase("checksum");
      if (checksum_text(line_of(head)) != manifest.checksum)
        refuse(path, "it differs from its checksum");
      parse_head(head, manifest);
      need(head.at("tables"), "checksum", tables_checksum);
      need(head.at("chunks"), "checksum", chunks_checksum);
    });
  });
  read_tables(manifest, folder / tables_name, tables_checksum);
  read_chunks(manifest, folder / chunks_name, chunks_checksum);
  return manifest;
}

bool is_archive(const fs::path& folder) { return fs::exists(folder / manifest_name); }

bool is_unused(const fs::path& folder) {
  static const std::set<std::string> before_the_manifest{
      tables_name, std::string(tables_name) + ".tmp", chunks_name,
      std::string(chunks_name) + ".tmp", std::string(manifest_name) + ".tmp"};
  std::error_code fault;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, fault)) {
    const std::string name = entry.path().filename().string();
    const bool chunks = name == "chunks" && entry.is_directory();
    if (chunks ? !fs::is_empty(entry.path(), fault) : !before_the_manifest.contains(name)) {
      return false;
    }
  }
  return true;
}

}  // namespace millrace::archive
