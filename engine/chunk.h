#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/fault_policy.h"
#include "io/source_schema.h"
#include "operators/row_encoder.h"
#include "operators/schema_translation.h"

namespace millrace {

/// What of a table's keys stands in the target before the run builds any: what an earlier process
/// of a resumed run built. Empty lists: nothing.
struct StandingKeys {
  enum class ForeignKey : std::uint8_t { missing, not_valid, valid };

  std::vector<bool> indexes;  // per TargetTable::indexes
  bool primary_key = false;
  std::vector<ForeignKey> foreign_keys;  // per TargetTable::foreign_keys

  bool has_index(std::size_t index) const { return index < indexes.size() && indexes[index]; }
  ForeignKey foreign_key(std::size_t key) const {
    return key < foreign_keys.size() ? foreign_keys[key] : ForeignKey::missing;
  }
};

/// One table of a run: what it is, what it becomes, how its rows are read and stored.
struct TableWork {
  const SourceTable* source = nullptr;          // owned by the run's catalog
  const TranslatedTable* translated = nullptr;  // owned by the run's translation
  RowEncoder encoder;
  std::string select;  // "SELECT ... FROM `db`.`t`", without conditions
  std::vector<std::string>
      more_selects{};                    // of a consolidated table: its members from the second on
  std::string copy_sql;                  // "COPY ... FROM STDIN (FORMAT binary)"
  std::vector<std::size_t> key_columns;  // positions in the SELECT list, for messages
  std::vector<FaultPolicy> on_fault{};   // per column of the SELECT list; empty: stop
  bool exists = false;                   // it stands in the target already: rows only
  bool in_foreign_key = false;           // refers to a table, or is referred to
  StandingKeys standing = {};            // keys that need not be built
  bool next_identity_known = false;  // no row holds an identity as large as the planned next one
  bool grouped = false;              // created, filled and keyed in a group's transaction
  std::string filter = {};           // " WHERE (..)", where the job filters its rows
  bool incomplete = false;           // an archive's: rows or values were left out of it

  /// The SELECT of the `member`-th table that its rows come from; 0 where there is one.
  const std::string& select_of(std::size_t member) const {
    return member == 0 ? select : more_selects[member - 1];
  }
};

/// The unit of work, of progress, of resume, of proof: a half-open key range, a native partition, a
/// whole table, a group of small tables, or a few members of a consolidated one. Its rows are
/// committed in one target transaction.
struct Chunk {
  std::uint64_t id = 0;                   // ordinal in the plan, from 0
  std::vector<std::size_t> tables;        // indexes of TableWork; one, unless it has more parts
  std::vector<std::size_t> members = {};  // by part: whose rows of a consolidated table; empty: 0
  std::string tail;                       // what follows the SELECT: " PARTITION (..)", " WHERE .."
  std::uint64_t bytes_estimate = 0;       // source bytes
  bool under_lock = false;                // must be read before the snapshot's lock is released

  std::size_t member(std::size_t part) const { return members.empty() ? 0 : members[part]; }
};

/// The statement that reads one part of a chunk. A tail holds the table's filter already; parts
/// that share a chunk have no tail.
inline std::string select_rows(const TableWork& table, const Chunk& chunk, std::size_t part) {
  return table.select_of(chunk.member(part)) + (chunk.tail.empty() ? table.filter : chunk.tail);
}

}  // namespace millrace
