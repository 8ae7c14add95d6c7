#pragma once

#include <vector>

#include "io/error.h"
#include "io/postgres/catalog.h"

namespace millrace {

/// The oldest PostgreSQL that a run can load into, as PQserverVersion gives it.
inline constexpr int oldest_target_version = 130000;

/// Throws Error{bad_request} for a target of an older version: before anything else is asked of it.
void require_supported_version(int version);

/// What makes the target unfit for any run: its encoding, that it is read-only. None: it is fit.
std::vector<Error> unmet_requirements(const postgres::ServerFacts& target);

}  // namespace millrace
