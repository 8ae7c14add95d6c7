#include "tests/support/test_servers.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace millrace {

std::string variable_of(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) {
    throw std::runtime_error(name + " is not set: run tools/test, or this under " +
                             "`tools/servers run mariadb mysql56 postgres15 postgres18 -- ...`");
  }
  return value;
}

Endpoint server_of(const std::string& variable, Side side) {
  return parse_endpoint(variable_of(variable), side);
}

std::string free_name(const std::string& prefix) {
  static std::atomic<int> count = 0;
  return prefix + "_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

}  // namespace millrace
