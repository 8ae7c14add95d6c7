#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/postgres/connection.h"

namespace millrace {

/// A table of a run, as the ledger knows it.
struct LedgerTable {
  std::string source;
  std::string target;
  std::uint64_t rows_estimate = 0;  // the source's guess
  std::uint64_t chunks = 0;
  std::uint64_t chunks_stored = 0;
  std::uint64_t rows = 0;  // stored
  std::uint64_t copy_bytes = 0;
  std::string digest;         // hexadecimal sum over what is stored; empty where none was made
  std::uint64_t retries = 0;  // attempts beyond the first, over its stored chunks
  bool finished = false;      // rows and keys
};

/// A run, as the ledger knows it.
struct LedgerRun {
  std::int32_t run = 0;
  std::string state;  // "running", "interrupted", "complete", "failed", "cancelled", "abandoned"
  std::string phase;
  std::string version;
  std::string command;
  std::string source;
  std::string started_at;  // ISO 8601, UTC; empty: not yet
  std::string resumed_at;
  std::string ended_at;
  double seconds = 0;          // from its start to its end, or until now
  std::uint64_t attempts = 1;  // processes that worked on it
  std::string error;
  std::string snapshot_method;
  std::string binlog_file;
  std::uint64_t binlog_position = 0;
  std::string gtid;
  std::uint64_t chunks = 0, chunks_stored = 0;
  std::uint64_t rows = 0, rows_estimate = 0, copy_bytes = 0;
  std::vector<LedgerTable> tables;  // by size; only where asked for
};

/// The runs of the target's ledger, the newest first, the tables of the newest one with them. A run
/// that says it is running, but whose lock nobody holds, is "interrupted".
/// Errors: bad_request where there is no ledger, or none that we can read.
std::vector<LedgerRun> read_ledger(postgres::Connection& session);

/// Remove the ledger, unless a process works on a run of it. Returns the number of runs removed.
/// Errors: bad_request as read_ledger(); conflict where a run is under way.
std::uint64_t remove_ledger(postgres::Connection& session);

/// The runs as JSON text; field names as above.
std::string ledger_json(const std::vector<LedgerRun>& runs);
/// The newest run with the tables that are not finished, and a line for each of the others.
std::string ledger_text(const std::vector<LedgerRun>& runs, unsigned width);

}  // namespace millrace
