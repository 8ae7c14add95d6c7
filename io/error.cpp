#include "io/error.h"

#include <utility>

namespace millrace {

std::string_view name_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::bad_request: return "bad request";
    case ErrorKind::bad_data: return "bad data";
    case ErrorKind::connection_lost: return "connection lost";
    case ErrorKind::conflict: return "conflict";
    case ErrorKind::exhausted: return "exhausted";
    case ErrorKind::commit_in_doubt: return "commit in doubt";
    case ErrorKind::difference: return "difference";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

int exit_code(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::bad_request: return 2;
    case ErrorKind::bad_data: return 3;
    case ErrorKind::connection_lost: return 4;
    case ErrorKind::conflict: return 5;
    case ErrorKind::exhausted: return 6;
    case ErrorKind::commit_in_doubt: return 7;
    case ErrorKind::difference: return 9;
    case ErrorKind::cancelled: return 130;  // 128 + SIGINT, as shells expect
    case ErrorKind::internal: return 70;    // EX_SOFTWARE. Source: sysexits.h
  }
  return 70;
}

Error::Error(ErrorKind kind, std::string what_failed, Where where, std::string hint,
             std::source_location at)
    : kind_(kind),
      message_(std::move(what_failed)),
      where_(std::move(where)),
      hint_(std::move(hint)),
      at_(at) {
  compose();
}

Error& Error::add(const Where& more) {
  if (where_.side == Side::none) where_.side = more.side;
  if (where_.table.empty()) where_.table = more.table;
  if (where_.column.empty()) where_.column = more.column;
  if (where_.key.empty()) where_.key = more.key;
  if (where_.value.empty()) where_.value = more.value;
  if (where_.code.empty()) where_.code = more.code;
  if (!where_.chunk) where_.chunk = more.chunk;
  compose();
  return *this;
}

Error& Error::add_hint(std::string hint) {
  if (hint_.empty()) hint_ = std::move(hint);
  return *this;
}

void Error::compose() {
  line_ = message_;
  bool first = true;
  const auto detail = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    line_ += first ? "  " : " ";
    first = false;
    line_ += name;
    line_ += '=';
    line_ += value;
  };
  if (where_.side != Side::none) {
    detail("side", where_.side == Side::source ? "source" : "target");
  }
  detail("table", where_.table);
  detail("column", where_.column);
  detail("key", where_.key);
  if (!where_.value.empty()) detail("value", '"' + where_.value + '"');
  if (where_.chunk) detail("chunk", std::to_string(*where_.chunk));
  detail("code", where_.code);
}

}  // namespace millrace
