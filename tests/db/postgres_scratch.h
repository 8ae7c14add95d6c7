#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/error.h"
#include "io/postgres/connection.h"
#include "tests/support/test_servers.h"

namespace millrace::postgres {

inline Endpoint target() { return server_of("MILLRACE_POSTGRES15", Side::target); }

inline Connection connect() { return {target(), "millrace test"}; }

/// A schema for one test, gone with it.
class Schema {
 public:
  Schema() : name_(free_name("connection")) {
    connect().execute("CREATE SCHEMA " + quote_identifier(name_));
  }
  ~Schema() { connect().execute("DROP SCHEMA " + quote_identifier(name_) + " CASCADE"); }
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  std::string operator()(std::string_view relation) const {
    return quote_qualified(name_, relation);
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// What `act` throws; a test of it fails when nothing is thrown.
inline Error error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "nothing was thrown"};
}

/// COPY tuples of one integer column.
inline std::vector<std::byte> tuples(std::int32_t first, std::int32_t end) {
  std::vector<std::byte> bytes;
  for (std::int32_t value = first; value < end; ++value) {
    for (const int byte : {0, 1, 0, 0, 0, 4}) bytes.push_back(static_cast<std::byte>(byte));
    for (const int shift : {24, 16, 8, 0}) {
      bytes.push_back(static_cast<std::byte>(value >> shift & 0xff));
    }
  }
  return bytes;
}

inline std::string copy_into(const std::string& table) {
  return "COPY " + table + " FROM STDIN (FORMAT binary)";
}

inline std::string value_of(Connection& connection, const std::string& sql) {
  return connection.query(sql).at(0).at(0).text;
}

inline std::string count_of(const std::string& table) {
  Connection connection = connect();
  return value_of(connection, "SELECT count(*) FROM " + table);
}

}  // namespace millrace::postgres
