#pragma once

#include <cctype>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "io/error.h"
#include "io/mysql/connection.h"
#include "tests/support/test_servers.h"

namespace millrace {

/// A database of a source server, gone with the test.
class SourceDatabase {
 public:
  /// `variable`: MILLRACE_MARIADB or MILLRACE_MYSQL56. `options`: what follows CREATE DATABASE.
  explicit SourceDatabase(const std::string& variable, const std::string& options = "")
      : server_(server_of(variable, Side::source)), name_(free_name("db")), admin_(server_) {
    admin_.execute("CREATE DATABASE " + name_ + " " + options);
    admin_.execute("USE " + name_);
  }
  ~SourceDatabase() {
    try {
      mysql::Connection(server_).execute("DROP DATABASE " + name_);
    } catch (const Error& error) {
      ADD_FAILURE() << "cannot clean up: " << error.what();
    }
  }
  SourceDatabase(const SourceDatabase&) = delete;
  SourceDatabase& operator=(const SourceDatabase&) = delete;

  const std::string& name() const { return name_; }
  /// `table` with its database, quoted.
  std::string operator()(std::string_view table) const {
    return mysql::quote_identifier(name_) + "." + mysql::quote_identifier(table);
  }

  /// A session of the server's administrator, in this database.
  mysql::Connection& admin() { return admin_; }
  void execute(const std::string& sql) { admin_.execute(sql); }
  std::string value(const std::string& sql) { return admin_.query(sql).at(0).at(0).text; }

  /// Where another session of the administrator gets to this database.
  Endpoint endpoint() const {
    Endpoint endpoint = server_;
    endpoint.database = name_;
    return endpoint;
  }
  mysql::Connection connect() const { return mysql::Connection(endpoint()); }

 private:
  Endpoint server_;
  std::string name_;
  mysql::Connection admin_;
};

/// An account of a source server with a password and what it is granted, gone with the test.
class SourceAccount {
 public:
  explicit SourceAccount(const std::string& variable)
      : server_(server_of(variable, Side::source)), name_(free_name("u")), admin_(server_) {
    admin_.execute("CREATE USER " + name_ + "@'%' IDENTIFIED BY 'of-the-account'");
  }
  ~SourceAccount() {
    try {
      admin_.execute("DROP USER " + name_ + "@'%'");
    } catch (const Error& error) {
      ADD_FAILURE() << "cannot clean up: " << error.what();
    }
  }
  SourceAccount(const SourceAccount&) = delete;
  SourceAccount& operator=(const SourceAccount&) = delete;

  /// `GRANT privileges TO account options`: grant("SELECT ON db.*").
  SourceAccount& grant(const std::string& privileges, const std::string& options = "") {
    admin_.execute("GRANT " + privileges + " TO " + name_ + "@'%' " + options);
    return *this;
  }

  const std::string& name() const { return name_; }
  Endpoint endpoint() const {
    Endpoint endpoint = server_;
    endpoint.user = name_;
    endpoint.password = "of-the-account";
    endpoint.has_password = true;
    return endpoint;
  }

 private:
  Endpoint server_;
  std::string name_;
  mysql::Connection admin_;
};

/// What `act` throws; an Error{internal} "nothing was thrown" when it does not.
inline Error thrown_by(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "nothing was thrown"};
}

/// Wait until the server lists a session for which `condition` holds, for example
/// "ID = 7 AND STATE = 'User sleep'".
inline void await_session(const Endpoint& server, const std::string& condition) {
  mysql::Connection watcher(server);
  const std::string sql =
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND " +
      condition;
  while (watcher.query(sql).at(0).at(0).text == "0") std::this_thread::yield();
}

/// The sources that a test runs on, by their variables.
inline auto both_sources() { return testing::Values("MILLRACE_MARIADB", "MILLRACE_MYSQL56"); }

/// "Mariadb" or "Mysql56", for the name of a test.
inline std::string source_name(const testing::TestParamInfo<const char*>& info) {
  std::string name = std::string(info.param).substr(std::string_view("MILLRACE_").size());
  for (std::size_t i = 1; i < name.size(); ++i) {
    name[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return name;
}

}  // namespace millrace
