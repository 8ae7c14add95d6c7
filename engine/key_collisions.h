#pragma once

#include "io/error.h"
#include "io/postgres/connection.h"
#include "io/target_schema.h"

namespace millrace {

/// `error`, which a CREATE UNIQUE INDEX ended in, with how many keys several rows hold and the
/// first of them. As it is where rows are not what it ended for.
///
/// Cost: sorts the table's keys once more.
Error with_collisions(const Error& error, postgres::Connection& session, const TargetTable& table,
                      const TargetIndex& index);

/// What to do about rows that are one to a unique key.
std::string collision_hint();

/// Whether a statement ended for rows that are one to a unique key.
bool is_collision(const Error& error) noexcept;

}  // namespace millrace
