#pragma once

#include <string>

#include "io/error.h"

struct st_mysql;
struct st_mysql_stmt;

namespace millrace::mysql {

/// What a client or server error number asks us to do next.
/// Source: MariaDB and MySQL manuals, "Error Codes".
ErrorKind kind_of(unsigned code) noexcept;

/// Whether `code` says that the account lacks a privilege.
bool is_denied(unsigned code) noexcept;

/// The Error for the last failure of `mysql`. `doing`: "cannot read the source's catalog".
Error error_of(st_mysql* mysql, const std::string& doing, Where where = {});
Error error_of(st_mysql_stmt* statement, const std::string& doing, Where where = {});

}  // namespace millrace::mysql
