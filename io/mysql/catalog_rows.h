#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/mysql/connection.h"
#include "io/source_schema.h"

// What the rows of information_schema say, without a server: read_catalog() asks for them.
namespace millrace::mysql {

/// A column, from TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE,
/// CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,
/// DATETIME_PRECISION, COLUMN_DEFAULT, EXTRA, CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_COMMENT,
/// GENERATION_EXPRESSION.
///
/// `defaults_as_sql`: MariaDB since 10.2.7 tells them so: 'abc', NULL, 17, current_timestamp().
/// Source: the servers' manuals, "The INFORMATION_SCHEMA COLUMNS Table".
SourceColumn column_of(const Row& row, bool defaults_as_sql);

/// One part of an index, from TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME,
/// SUB_PART, COLLATION, INDEX_TYPE, INDEX_COMMENT, EXPRESSION, and 1 where the optimizer does not
/// see it: the index of that name, if it is the table's last one, gets it; else a new one.
/// Source: the servers' manuals, "The INFORMATION_SCHEMA STATISTICS Table".
void add_index_part(SourceTable& table, const Row& row);

/// A CHECK. MariaDB's JSON is LONGTEXT with CHECK (json_valid(`column`)): the column becomes a JSON
/// one.
void take_check(SourceTable& table, const std::string& name, const std::string& clause,
                bool enforced);

/// Whether a partition's comment has as many characters as information_schema keeps.
/// Source: the servers' manuals, PARTITION_COMMENT; MySQL 8.0 keeps them all.
bool may_be_cut(const std::string& comment) noexcept;
/// The comments of partitions that may be cut, as SHOW CREATE TABLE has them.
void complete_comments(SourceTable& table, const std::string& create_table);

namespace catalog_rows {
std::uint64_t to_count(const Cell& cell);
std::string lower(std::string text);
}  // namespace catalog_rows

}  // namespace millrace::mysql
