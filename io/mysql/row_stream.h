#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "io/binary_row.h"
#include "io/mysql/connection.h"
#include "io/wire_form.h"

namespace millrace::mysql {

/// Called once per row, on the reader's thread, while the row lies in the network buffer.
/// Must not throw: C code stands on the stack below. Returns false to stop the stream.
using RowCallback = bool (*)(void* context, const BinaryRowView& row);

/// Run `select` as a prepared statement and hand every row to `callback`, unbuffered: the server is
/// read no faster than the callback returns.
///
/// Shape:   the result must have the columns of `forms`; else Error{bad_request}, since the table
///          changed after it was planned and its bytes would be taken for something else.
/// Returns: the rows handed over. When the callback stopped the stream the connection is cut, since
///          the rest of the result is still on its way; `stopped` is set.
/// Errors:  as Connection; a read that ends early is connection_lost, never a short table.
/// Source:  MariaDB Connector/C, STMT_ATTR_CB_RESULT.
std::uint64_t stream_rows(Connection& connection, const std::string& select,
                          std::span<const WireForm> forms, RowCallback callback, void* context,
                          bool& stopped);

}  // namespace millrace::mysql
