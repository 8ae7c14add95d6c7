#include "io/mysql/row_stream.h"

#include <mysql.h>

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "io/mysql/client_error.h"

namespace millrace::mysql {

namespace {

// How many bytes a field of the binary protocol takes; or that its own first byte or bytes say so.
constexpr std::uint8_t length_byte = 254;     // dates and times: one byte, then as many
constexpr std::uint8_t length_encoded = 255;  // everything else: a length-encoded integer

/// Source: MySQL internals manual, "Binary Protocol Value".
std::uint8_t width_of(enum_field_types type) noexcept {
  switch (type) {
    case MYSQL_TYPE_TINY: return 1;
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR: return 2;
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_FLOAT: return 4;
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_DOUBLE: return 8;
    case MYSQL_TYPE_NULL: return 0;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
    case MYSQL_TYPE_TIME: return length_byte;
    default: return length_encoded;
  }
}

/// The first byte after the field at `field`. The library has checked that the field is whole.
unsigned char* past_field(unsigned char* field, std::uint8_t width) noexcept {
  if (width < length_byte) return field + width;
  const std::uint8_t first = *field;
  if (width == length_byte || first < 251) return field + 1 + first;
  const unsigned length_bytes = first == 252 ? 2 : first == 253 ? 3 : 8;
  std::uint64_t length = 0;
  std::memcpy(&length, field + 1, length_bytes);  // little-endian, as is every machine we build for
  return field + 1 + length_bytes + length;
}

/// What the per-field callback knows of the row under way.
struct FieldCallback {
  st_mysql* mysql;
  RowCallback row_callback;
  void* context;
  std::size_t bitmap_bytes;
  std::vector<std::uint8_t> widths;    // per column, as width_of() says
  std::vector<std::uint8_t> all_null;  // the bitmap of a row without a single value
  bool handed_over = false;            // this row's fields have been seen
  bool go_on = true;

  void hand_over(const BinaryRowView& row) {
    handed_over = true;
    if (go_on) go_on = row_callback(context, row);
  }
};

/// The library calls this for each field in turn, with a null `field` for NULL, and wants the
/// pointer moved past the field. The first field that has bytes gives the whole row away: NULLs
/// take no room, so it starts where the fields start, and the null bitmap lies just before it.
void on_field(void* data, unsigned column, unsigned char** field) {
  auto& state = *static_cast<FieldCallback*>(data);
  if (field != nullptr) {
    if (!state.handed_over) {
      state.hand_over({.null_bitmap = *field - state.bitmap_bytes,
                       .fields = *field,
                       .end = state.mysql->net.buff_end});
    }
    *field = past_field(*field, state.widths[column]);
  }
  if (column + 1 == state.widths.size()) {
    if (!state.handed_over) {
      state.hand_over({.null_bitmap = state.all_null.data(), .fields = nullptr, .end = nullptr});
    }
    state.handed_over = false;
  }
}

/// Why `statement` failed. The library leaves the reason of a failed fetch with the session.
Error stream_error(Connection& connection, MYSQL_STMT* statement, const std::string& doing) {
  return mysql_stmt_errno(statement) != 0 ? error_of(statement, doing)
                                          : error_of(connection.handle(), doing);
}

WireShape shape_of(enum_field_types type) noexcept {
  switch (width_of(type)) {
    case 1: return WireShape::one;
    case 2: return WireShape::two;
    case 4: return WireShape::four;
    case 8: return WireShape::eight;
    case length_byte: return WireShape::temporal;
    default: return WireShape::string;
  }
}

bool holds(const MYSQL_FIELD& field, WireContent content) {
  const auto is_integer = [&](bool wants_unsigned) {
    // MEDIUMINT comes as four bytes that are right under either sign.
    if (field.type == MYSQL_TYPE_INT24) return true;
    return field.type != MYSQL_TYPE_FLOAT && field.type != MYSQL_TYPE_DOUBLE &&
           ((field.flags & UNSIGNED_FLAG) != 0) == wants_unsigned;
  };
  switch (content) {
    case WireContent::any: return true;
    case WireContent::signed_integer: return is_integer(false);
    case WireContent::unsigned_integer: return is_integer(true);
    case WireContent::floating:
      return field.type == MYSQL_TYPE_FLOAT || field.type == MYSQL_TYPE_DOUBLE;
    case WireContent::date:
      return field.type == MYSQL_TYPE_DATE || field.type == MYSQL_TYPE_DATETIME ||
             field.type == MYSQL_TYPE_TIMESTAMP;
    case WireContent::time: return field.type == MYSQL_TYPE_TIME;
    case WireContent::latin1_text: {
      const MARIADB_CHARSET_INFO* charset = mariadb_get_charset_by_nr(field.charsetnr);
      return charset == nullptr || std::string_view(charset->csname) == "latin1";
    }
  }
  return true;
}

/// What the statement yields must be what was planned: the encoder steps over the bytes of a field
/// without asking what they are, so an INT that became a BIGINT would be read as two values.
void require_forms(std::span<const MYSQL_FIELD> fields, std::span<const WireForm> forms) {
  const std::string altered = "the table was altered under way: start again";
  if (fields.size() != forms.size()) {
    throw Error(ErrorKind::bad_request, "cannot read the table: it has other columns than planned",
                {.side = Side::source}, altered);
  }
  for (std::size_t i = 0; i < forms.size(); ++i) {
    if (shape_of(fields[i].type) == forms[i].shape && holds(fields[i], forms[i].content)) continue;
    throw Error(ErrorKind::bad_request,
                "cannot read the table: a column has another type than planned",
                {.side = Side::source, .column = fields[i].name}, altered);
  }
}

struct CloseStatement {
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};

}  // namespace

std::uint64_t stream_rows(Connection& connection, const std::string& select,
                          std::span<const WireForm> forms, RowCallback callback, void* context,
                          bool& stopped) {
  stopped = false;
  const std::unique_ptr<MYSQL_STMT, CloseStatement> statement(mysql_stmt_init(connection.handle()));
  if (!statement) throw std::bad_alloc();
  if (mysql_stmt_prepare(statement.get(), select.data(), select.size()) != 0) {
    throw stream_error(connection, statement.get(), "cannot read the table");
  }
  const std::size_t columns = mysql_stmt_field_count(statement.get());
  require_forms({statement->fields, columns}, forms);
  FieldCallback state{.mysql = connection.handle(),
                      .row_callback = callback,
                      .context = context,
                      // Two bits of offset. Source: "Binary Protocol Resultset Row".
                      .bitmap_bytes = (columns + 7 + 2) / 8,
                      .widths = {},
                      .all_null = std::vector<std::uint8_t>((columns + 7 + 2) / 8, 0xff)};
  for (std::size_t i = 0; i < columns; ++i) {
    state.widths.push_back(width_of(statement->fields[i].type));
  }
  mysql_stmt_attr_set(statement.get(), STMT_ATTR_CB_USER_DATA, &state);
  mysql_stmt_attr_set(statement.get(), STMT_ATTR_CB_RESULT,
                      reinterpret_cast<const void*>(&on_field));
  if (mysql_stmt_execute(statement.get()) != 0) {
    throw stream_error(connection, statement.get(), "cannot read the table");
  }
  std::uint64_t rows = 0;
  for (;;) {
    const int status = mysql_stmt_fetch(statement.get());
    if (status == MYSQL_NO_DATA) return rows;
    if (status != 0 && status != MYSQL_DATA_TRUNCATED) {
      throw stream_error(connection, statement.get(), "cannot read the table to its end");
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
