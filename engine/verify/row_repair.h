#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/verify/row_search.h"
#include "engine/verify/target_instant.h"
#include "io/postgres/connection.h"
#include "io/target_schema.h"

namespace millrace {

/// Bring rows of one table to what the source has: extra ones are deleted, changed ones updated,
/// missing ones inserted, all in one transaction. The table's triggers are off meanwhile; its
/// foreign keys are not.
///
/// Requires: `rows` were found in `target`'s instant; `slices` are those that their places name.
/// Returns:  the rows written.
/// Errors:   conflict where another session has changed one of these rows since then; whatever the
///           table's constraints say. Nothing is changed then.
std::uint64_t repair_rows(postgres::Connection& session, const TargetInstant& target,
                          const TargetTable& table, std::span<const TargetSlice> slices,
                          std::span<const FoundRow> rows);

}  // namespace millrace
