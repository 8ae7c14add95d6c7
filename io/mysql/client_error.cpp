#include "io/mysql/client_error.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include <utility>

namespace millrace::mysql {

ErrorKind kind_of(unsigned code) noexcept {
  switch (code) {
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_SERVER_LOST_EXTENDED:
    case CR_MALFORMED_PACKET:
    case CR_SSL_CONNECTION_ERROR:  // how a wire under TLS breaks
    case ER_SERVER_SHUTDOWN:
    case ER_CONNECTION_KILLED:
    case ER_NET_READ_ERROR:
    case ER_NET_WRITE_INTERRUPTED:
    case ER_NET_ERROR_ON_WRITE:
    case ER_QUERY_INTERRUPTED:  // by another session's KILL: we never send one
      return ErrorKind::connection_lost;
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT: return ErrorKind::conflict;
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_USER_LIMIT_REACHED:
    case ER_DISK_FULL:
    case ER_OUT_OF_RESOURCES:
    case ER_OUTOFMEMORY:
    case CR_OUT_OF_MEMORY: return ErrorKind::exhausted;
    default: return ErrorKind::bad_request;
  }
}

bool is_denied(unsigned code) noexcept {
  switch (code) {
    case ER_DBACCESS_DENIED_ERROR:
    case ER_ACCESS_DENIED_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
    case ER_SPECIFIC_ACCESS_DENIED_ERROR:
    case ER_PROCACCESS_DENIED_ERROR: return true;
    default: return false;
  }
}

namespace {

std::string hint_of(unsigned code) {
  switch (code) {
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_SERVER_LOST_EXTENDED:
    case ER_SERVER_SHUTDOWN:
      return "see the source's log: was it stopped, did it crash, or did somebody end this "
             "session?";
    case ER_NO_SUCH_TABLE:
    case ER_BAD_TABLE_ERROR:
      return "the table was dropped or renamed under way: start again, or leave it out with "
             "--exclude";
    case ER_TABLE_DEF_CHANGED:
      return "the table was altered after the snapshot began: start again when no ALTER TABLE runs";
    case ER_BAD_FIELD_ERROR: return "a column was dropped or renamed under way: start again";
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_USER_LIMIT_REACHED:
      return "use fewer connections (--readers) or raise max_connections (or the account's "
             "MAX_USER_CONNECTIONS) on the source";
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_DBACCESS_DENIED_ERROR:
      return "GRANT SELECT, LOCK TABLES, SHOW VIEW ON <database>.* TO <user>";
    case ER_QUERY_INTERRUPTED:
    case ER_CONNECTION_KILLED:
      return "another session of the source ended this one (KILL): see who does so, and start "
             "again";
    case ER_NOT_KEYFILE:
    case ER_CRASHED_ON_USAGE:
    case ER_CRASHED_ON_REPAIR:
      return "the table is damaged: run REPAIR TABLE on the source, or leave it out with --exclude";
    case ER_TABLESPACE_DISCARDED:
    case ER_TABLESPACE_MISSING:
      return "the table's file is not there: ALTER TABLE ... IMPORT TABLESPACE brings it back; or "
             "leave the table out with --exclude";
    default: return {};
  }
}

Error make(unsigned code, const char* text, const std::string& doing, Where where) {
  where.side = Side::source;
  if (where.code.empty()) where.code = std::to_string(code);
  return Error(kind_of(code), doing + ": " + text, std::move(where), hint_of(code));
}

}  // namespace

Error error_of(st_mysql* mysql, const std::string& doing, Where where) {
  return make(mysql_errno(mysql), mysql_error(mysql), doing, std::move(where));
}

Error error_of(st_mysql_stmt* statement, const std::string& doing, Where where) {
  return make(mysql_stmt_errno(statement), mysql_stmt_error(statement), doing, std::move(where));
}

}  // namespace millrace::mysql
