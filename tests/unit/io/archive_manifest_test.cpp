#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "io/archive/manifest.h"
#include "io/archive/target_json.h"
#include "io/error.h"
#include "tests/support/scratch_folder.h"

namespace millrace::archive {
namespace {

namespace fs = std::filesystem;

TargetTable full_table() {
  TargetTable table;
  table.schema = "shop";
  table.name = "Or\"ders";
  table.comment = "a comment with \n a line";
  TargetColumn& id = table.columns.emplace_back();
  id.name = "id";
  id.type = "bigint";
  id.nullable = false;
  id.identity = true;
  id.identity_sequence = "orders_id_seq";
  TargetColumn& state = table.columns.emplace_back();
  state.name = "state";
  state.type = "\"shop\".\"orders_state\"";
  state.default_sql = "'new'";
  state.comment = "of the order";
  TargetColumn& twice = table.columns.emplace_back();
  twice.name = "twice";
  twice.type = "bigint";
  twice.generated_sql = "\"id\" * 2";
  twice.generated_virtual = true;
  table.late_checks.push_back({.name = "late", .condition = "\"id\" < 9"});
  table.touch = TargetTouch{.name = "stamp", .function = "stamp_at", .columns = {"at", "seen"}};
  table.checks.push_back({.name = "positive", .condition = "\"id\" > 0"});
  table.partition_by = "RANGE (\"id\")";
  table.partitions.push_back(
      {.name = "orders_p0", .bounds = "FOR VALUES FROM (0) TO (9)", .comment = "the first"});
  TargetIndex& key = table.indexes.emplace_back();
  key.name = "orders_pkey";
  key.primary = true;
  key.unique = true;
  key.parts = {"\"id\""};
  TargetIndex& by_state = table.indexes.emplace_back();
  by_state.name = "by_state";
  by_state.method = "hash";
  by_state.parts = {"\"state\""};
  TargetForeignKey& foreign = table.foreign_keys.emplace_back();
  foreign.name = "fk";
  foreign.columns = {"id"};
  foreign.referenced_schema = "shop";
  foreign.referenced_table = "parents";
  foreign.referenced_columns = {"key"};
  foreign.on_delete = "CASCADE";
  foreign.on_update = "SET NULL";
  table.next_identity = 18446744073709551615ULL;
  return table;
}

Manifest full_manifest() {
  Manifest manifest;
  manifest.millrace_version = "1.2.3";
  manifest.created_at = "2026-01-02T03:04:05Z";
  manifest.source = "mysql://reader:***@db1/shop";
  manifest.source_version = "10.11.6-MariaDB";
  manifest.source_identity = "db1:3306";
  manifest.settings = {{"--exclude", "log_*"}, {"cast", "[x]"}};
  manifest.snapshot_method = "flush tables with read lock";
  manifest.lock_ms = 12.5;
  manifest.binlog_file = "binlog.000007";
  manifest.binlog_position = 4711;
  manifest.gtid = "0-1-99";
  manifest.complete = true;
  manifest.schemas = {"shop"};
  manifest.enums = {{.schema = "shop", .name = "orders_state", .labels = {"new", "it's done"}}};
  manifest.notes = {{"renamed", "shop.orders", "a message"}};
  manifest.tables.push_back({.source = "shop.orders",
                             .engine = "InnoDB",
                             .rows_estimate = 17,
                             .data_bytes = 16384,
                             .update_time = "2026-01-01 00:00:00",
                             .next_auto_increment = 18,
                             .in_foreign_key = true,
                             .target = full_table()});
  manifest.chunks.push_back({.id = 0,
                             .tables = {0},
                             .members = {7},
                             .tail = " WHERE `id` < 5",
                             .bytes_estimate = 100,
                             .under_lock = true,
                             .grouped = true,
                             .totals = ChunkTotals{.parts = {{1, 2, 18446744073709551615ULL}},
                                                   .file_bytes = 99,
                                                   .checksum = "00ff"},
                             .proofs = {7},
                             .faults = {{.rows_rejected = 3, .values_nulled = 4}}});
  manifest.chunks.push_back({.id = 1, .tables = {0}, .tail = {}, .totals = {}, .proofs = {}});
  return manifest;
}

TEST(Manifest, IsReadBackAsItWasWritten) {
  const ScratchFolder folder;
  Manifest manifest = full_manifest();

  write_manifest(manifest, folder.path());
  const Manifest back = read_manifest(folder.path());

  EXPECT_EQ(back.millrace_version, manifest.millrace_version);
  EXPECT_EQ(back.created_at, manifest.created_at);
  EXPECT_EQ(back.source, manifest.source);
  EXPECT_EQ(back.source_version, manifest.source_version);
  EXPECT_EQ(back.source_identity, manifest.source_identity);
  EXPECT_EQ(back.settings, manifest.settings);
  EXPECT_EQ(back.checksum, manifest.checksum);
  EXPECT_EQ(back.tables.at(0).update_time, "2026-01-01 00:00:00");
  EXPECT_EQ(back.tables[0].next_auto_increment, 18U);
  EXPECT_EQ(back.snapshot_method, manifest.snapshot_method);
  EXPECT_EQ(back.lock_ms, manifest.lock_ms);
  EXPECT_EQ(back.binlog_file, manifest.binlog_file);
  EXPECT_EQ(back.binlog_position, manifest.binlog_position);
  EXPECT_EQ(back.gtid, manifest.gtid);
  EXPECT_TRUE(back.complete);
  EXPECT_EQ(back.schemas, manifest.schemas);
  EXPECT_EQ(target_enum_json(back.enums.at(0)), target_enum_json(manifest.enums[0]));
  EXPECT_EQ(back.notes.at(0).message, "a message");
  const ArchiveTable& table = back.tables.at(0);
  EXPECT_EQ(table.source, "shop.orders");
  EXPECT_EQ(table.engine, "InnoDB");
  EXPECT_EQ(table.rows_estimate, 17U);
  EXPECT_EQ(table.data_bytes, 16384U);
  EXPECT_TRUE(table.in_foreign_key);
  ASSERT_EQ(back.chunks.size(), 2U);
  const ArchiveChunk& chunk = back.chunks[0];
  EXPECT_EQ(chunk.tables, std::vector<std::size_t>{0});
  EXPECT_EQ(chunk.members, std::vector<std::size_t>{7});
  EXPECT_EQ(chunk.tail, " WHERE `id` < 5");
  EXPECT_EQ(chunk.bytes_estimate, 100U);
  EXPECT_TRUE(chunk.under_lock);
  EXPECT_TRUE(chunk.grouped);
  EXPECT_EQ(chunk.totals, manifest.chunks[0].totals);
  EXPECT_EQ(chunk.proofs, manifest.chunks[0].proofs);
  EXPECT_EQ(chunk.faults, manifest.chunks[0].faults);
  EXPECT_FALSE(back.chunks[1].totals);
}

TEST(Manifest, KeepsEveryFieldOfATable) {
  const TargetTable table = full_table();

  const TargetTable back = parse_target_table(target_table_json(table));

  EXPECT_EQ(back.schema, table.schema);
  EXPECT_EQ(back.name, table.name);
  EXPECT_EQ(back.comment, table.comment);
  ASSERT_EQ(back.columns.size(), 3U);
  EXPECT_EQ(back.columns[0].identity_sequence, "orders_id_seq");
  EXPECT_TRUE(back.columns[0].identity);
  EXPECT_FALSE(back.columns[0].nullable);
  EXPECT_TRUE(back.columns[1].nullable);
  EXPECT_EQ(back.columns[1].type, table.columns[1].type);
  EXPECT_EQ(back.columns[1].default_sql, "'new'");
  EXPECT_EQ(back.columns[1].comment, "of the order");
  EXPECT_EQ(back.columns[2].generated_sql, "\"id\" * 2");
  EXPECT_TRUE(back.columns[2].generated_virtual);
  EXPECT_EQ(back.late_checks.at(0).condition, "\"id\" < 9");
  ASSERT_TRUE(back.touch);
  EXPECT_EQ(back.touch->name, "stamp");
  EXPECT_EQ(back.touch->function, "stamp_at");
  EXPECT_EQ(back.touch->columns, (std::vector<std::string>{"at", "seen"}));
  EXPECT_EQ(back.checks.at(0).condition, "\"id\" > 0");
  ASSERT_EQ(back.indexes.size(), 2U);
  EXPECT_TRUE(back.indexes[0].primary);
  EXPECT_TRUE(back.indexes[0].unique);
  EXPECT_EQ(back.indexes[0].method, "btree");
  EXPECT_EQ(back.indexes[1].method, "hash");
  EXPECT_EQ(back.indexes[1].parts, table.indexes[1].parts);
  const TargetForeignKey& key = back.foreign_keys.at(0);
  EXPECT_EQ(key.name, "fk");
  EXPECT_EQ(key.columns, std::vector<std::string>{"id"});
  EXPECT_EQ(key.referenced_schema, "shop");
  EXPECT_EQ(key.referenced_table, "parents");
  EXPECT_EQ(key.referenced_columns, std::vector<std::string>{"key"});
  EXPECT_EQ(key.on_delete, "CASCADE");
  EXPECT_EQ(key.on_update, "SET NULL");
  EXPECT_EQ(back.next_identity, table.next_identity);
}

TEST(Manifest, FindsAFlippedBitInEachOfItsFiles) {
  const ScratchFolder folder;
  Manifest manifest = full_manifest();
  write_manifest(manifest, folder.path());
  for (const char* name : {"manifest.json", "tables.jsonl", "chunks.jsonl"}) {
    const fs::path path = folder.path() / name;
    const std::string whole = read_file(path);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string text = whole;
      text[at] = static_cast<char>(text[at] ^ 2);
      // Between the words of manifest.json a blank may become another one, as a newline by a copy
      // in text mode.
      if (whole[at] == ' ' || whole[at] == '\n') continue;
      std::ofstream(path, std::ios::binary | std::ios::trunc) << text;

      EXPECT_THROW(read_manifest(folder.path()), Error) << name << " byte " << at;
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole;
  }
}

/// The manifest of an archive that was begun, and the one that ends it.
Manifest begun_manifest() {
  Manifest manifest = full_manifest();
  manifest.complete = false;
  manifest.chunks[0].totals.reset();
  manifest.chunks[0].proofs.clear();
  manifest.chunks[0].faults.clear();
  return manifest;
}
Manifest ended_manifest() {
  Manifest manifest = full_manifest();
  manifest.lock_ms = 99;
  manifest.chunks[0].proofs = {5};
  manifest.chunks[1].totals =
      ChunkTotals{.parts = {{3, 4, 5}}, .file_bytes = 98, .checksum = "00fe"};
  return manifest;
}

/// A folder in which a run died that was to replace one manifest by another: the files that it
/// came to are the new ones, and one lies half-written beside.
void die_while_writing(const fs::path& folder, std::size_t files_written) {
  const ScratchFolder other;
  Manifest ended = ended_manifest();
  write_manifest(ended, other.path());
  const std::vector<std::string> in_order{"tables.jsonl", "chunks.jsonl", "manifest.json"};
  for (std::size_t i = 0; i < files_written; ++i) {
    fs::copy_file(other.path() / in_order[i], folder / in_order[i],
                  fs::copy_options::overwrite_existing);
  }
  if (files_written == in_order.size()) return;
  std::ofstream(folder / (in_order[files_written] + ".tmp")) << "{\"half";
}

TEST(Manifest, IsTheIncompleteOneUntilTheLastFileIsThere) {
  for (std::size_t files = 0; files < 3; ++files) {
    const ScratchFolder folder;
    Manifest begun = begun_manifest();
    write_manifest(begun, folder.path());

    die_while_writing(folder.path(), files);
    const Manifest back = read_manifest(folder.path());

    EXPECT_FALSE(back.complete) << files;
    EXPECT_EQ(back.lock_ms, begun.lock_ms) << files;
    ASSERT_EQ(back.chunks.size(), 2U) << files;
    EXPECT_EQ(back.chunks[0].tail, begun.chunks[0].tail) << files;
    for (const ArchiveChunk& chunk : back.chunks) {
      EXPECT_FALSE(chunk.totals) << files;
      EXPECT_TRUE(chunk.proofs.empty()) << files;
    }
    // Going on from there ends well.
    Manifest ended = ended_manifest();
    write_manifest(ended, folder.path());
    EXPECT_TRUE(read_manifest(folder.path()).complete) << files;
  }
}

TEST(Manifest, ThatIsCompleteMeansItsOwnListOnly) {
  const ScratchFolder folder;
  Manifest begun = begun_manifest(), ended = ended_manifest();
  write_manifest(begun, folder.path());
  const std::string planned = read_file(folder.path() / "chunks.jsonl");
  write_manifest(ended, folder.path());

  write_file(folder.path() / "chunks.jsonl", planned);

  EXPECT_THROW(read_manifest(folder.path()), Error);
}

TEST(Manifest, ThatIsIncompleteTakesNoListOfOtherChunks) {
  const ScratchFolder folder;
  Manifest begun = begun_manifest();
  write_manifest(begun, folder.path());
  std::string other = read_file(folder.path() / "chunks.jsonl");
  other.replace(other.find("`id` < 5"), 8, "`id` < 6");

  write_file(folder.path() / "chunks.jsonl", other);

  EXPECT_THROW(read_manifest(folder.path()), Error);
}

TEST(Manifest, MayBeWrittenIntoAFolderWhereARunDiedBeforeItWasThere) {
  for (std::size_t files = 0; files < 3; ++files) {
    const ScratchFolder folder;
    fs::create_directory(folder.path() / "chunks");

    die_while_writing(folder.path(), files);

    EXPECT_TRUE(is_unused(folder.path())) << files;
  }
}

TEST(Manifest, IsNotWrittenOverAnythingElse) {
  const ScratchFolder folder;
  const auto holds = [&](const fs::path& file) {
    write_file(folder.path() / file, "dear");
    const bool unused = is_unused(folder.path());
    fs::remove(folder.path() / file);
    return !unused;
  };
  fs::create_directory(folder.path() / "chunks");

  EXPECT_TRUE(holds("letter"));
  EXPECT_TRUE(holds("letter.tmp"));
  EXPECT_TRUE(holds("manifest.json"));
  EXPECT_TRUE(holds("chunks/00000000.chunk"));
  EXPECT_FALSE(holds("chunks.jsonl"));
}

TEST(ChunkFaults, AreWhatTheLastAttemptNoted) {
  const ScratchFolder folder;
  fs::create_directory(folder.path() / "chunks");
  const std::vector<PartFaults> none(2), some{{.rows_rejected = 1}, {.values_nulled = 2}};

  write_chunk_faults(folder.path(), 5, none);
  EXPECT_TRUE(fs::is_empty(folder.path() / "chunks"));
  write_chunk_faults(folder.path(), 5, some);
  EXPECT_EQ(read_chunk_faults(folder.path(), 5, 2), some);
  write_chunk_faults(folder.path(), 5, none);
  EXPECT_EQ(read_chunk_faults(folder.path(), 5, 2), none);

  EXPECT_THROW(read_chunk_faults(folder.path(), 5, 1), Error);
  remove_chunk_faults(folder.path(), 5);
  EXPECT_TRUE(read_chunk_faults(folder.path(), 5, 2).empty());
}

TEST(Manifest, NamesAFolderThatHoldsNone) {
  const ScratchFolder folder;
  try {
    read_manifest(folder.path());
    FAIL() << "there is none";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_EQ(error.message(),
              "cannot find an archive in " + folder.path().string() + ": it has no manifest.json");
  }
}

TEST(Manifest, ColumnsThatDifferInNameOrTypeHaveOtherSignatures) {
  const TargetTable table = full_table();
  TargetTable renamed = table, retyped = table, commented = table;
  renamed.columns[0].name = "key";
  retyped.columns[0].type = "integer";
  commented.columns[0].comment = "new";

  EXPECT_NE(columns_signature(renamed), columns_signature(table));
  EXPECT_NE(columns_signature(retyped), columns_signature(table));
  EXPECT_EQ(columns_signature(commented), columns_signature(table));
}

}  // namespace
}  // namespace millrace::archive
