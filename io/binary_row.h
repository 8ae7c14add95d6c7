#pragma once

#include <cstdint>

namespace millrace {

/// One row of the MySQL binary result set protocol, as it lies in the network buffer.
/// Borrowed: valid only until the next row is fetched.
/// Source: MySQL internals manual, "Binary Protocol Resultset Row".
struct BinaryRowView {
  const std::uint8_t* null_bitmap = nullptr;  // bit (column + 2) set: the column is NULL
  const std::uint8_t* fields = nullptr;       // first byte of the first field that is not NULL
  const std::uint8_t* end = nullptr;          // one past the last byte that may be read
};

}  // namespace millrace
