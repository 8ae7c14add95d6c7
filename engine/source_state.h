#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/mysql/connection.h"

namespace millrace {

/// What the source's server calls itself, whatever name or address it is reached by: host, port
/// and, where it has one, its UUID.
std::string read_source_identity(mysql::Connection& source);

/// What was known of a source at the instant of a snapshot, to be held against it later.
struct SourceFacts {
  /// A part of a table that has been read: what followed its SELECT, and the rows that came.
  struct ReadPart {
    std::string tail;
    std::uint64_t rows = 0;
  };
  struct Table {
    std::string database;
    std::string name;
    std::string update_time;  // empty: not known
    std::optional<std::uint64_t> next_auto_increment;
    bool counts_only = false;    // its auto_increment is not known
    std::vector<ReadPart> read;  // empty: nothing yet, so nothing can have changed under us
    std::string full_name() const { return database + "." + name; }
  };

  std::string identity;
  std::string binlog_file;  // empty: not known
  std::uint64_t binlog_position = 0;
  std::string gtid;
  std::vector<Table> tables;
};

/// Whether a source is what it was.
struct SourceVerdict {
  std::vector<std::string> changes;  // what changed, by name; empty: nothing was found
  std::string proof;                 // what the verdict rests on, in words
  bool certain = true;  // false: by counts only, which do not show a row that was changed in place
  bool of_every_row = true;  // false: without the binlog, so only of what had been read by then
};

/// Hold the source, as `session` sees it inside a snapshot of its own, against what it was.
///
/// In this order: equal binlog positions; equal GTIDs; the binlog between the two, read for writes
/// to our tables (BinlogWrites); without all that, or where writes may pass the binlog, per table
/// its update time, else the counts of what has been read and its auto_increment. `file`,
/// `position`, `gtid`: where the session's snapshot stands.
SourceVerdict compare_source(mysql::Connection& session, const SourceFacts& then,
                             const std::string& identity, const std::string& file,
                             std::uint64_t position, const std::string& gtid);

}  // namespace millrace
