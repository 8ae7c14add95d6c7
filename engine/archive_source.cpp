#include "engine/archive_source.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "engine/archive_reader_lane.h"
#include "engine/target_statements.h"
#include "io/error.h"
#include "io/postgres/ddl.h"
#include "operators/glob.h"
#include "operators/schema_renaming.h"

namespace millrace {

namespace {

/// "shop" and "orders" of "shop.orders". Database names hold no dot that MySQL could tell apart.
SourceTable source_table(const archive::ArchiveTable& table) {
  const std::size_t dot = table.source.find('.');
  SourceTable source;
  source.database = table.source.substr(0, dot);
  source.name = dot == std::string::npos ? "" : table.source.substr(dot + 1);
  source.engine = table.engine;
  source.rows_estimate = table.rows_estimate;
  source.data_bytes = table.data_bytes;
  return source;
}

}  // namespace

void ArchiveSource::connect(RetryPauses& /*pauses*/, const RetriedLane& /*retried*/) {
  manifest_ = archive::read_manifest(job_.archive);
  if (!manifest_.complete) {
    throw Error(ErrorKind::bad_request,
                "cannot load from " + job_.archive + ": the archive is not complete", {},
                "end it first: millrace extract SOURCE " + job_.archive + " --resume");
  }
  // Found out now, and not when half of the tables are in; what is in the files is checked as it
  // is read.
  for (const archive::ArchiveChunk& chunk : manifest_.chunks) {
    const auto path = archive::chunk_path(job_.archive, chunk.id);
    std::error_code fault;
    const std::uintmax_t bytes = std::filesystem::file_size(path, fault);
    if (!fault && bytes == chunk.totals->file_bytes) continue;
    throw Error(ErrorKind::bad_data,
                fault ? "cannot read chunk file " + path.string() + ": " + fault.message()
                      : fmt::format("cannot use chunk file {}: it has {} bytes of {}",
                                    path.string(), bytes, chunk.totals->file_bytes),
                {.chunk = chunk.id},
                "copy the file anew from where it was extracted, or extract again");
  }
}

void ArchiveSource::choose_tables(Preparation& preparation) {
  Translation& translation = preparation.translation;
  for (std::size_t i = 0; i < manifest_.tables.size(); ++i) {
    const archive::ArchiveTable& table = manifest_.tables[i];
    SourceTable source = source_table(table);
    const auto& globs = job_.databases;
    const bool database =
        globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
          return matches_glob(glob, source.database);
        });
    if (!database || !selects_table(job_.include, job_.exclude, source.database, source.name)) {
      continue;
    }
    TranslatedTable& translated = translation.tables.emplace_back();
    translated.source = preparation.catalog.tables.size();
    translated.target = table.target;
    preparation.catalog.tables.push_back(std::move(source));
    table_of_.push_back(i);
  }
  if (table_of_.empty()) {
    throw Error(ErrorKind::bad_request, "cannot find a single table to load in the archive", {},
                "check --databases, --include and --exclude");
  }
  const auto used = [&](const std::string& schema) {
    return std::any_of(translation.tables.begin(), translation.tables.end(),
                       [&](const TranslatedTable& t) { return t.target.schema == schema; });
  };
  for (const std::string& schema : manifest_.schemas) {
    if (used(schema)) translation.schemas.push_back(schema);
  }
  for (const TargetEnum& type : manifest_.enums) {
    if (used(type.schema)) translation.enums.push_back(type);
  }
  for (const TargetCollation& collation : manifest_.collations) {
    if (used(collation.schema)) translation.collations.push_back(collation);
  }
  for (const TargetSequence& sequence : manifest_.sequences) {
    if (used(sequence.schema)) translation.sequences.push_back(sequence);
  }
  for (const TargetView& view : manifest_.views) {
    if (used(view.schema)) translation.views.push_back(view);
  }
  // A key whose other end stays behind cannot be made.
  for (TranslatedTable& table : translation.tables) {
    std::erase_if(table.target.foreign_keys, [&](const TargetForeignKey& key) {
      const bool there = std::any_of(translation.tables.begin(), translation.tables.end(),
                                     [&](const TranslatedTable& other) {
                                       return other.target.schema == key.referenced_schema &&
                                              other.target.name == key.referenced_table;
                                     });
      if (!there) {
        preparation.notes.push_back({"foreign key", table.target.full_name(),
                                     key.name + " refers to " + key.referenced_schema + "." +
                                         key.referenced_table + ", which is left out"});
      }
      return !there;
    });
  }
}

