#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/shared_vector.h"

namespace millrace {

/// A MySQL or MariaDB column type, by what its values are (not by its storage size alone).
enum class SourceType : std::uint8_t {
  tinyint,
  smallint,
  mediumint,
  integer,
  bigint,
  decimal,
  float32,
  float64,
  bit,
  date,
  datetime,
  timestamp,
  time,
  year,
  character,  // CHAR(n)
  varchar,
  text,  // TINYTEXT .. LONGTEXT
  binary,
  varbinary,
  blob,  // TINYBLOB .. LONGBLOB
  enumeration,
  set,
  json,      // MySQL JSON; MariaDB LONGTEXT with CHECK (json_valid(...))
  geometry,  // GEOMETRY, POINT, ...
  uuid,
  inet4,
  inet6,
  unknown,
};

enum class DefaultKind : std::uint8_t {
  none,        // no DEFAULT clause
  null,        // DEFAULT NULL
  literal,     // DEFAULT 'text': SourceColumn::default_text holds the value without quotes
  expression,  // DEFAULT (expr), CURRENT_TIMESTAMP and the like: default_text holds the SQL
};

enum class Generated : std::uint8_t { none, virtual_, stored };

/// One column of a source table, as information_schema tells it.
struct SourceColumn {
  std::string name;
  SourceType type = SourceType::unknown;
  std::string data_type;    // DATA_TYPE: "int"
  std::string column_type;  // COLUMN_TYPE: "int(10) unsigned zerofill"
  bool is_unsigned = false;
  std::uint32_t display_width = 0;      // n of tinyint(n), bit(n), year(n); 0 where not given
  std::uint64_t length_characters = 0;  // CHARACTER_MAXIMUM_LENGTH
  std::uint64_t length_bytes = 0;       // CHARACTER_OCTET_LENGTH
  std::uint32_t precision = 0;          // decimal: digits in all
  std::uint32_t scale = 0;              // decimal: digits after the point
  std::uint32_t fraction_digits = 0;    // datetime, timestamp, time: 0..6
  bool nullable = true;
  bool auto_increment = false;
  bool invisible = false;
  bool on_update_current_timestamp = false;
  DefaultKind default_kind = DefaultKind::none;
  std::string default_text;
  Generated generated = Generated::none;
  std::string generation_expression;
  std::string charset;  // empty for types without one
  std::string collation;
  std::string comment;
  std::vector<std::string> labels;  // ENUM and SET members, in order

  bool operator==(const SourceColumn&) const = default;
};

struct SourceIndexPart {
  std::string column;                   // empty for a functional part
  std::string expression;               // functional part
  std::uint32_t prefix_characters = 0;  // 0: the whole column
  bool descending = false;
};

enum class IndexKind : std::uint8_t { btree, hash, fulltext, spatial };

struct SourceIndex {
  std::string name;  // "PRIMARY" for the primary key
  bool primary = false;
  bool unique = false;
  IndexKind kind = IndexKind::btree;
  std::vector<SourceIndexPart> parts;
  std::string comment;
  bool invisible = false;  // the optimizer passes over it: INVISIBLE (MySQL), IGNORED (MariaDB)
};

struct SourceForeignKey {
  std::string name;
  std::vector<std::string> columns;
  std::string referenced_database;
  std::string referenced_table;
  std::vector<std::string> referenced_columns;
  std::string on_delete;  // "CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "SET DEFAULT"
  std::string on_update;
};

struct SourceCheck {
  std::string name;
  std::string clause;
  bool enforced = true;  // false: MySQL's NOT ENFORCED
};

/// A native partition with its share of the table.
struct SourcePartition {
  std::string name;
  std::string bounds;  // PARTITION_DESCRIPTION: "2001", "'a','b'", "MAXVALUE"; empty for HASH, KEY
  std::uint64_t rows_estimate = 0;
  std::uint64_t data_bytes = 0;
  std::string comment = {};  // of subpartitions with comments of their own: all of them
};

/// How a table is cut into native partitions.
struct SourcePartitioning {
  std::string method;      // "RANGE", "RANGE COLUMNS", "LIST", "LIST COLUMNS", "HASH", "KEY", ...
  std::string expression;  // "year(`at`)", "`a`,`b`"
  bool subpartitioned = false;
};

/// One of the tables that a consolidated table's rows come from.
struct SourceMember {
  std::string database;
  std::string name;
  std::string label;  // what the source column holds for its rows
  bool transactional = true;
  std::uint64_t rows_estimate = 0;
  std::uint64_t data_bytes = 0;
  std::vector<SourcePartition> partitions;
  std::uint64_t definition = 0;
  SharedVector<SourceColumn> columns;  // as this table has them: the collations may be others

  std::string full_name() const { return database + "." + name; }
};

/// One base table of the source, or many of one shape that become one table of the target.
struct SourceTable {
  std::string database;
  std::string name;
  std::string engine;
  bool transactional = true;        // false: read under the snapshot's lock
  std::uint64_t rows_estimate = 0;  // TABLE_ROWS: a guess for InnoDB, exact for MyISAM
  std::uint64_t data_bytes = 0;     // DATA_LENGTH
  std::optional<std::uint64_t> next_auto_increment;
  std::string collation;
  std::string comment;
  std::string create_options;
  std::string update_time;  // of the last write, UTC; empty: the server does not know, or just now
  SourcePartitioning partitioning;
  std::vector<SourcePartition> partitions;  // native partitions in order; empty where none
  SharedVector<SourceColumn> columns;
  /// Tells these columns and partitions, sizes apart, from any others: as long as it is equal, the
  /// table is what was planned. Of this process: never stored.
  std::uint64_t definition = 0;
  std::vector<SourceIndex> indexes;
  std::vector<SourceForeignKey> foreign_keys;
  std::vector<SourceCheck> checks;
  /// Of a consolidated table: where its rows come from. Its name is then the target's, its first
  /// column the source column, its sizes are sums. Empty: its rows are its own.
  std::vector<SourceMember> members;

  bool consolidated() const noexcept { return !members.empty(); }
  /// "database.table", as used in messages, globs and reports.
  std::string full_name() const { return database + "." + name; }
};

/// A thing of the source that is not copied, and is named instead of dropped silently.
struct SourceExtra {
  std::string kind;  // "view", "trigger", "procedure", "function", "event", "sequence", "history"
  std::string database;
  std::string name;
  std::string definition;
  bool invoker = false;      // a view: SQL SECURITY INVOKER, with the rights of who selects from it
  bool body_hidden = false;  // a routine whose body the account may not read
};

/// A sequence of MariaDB's.
struct SourceSequence {
  std::string database;
  std::string name;
  std::int64_t next = 1;  // never handed out yet; those that the server caches are behind it
  std::int64_t minimum = 1;
  std::int64_t maximum = 1;
  std::int64_t start = 1;
  std::int64_t increment = 1;
  bool cycle = false;
};

/// What one or more databases of the source hold.
struct SourceCatalog {
  std::vector<SourceTable> tables;  // by database, then name; consolidated ones come last
  std::vector<SourceSequence> sequences;
  std::vector<SourceExtra> extras;
};

}  // namespace millrace
