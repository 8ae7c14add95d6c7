#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/target_schema.h"

namespace millrace::postgres {

/// Each function returns complete SQL statements without a final semicolon.
std::string create_schema(const std::string& schema);
std::string create_enum(const TargetEnum& type);
std::string create_collation(const TargetCollation& collation);
/// Bare table: columns, NOT NULL, defaults, identity; no keys.
std::string create_table(const TargetTable& table);
/// CREATE TABLE ... PARTITION OF, one for each partition.
std::vector<std::string> create_partitions(const TargetTable& table);
std::string create_sequence(const TargetSequence& sequence);
/// Let a sequence that stands go on with the value that it has there.
std::string restart_sequence(const TargetSequence& sequence);
/// Likewise, unless it is further on already.
std::string advance_sequence(const TargetSequence& sequence);
/// `replace`: an earlier attempt may have made it.
std::string create_view(const TargetView& view, bool replace = false);
std::vector<std::string> comments(const TargetTable& table);
/// The columns that COPY fills, and that are read back: quoted, in the order of the tuple's fields.
std::string copy_columns(const TargetTable& table);
std::string copy_from_stdin(const TargetTable& table);
/// CREATE [UNIQUE] INDEX; for a primary key the unique index that is promoted afterwards.
std::string create_index(const TargetTable& table, const TargetIndex& index);
/// ALTER TABLE ... ADD CONSTRAINT ... PRIMARY KEY USING INDEX.
std::string promote_primary_key(const TargetTable& table, const TargetIndex& index);
/// ALTER TABLE ... ADD PRIMARY KEY in one step, for tables that are small.
std::string add_primary_key(const TargetTable& table, const TargetIndex& index);
std::string add_foreign_key_not_valid(const TargetTable& table, const TargetForeignKey& key);
std::string validate_foreign_key(const TargetTable& table, const TargetForeignKey& key);
std::string add_check_not_valid(const TargetTable& table, const TargetCheck& check);
std::string drop_constraint_if_exists(const TargetTable& table, const std::string& name);
std::string validate_check(const TargetTable& table, const TargetCheck& check);
/// The function that a touch's trigger calls; replaces one of the same name.
std::string create_touch_function(const TargetTable& table, const TargetTouch& touch);
std::string drop_touch_trigger_if_exists(const TargetTable& table, const TargetTouch& touch);
std::string create_touch_trigger(const TargetTable& table, const TargetTouch& touch);
/// The largest value of an integer type: smallint, integer, bigint.
std::uint64_t largest_of(std::string_view type) noexcept;
/// An expression: the next value of the identity `column`. The source's own was read when the run
/// was planned, and rows may have come until the snapshot: it is never one that the table holds.
/// Requires: table.next_identity.
std::string next_identity_sql(const TargetTable& table, const TargetColumn& column);
/// SELECT setval(...) of the identity's next value; empty where there is no identity. `known`: no
/// row holds one as large, so none is searched; without an index that means to read the table.
std::string restart_identity(const TargetTable& table, bool known = false);
/// The same for a table that stood before: its identity, or the sequence of a serial column, moves
/// forward and never back; a column without a sequence stays as it is.
std::string advance_identity(const TargetTable& table);
/// `mode`: "SHARE", "ACCESS EXCLUSIVE". Of a partitioned table that one alone, not its partitions.
std::string lock_table(const TargetTable& table, std::string_view mode);
std::string drop_table(const TargetTable& table);
std::string truncate_table(const TargetTable& table);
std::string analyze_table(const TargetTable& table);
/// VACUUM (ANALYZE): may stand in no transaction and in no script.
std::string vacuum_table(const TargetTable& table, bool analyze);

}  // namespace millrace::postgres
