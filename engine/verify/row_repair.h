#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/verify/row_search.h"
#include "engine/verify/target_instant.h"
#include "io/postgres/connection.h"
#include "io/target_schema.h"

namespace millrace {

/// What is to be put right in one table.
struct TableRepair {
  const TargetTable* table = nullptr;
  std::span<const FoundRow> rows;
};

/// Bring rows of some tables to what the source has: extra ones are deleted, changed ones updated,
/// missing ones inserted, all in one transaction. The tables' triggers are off meanwhile, and so
/// are foreign keys as far as the role may hold them off: see RepairGuards.
///
/// Requires: the rows were found in `target`'s instant; `slices` are those that their places name;
///           no table occurs twice.
/// Returns:  the rows written.
/// Errors:   conflict where another session has changed one of these rows since then; whatever the
///           tables' constraints say. Nothing is changed then.
std::uint64_t repair_rows(postgres::Connection& session, const TargetInstant& target,
                          std::span<const TargetSlice> slices,
                          std::span<const TableRepair> repairs);

}  // namespace millrace
