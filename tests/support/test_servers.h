#pragma once

#include <string>

#include "io/endpoint.h"

namespace millrace {

/// The server that tools/servers (or tools/test) told us of in an environment variable, for example
/// MILLRACE_POSTGRES15. A test that needs a server which is not there fails: it throws.
Endpoint server_of(const std::string& variable, Side side);

/// The value of a variable that must be there.
std::string variable_of(const std::string& name);

/// A free name for a schema, role or database of one test: of its process, counted.
std::string free_name(const std::string& prefix);

}  // namespace millrace
