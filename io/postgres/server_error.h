#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "io/error.h"

struct pg_conn;
struct pg_result;

namespace millrace::postgres {

/// What an SQLSTATE asks us to do next.
/// Source: PostgreSQL manual, appendix A, "PostgreSQL Error Codes".
ErrorKind kind_of(std::string_view sqlstate) noexcept;

/// Who speaks to which database: hints name them.
struct Account {
  std::string user;
  std::string database;
};

/// The Error for a failed result. `doing`: "target refused CREATE TABLE ...". `statement` is the
/// SQL that failed, for hints that name what to grant; may be empty.
Error error_of(const pg_result* result, const std::string& doing, std::string_view statement,
               const Account& account);

/// What to type to get past an SQLSTATE; may be empty.
std::string hint_of(std::string_view sqlstate, std::string_view statement, const Account& account);

/// A failed connection attempt, as libpq tells it at verbosity VERBOSE.
struct ConnectFailure {
  std::string sqlstate;  // empty: it was not the server who refused
  std::string reason;    // one line
};
ConnectFailure parse_connect_failure(std::string_view message);

/// The statement of a script that holds character `position` (from 1), or, where the position is 0,
/// the statement with `index` (from 0). Knows quotes, dollar quotes and comments.
std::string_view statement_of(std::string_view script, std::size_t position, std::size_t index);

/// The beginning of a statement on one line, for messages.
std::string shorten_statement(std::string_view statement, std::size_t max_bytes = 120);

}  // namespace millrace::postgres
