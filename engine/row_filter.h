#pragma once

#include <vector>

#include "engine/report.h"
#include "io/mysql/connection.h"
#include "io/source_schema.h"
#include "operators/schema_translation.h"

namespace millrace {

/// Let the source say whether it understands the job's row filters, before anything is written.
/// Errors: Error{bad_request} with the table, the filter and the server's words.
void check_row_filters(mysql::Connection& source, const SourceCatalog& catalog,
                       const Translation& translation);

/// How many rows each filter keeps back, as notes; `source` sees what the run's readers saw, but
/// for tables without transactions, whose rows may have changed meanwhile.
std::vector<NoteReport> count_filtered_rows(mysql::Connection& source, const SourceCatalog& catalog,
                                            const Translation& translation);

}  // namespace millrace
