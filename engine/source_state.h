#pragma once

#include <string>

#include "io/mysql/connection.h"

namespace millrace {

/// What the source's server calls itself, whatever name or address it is reached by: host, port
/// and, where it has one, its UUID.
std::string read_source_identity(mysql::Connection& source);

}  // namespace millrace
