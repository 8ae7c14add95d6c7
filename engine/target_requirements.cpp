#include "engine/target_requirements.h"

#include <string>

namespace millrace {

void require_supported_version(int version) {
  if (version >= oldest_target_version) return;
  // Before version 10 the second number is part of the release's name.
  const std::string shown = version >= 100000 ? std::to_string(version / 10000)
                                              : std::to_string(version / 10000) + "." +
                                                    std::to_string(version / 100 % 100);
  throw Error(ErrorKind::bad_request,
              "cannot load into the target: it is PostgreSQL " + shown +
                  ", the oldest that will do is " + std::to_string(oldest_target_version / 10000),
              {.side = Side::target}, "upgrade it (pg_upgrade), or give a newer server");
}

std::vector<Error> unmet_requirements(const postgres::ServerFacts& target) {
  std::vector<Error> unmet;
  if (target.encoding != "UTF8") {
    unmet.emplace_back(
        ErrorKind::bad_request,
        "cannot load into the target: its database is in " + target.encoding + ", not UTF8",
        Where{.side = Side::target}, "CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0");
  }
  if (target.read_only) {
    unmet.emplace_back(ErrorKind::bad_request, "cannot load into the target: it is read-only",
                       Where{.side = Side::target},
                       "give the primary server, not a standby; or ALTER ROLE ... SET "
                       "default_transaction_read_only = off");
  }
  return unmet;
}

}  // namespace millrace
