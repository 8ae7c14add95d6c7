#pragma once

#include <string>

#include "io/postgres/connection.h"
#include "tools/millrace/request.h"

namespace millrace {

/// Log in to the target of a command that needs nothing else; asks for the password where the
/// server wants one and somebody is there. Errors: as postgres::Connection.
postgres::Connection open_target(Request& request, const std::string& application);

}  // namespace millrace
