#pragma once

#include <string>
#include <vector>

#include "engine/chunk.h"
#include "io/target_schema.h"

namespace millrace {

/// What is built of tables beside their rows.
struct BuildChoices {
  bool keys = true;     // indexes, primary and foreign keys
  bool analyze = true;  // planner statistics; else autovacuum finds the tables by itself
};

/// CREATE TABLE and COMMENTs of one table.
std::vector<std::string> creation_statements(const TargetTable& table);

/// All indexes and the primary key of a small table, built where it stands.
std::vector<std::string> key_statements_in_place(const TargetTable& table);

/// What follows when a table's rows and keys are in: the identity's next value, statistics.
/// The identity of a table that stood before is the user's own: it only moves forward.
std::vector<std::string> finishing_statements(const TableWork& work, bool analyze);

/// Whether statistics of the table are gathered: not of a small one of a group of so few rows, as
/// the source guesses, that autovacuum would not gather any either. Source: PostgreSQL manual,
/// autovacuum_analyze_threshold. Measured: of the 4.2 ms that a table of a farm takes, 0.75 are its
/// ANALYZE.
bool gathers_statistics(const TableWork& table, BuildChoices choices) noexcept;

/// Append `statements` to `script`, each with a semicolon: one round trip for all of them.
void append_statements(std::string& script, const std::vector<std::string>& statements);

}  // namespace millrace
