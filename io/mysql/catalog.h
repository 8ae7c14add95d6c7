#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/mysql/connection.h"
#include "io/source_schema.h"

namespace millrace::mysql {

/// The databases that the account sees, without the server's own.
std::vector<std::string> read_databases(Connection& connection);

/// Let this session's information_schema tell sizes, times and next AUTO_INCREMENT values as they
/// are: MySQL 8 otherwise tells what it knew a day ago.
void want_fresh_statistics(Connection& connection);

/// Read what `databases` hold: tables with columns, indexes, keys, checks and partitions, and the
/// names and texts of what is no table (views, triggers, routines, events).
///
/// Cost: a fixed number of queries, whatever the number of tables.
SourceCatalog read_catalog(Connection& connection, const std::vector<std::string>& databases);

/// A table as it was when it was planned.
struct PlannedTable {
  std::string database;
  std::string name;
  bool partitioned = false;
  std::uint64_t definition = 0;  // SourceTable::definition
};

/// Those of `planned`, as "database.table", whose columns or partitions are others now, or that are
/// gone. Cost: two queries, whatever the number of tables; sizes and statistics are not asked for.
std::vector<std::string> altered_tables(Connection& connection,
                                        const std::vector<PlannedTable>& planned);

/// Read what sequences of these names are now: whatever snapshot the session has, they are as the
/// last session left them. One query each.
void read_sequences(Connection& connection, std::vector<SourceSequence>& sequences);

/// The members of `enum('a','it''s')` or `set(...)`, unquoted.
std::vector<std::string> parse_labels(const std::string& column_type);

}  // namespace millrace::mysql