void ArchiveSource::plan_chunks(Preparation& preparation) {
  WorkPlan& work = preparation.work;
  const Translation& translation = preparation.translation;
  std::vector<std::optional<std::size_t>> index_of(manifest_.tables.size());
  for (std::size_t i = 0; i < table_of_.size(); ++i) {
    index_of[table_of_[i]] = i;
    work.tables.push_back({.source = &preparation.catalog.tables[i],
                           .translated = &translation.tables[i],
                           .encoder = RowEncoder({}),
                           .select = {},
                           .copy_sql = postgres::copy_from_stdin(translation.tables[i].target),
                           .key_columns = {},
                           .exists = preparation.exists[i],
                           .in_foreign_key = manifest_.tables[table_of_[i]].in_foreign_key});
  }
  work.chunked_by.resize(work.tables.size(), "the archive's chunks");
  work.chunks_of.resize(work.tables.size());
  for (const archive::ArchiveChunk& entry : manifest_.chunks) {
    Chunk chunk;
    chunk.id = work.chunks.size();
    chunk.tail = entry.tail;
    chunk.bytes_estimate = entry.bytes_estimate;
    bool grouped = entry.grouped;
    for (const std::size_t table : entry.tables) {
      if (!index_of[table]) continue;
      chunk.tables.push_back(*index_of[table]);
      grouped = grouped && !preparation.exists[*index_of[table]];
    }
    if (chunk.tables.empty()) continue;
    for (const std::size_t index : chunk.tables) {
      work.tables[index].grouped = grouped;
      ++work.chunks_of[index];
    }
    chunk_of_.push_back(entry.id);
    work.chunks.push_back(std::move(chunk));
  }
}

void ArchiveSource::note_losses(Preparation& preparation) const {
  std::vector<archive::PartFaults> lost(manifest_.tables.size());
  for (const archive::ArchiveChunk& chunk : manifest_.chunks) {
    for (std::size_t part = 0; part < chunk.faults.size(); ++part) {
      archive::PartFaults& table = lost[chunk.tables[part]];
      table.rows_rejected += chunk.faults[part].rows_rejected;
      table.values_nulled += chunk.faults[part].values_nulled;
    }
  }
  for (std::size_t i = 0; i < table_of_.size(); ++i) {
    const archive::PartFaults& table = lost[table_of_[i]];
    TableWork& work = preparation.work.tables[i];
    work.incomplete = table.any();
    if (!work.incomplete) continue;
    preparation.notes.push_back(
        {"rejects", work.translated->target.full_name(),
         fmt::format("when it was extracted, {} rows were rejected and {} values became NULL",
                     table.rows_rejected, table.values_nulled)});
  }
}

void ArchiveSource::prepare(postgres::Connection& target, Preparation& preparation) {
  read_target(target, preparation);
  for (const archive::ArchiveNote& note : manifest_.notes) {
    preparation.notes.push_back({note.topic, note.where, note.message});
  }
  choose_tables(preparation);
  rename_schemas(preparation.translation, job_.schema_of_database);
  if (!preparation.resumed) survey_target(job_, target, preparation);
  preparation.exists.resize(table_of_.size());
  const Limits limits{.cores = machine_cores(),
                      .source_connections = 0,
                      .target_connections = free_connections(preparation.target),
                      .target_locks = shared_locks(preparation.target)};
  preparation.sizing = work_out_sizing(asked_sizing(job_), limits);
  plan_chunks(preparation);
  note_losses(preparation);
  if (preparation.resumed) restore_stored(target, preparation);
}

void ArchiveSource::open_readers(const Preparation& preparation, RetryPauses& /*pauses*/,
                                 const RetriedLane& /*retried*/) {
  lanes_ = preparation.sizing.readers;
}

std::vector<std::unique_ptr<ChunkReader>> ArchiveSource::readers(const WorkPlan& /*plan*/,
                                                                 BlockPool& pool,
                                                                 Progress& progress,
                                                                 RetryPauses& /*pauses*/) {
  std::vector<std::unique_ptr<ChunkReader>> readers;
  for (unsigned i = 0; i < lanes_; ++i) {
    readers.push_back(std::make_unique<ArchiveReaderLane>(manifest_, job_.archive, table_of_,
                                                          chunk_of_, pool, progress,
                                                          progress.lane(LaneKind::reader, i)));
  }
  return readers;
}

SnapshotReport ArchiveSource::snapshot() const {
  SnapshotReport snapshot;
  snapshot.method = manifest_.snapshot_method;
  snapshot.lock_ms = manifest_.lock_ms;
  snapshot.binlog_file = manifest_.binlog_file;
  snapshot.binlog_position = manifest_.binlog_position;
  snapshot.gtid = manifest_.gtid;
  return snapshot;
}

}  // namespace millrace
