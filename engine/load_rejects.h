#pragma once

#include <cstdint>
#include <string>

#include "engine/stop_request.h"
#include "io/endpoint.h"

namespace millrace {

/// What came of one mended reject file.
struct LoadedRejects {
  std::string table;  // "shop.orders", in the target
  std::uint64_t rows = 0;
  std::string moved_to;  // where the file is now, so that it is not loaded twice
};

/// Load the rows of a mended reject file (see reject_line.h) into the table that it names: all of
/// them in one transaction, or none.
///
/// A value of `mend` is text as PostgreSQL reads it for its column's type, null, a number, true or
/// false, JSON for a JSON column, or {"base64": ...} for bytes; a column that did fit may be named
/// there too. Everything else of the row is stored as the run would have.
///
/// Afterwards the file is called `path`.loaded.
/// Errors: bad_request where the file is no reject file or its table is not there; bad_data naming
///         line and key of the first row that PostgreSQL still does not take, and its reason.
LoadedRejects load_rejects(const Endpoint& target, const std::string& path, StopRequest& stop);

}  // namespace millrace
