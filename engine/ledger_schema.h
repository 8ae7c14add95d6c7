#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/postgres/catalog.h"
#include "io/postgres/connection.h"

namespace millrace {

/// First halves of the advisory locks' keys; the second is the run's number.
/// What they mean is told in engine/ledger.h.
inline constexpr int ledger_lock_of_run = 0x4d52'0001;
inline constexpr int ledger_lock_of_lanes = 0x4d52'0002;
inline constexpr int ledger_lock_of_schema = 0x4d52'0003;

/// SQL: whether a row of millrace.runs is of a run that may be resumed, or under way.
inline constexpr const char* run_is_unfinished = "state IN ('running', 'failed', 'cancelled')";

/// What of a ledger stands in a target.
enum class LedgerState : std::uint8_t {
  absent,   // no schema of its name
  empty,    // a schema of ours without anything in it
  ready,    // a ledger of our layout
  foreign,  // a schema of that name that is no ledger, or one of another layout
  closed,   // a ledger that this role may not write
};

LedgerState look_for_ledger(postgres::Connection& session);

/// Refuse a run whose ledger could not be kept, before anything is written.
/// `schemas`: those that the run's own tables go into.
/// Errors: bad_request; the hint has the GRANT to type.
void require_ledger_place(postgres::Connection& session, const postgres::ServerFacts& target,
                          const std::vector<std::string>& schemas);

/// Make the schema and its tables, in the transaction that is open. Two processes may call it at
/// the same time: the second waits for the first's transaction, and finds them made.
void create_ledger(postgres::Connection& session);

}  // namespace millrace
