#pragma once

#include <string>
#include <vector>

#include "io/postgres/connection.h"

namespace millrace::postgres {

/// A unique index of a table that stands.
struct UniqueKey {
  struct Part {
    std::string column;
    bool folds_case = false;  // citext, lower(column), or a collation that is not deterministic
  };
  std::string schema;
  std::string table;
  std::string name;
  std::vector<Part> parts;
};

/// The unique indexes of all tables in `schemas`, without partial ones and those over expressions
/// other than lower(column).
std::vector<UniqueKey> read_unique_keys(Connection& connection,
                                        const std::vector<std::string>& schemas);

}  // namespace millrace::postgres
