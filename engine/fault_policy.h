#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/report.h"
#include "io/source_schema.h"
#include "operators/schema_translation.h"

namespace millrace {

/// What to do with a value that its target column cannot hold.
enum class FaultPolicy : std::uint8_t {
  stop,    // name it and stop
  null,    // store NULL instead, and count it; in a NOT NULL column: stop
  reject,  // set the row aside in the table's reject file, load the rest
};

/// A policy for some columns. `column` is a glob over "database.table.column", "table.column" (one
/// dot) or "column" (none).
struct FaultRule {
  std::string column;
  FaultPolicy on_fault = FaultPolicy::stop;
  std::string origin;  // for messages: "[[fault]] (job.toml, line 7)"
};

/// Whether a glob as in FaultRule means this column.
bool selects_column(const std::string& glob, const std::string& database, const std::string& table,
                    const std::string& column);

/// The policy of each translated column: the last rule that means it, else `otherwise`.
/// Errors: Error{bad_request} for a rule that means it in a part of a consolidated table: see
///         means_table().
std::vector<FaultPolicy> fault_policies(const std::vector<FaultRule>& rules, FaultPolicy otherwise,
                                        const SourceTable& source,
                                        const TranslatedTable& translated);

/// Throws Error{bad_request} for a rule that means no column of the catalog.
void refuse_idle_fault_rules(const std::vector<FaultRule>& rules, const SourceCatalog& catalog);

/// Rules that ask for NULL where the target has none, as notes: such a value still stops the run.
std::vector<NoteReport> notes_on_fault_rules(const std::vector<FaultRule>& rules,
                                             const SourceCatalog& catalog,
                                             const Translation& translation);

}  // namespace millrace
