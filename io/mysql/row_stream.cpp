#include "io/mysql/row_stream.h"

#include <mysql.h>

#include <memory>
#include <vector>

#include "io/mysql/client_error.h"

namespace millrace::mysql {

namespace {

/// What the per-field callback knows of the row under way.
struct FieldCallback {
  st_mysql* mysql;
  RowCallback row_callback;
  void* context;
  unsigned columns;
  std::size_t bitmap_bytes;
  std::vector<std::uint8_t> all_null;  // the bitmap of a row without a single value
  bool handed_over = false;            // this row's fields have been seen
  bool go_on = true;

  void hand_over(const BinaryRowView& row) {
    handed_over = true;
    if (go_on) go_on = row_callback(context, row);
  }
};

/// The library calls this for each field in turn, with a null `field` for NULL. The first field that
/// has bytes gives the whole row away: NULLs take no room, so it starts where the fields start, and
/// the null bitmap lies just before it. The calls for the fields after it have nothing left to do.
void on_field(void* data, unsigned column, unsigned char** field) {
  auto& state = *static_cast<FieldCallback*>(data);
  if (!state.handed_over && field != nullptr) {
    state.hand_over({.null_bitmap = *field - state.bitmap_bytes,
                     .fields = *field,
                     .end = state.mysql->net.buff_end});
  }
  if (column + 1 == state.columns) {
    if (!state.handed_over) {
      state.hand_over({.null_bitmap = state.all_null.data(), .fields = nullptr, .end = nullptr});
    }
    state.handed_over = false;
  }
}

struct CloseStatement {
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};

}  // namespace

std::uint64_t stream_rows(Connection& connection, const std::string& select, std::size_t columns,
                          RowCallback callback, void* context, bool& stopped) {
  stopped = false;
  const std::unique_ptr<MYSQL_STMT, CloseStatement> statement(
      mysql_stmt_init(connection.handle()));
  if (!statement) throw std::bad_alloc();
  if (mysql_stmt_prepare(statement.get(), select.data(), select.size()) != 0) {
    throw error_of(statement.get(), "cannot read the table");
  }
  if (mysql_stmt_field_count(statement.get()) != columns) {
    throw Error(ErrorKind::bad_request, "cannot read the table: it has other columns than planned",
                {.side = Side::source}, "it was altered under way: start again");
  }
  FieldCallback state{.mysql = connection.handle(),
                      .row_callback = callback,
                      .context = context,
                      .columns = static_cast<unsigned>(columns),
                      // Two bits of offset. Source: "Binary Protocol Resultset Row".
                      .bitmap_bytes = (columns + 7 + 2) / 8,
                      .all_null = std::vector<std::uint8_t>((columns + 7 + 2) / 8, 0xff)};
  mysql_stmt_attr_set(statement.get(), STMT_ATTR_CB_USER_DATA, &state);
  mysql_stmt_attr_set(statement.get(), STMT_ATTR_CB_RESULT,
                      reinterpret_cast<const void*>(&on_field));
  if (mysql_stmt_execute(statement.get()) != 0) {
    throw error_of(statement.get(), "cannot read the table");
  }
  std::uint64_t rows = 0;
  for (;;) {
    const int status = mysql_stmt_fetch(statement.get());
    if (status == MYSQL_NO_DATA) return rows;
    if (status != 0 && status != MYSQL_DATA_TRUNCATED) {
      throw error_of(statement.get(), "cannot read the table to its end");
    }
    if (!state.go_on) {
      // Closing the statement would first read the rest of the table.
      connection.cut();
      stopped = true;
      return rows;
    }
    ++rows;
  }
}

}  // namespace millrace::mysql
