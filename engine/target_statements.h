#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "io/postgres/catalog.h"
#include "io/postgres/connection.h"
#include "io/target_schema.h"

namespace millrace {

/// A statement, and the locks that its transaction holds because of it until its end.
struct TargetStatement {
  std::string sql;
  std::size_t locks = 0;
};

/// The places in the target's table of locks that all its sessions share.
/// Source: PostgreSQL manual, "Lock Management", max_locks_per_transaction.
std::size_t shared_locks(const postgres::ServerFacts& target);

/// How many of them one transaction may hold while `sessions` others hold as many: half of the
/// table is left to whoever else uses the server.
std::size_t locks_per_transaction(const postgres::ServerFacts& target, unsigned sessions);

/// The locks that making, keying or dropping a table takes: itself, its TOAST table with its index,
/// its indexes, its sequence.
std::size_t locks_of(const TargetTable& table);

/// What happens around the commits of execute_in_batches(). There may be one: it is the first and
/// the last.
struct BatchCommits {
  std::string guard = {};  // a statement at the beginning and the end of each transaction
  std::function<void()> before_first = [] {};  // all of the first transaction has been run; where
                                               // it throws, nothing has changed
  std::function<void()> after_first = [] {};
  std::function<void()> before_last = [] {};  // all statements have been run
};

/// Run statements in order, in as few transactions as `most_locks` allows: one, unless there are
/// thousands of tables. Where the server runs out of locks all the same, the transaction is taken
/// back and done in two halves.
///
/// Errors: as Connection::execute(); what was committed before stays.
void execute_in_batches(postgres::Connection& session,
                        const std::vector<TargetStatement>& statements, std::size_t most_locks,
                        const BatchCommits& commits = {});

}  // namespace millrace
