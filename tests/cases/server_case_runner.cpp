// Runs case files through real servers: each value is stored in a MySQL or MariaDB table, read over
// the binary protocol with the mapping that the source's own catalog asks for, encoded, loaded into
// PostgreSQL, and compared with what the file says that PostgreSQL shows. What the server sends
// back as COPY binary must be the bytes that the digest is made of, or it would tell a false alarm.
//
// usage: millrace_server_cases SOURCE TARGET FILE...
//    SOURCE, TARGET: the variables of tools/servers, for example MILLRACE_MARIADB
//    MILLRACE_POSTGRES15
//
// Types and values that the source cannot hold are counted and named, and judged as the encoder
// alone would: by wire bytes of our own making.

#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>

#include <libpq-fe.h>

#include "io/error.h"
#include "io/mysql/catalog.h"
#include "io/mysql/connection.h"
#include "io/mysql/row_stream.h"
#include "operators/tuple_digester.h"
#include "tests/cases/case_file.h"
#include "tests/support/source_text.h"
#include "tests/support/test_servers.h"

namespace {

using namespace millrace;

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 0xf];
  }
  return text;
}

/// A table in a database of its own, with one value at a time.
class Source {
 public:
  explicit Source(const std::string& variable)
      : connection_(server_of(variable, Side::source)), database_(free_name("cases")) {
    connection_.execute("CREATE DATABASE " + database_ + " CHARACTER SET utf8mb4");
    connection_.execute("SET sql_mode = 'ALLOW_INVALID_DATES'");
  }
  ~Source() {
    try {
      connection_.execute("DROP DATABASE " + database_);
    } catch (const Error& problem) {
      std::cerr << problem.what() << "\n";
    }
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// The column as the catalog tells it; none if the server does not know the type.
  std::optional<SourceColumn> create(const Conversion& conversion) {
    const std::string& type = conversion.source.column_type;
    try {
      connection_.execute("DROP TABLE IF EXISTS " + table());
      connection_.execute("CREATE TABLE " + table() + " (value " + type +
                          (conversion.source.auto_increment ? " PRIMARY KEY" : " NULL") + ")");
    } catch (const Error&) {
      return std::nullopt;
    }
    SourceColumn column = mysql::read_catalog(connection_, {database_}).tables.at(0).columns.at(0);
    return column;
  }

  /// Whether the value is in the table now, unchanged.
  bool store(const Conversion& conversion, const std::optional<std::string>& value) {
    const std::string literal = value ? literal_of(conversion.source, *value) : "NULL";
    try {
      connection_.execute("DELETE FROM " + table());
      connection_.execute("INSERT INTO " + table() + " VALUES (" + literal + ")");
      const auto stored =
          connection_.query("SELECT value, value <=> " + literal + " FROM " + table() + " LIMIT 1");
      const mysql::Cell& cell = stored.at(0).at(0);
      if (!value) return cell.null;
      switch (conversion.source.type) {
        // Their text is not what was written, but they hold it.
        case SourceType::float32:
        case SourceType::float64: return *value != "-0" || cell.text == "-0";
        // '' and 0.00 are equal, and so are NULL and what is no address.
        case SourceType::decimal:
        case SourceType::date:
        case SourceType::datetime:
        case SourceType::timestamp:
        case SourceType::uuid:
        case SourceType::inet4:
        case SourceType::inet6: return !cell.null && cell.text == *value;
        default: return stored.at(0).at(1).text == "1";
      }
    } catch (const Error&) {
      return false;
    }
  }

  EncodedRow encode(const ColumnMapping& mapping) {
    struct Context {
      RowEncoder encoder;
      std::string room;
      EncodedRow encoded;
    } context{RowEncoder({mapping.encoding}), std::string(1 << 20, '\0'), {}};
    bool stopped = false;
    const std::string value = mapping.convert_in_source ? "CONVERT(value USING utf8mb4)" : "value";
    mysql::stream_rows(
        connection_, "SELECT " + value + " FROM " + table(), context.encoder.wire_forms(),
        [](void* data, const BinaryRowView& row) {
          auto& in = *static_cast<Context*>(data);
          in.encoded.outcome = in.encoder.encode(row, std::as_writable_bytes(std::span(in.room)));
          in.encoded.tuple = in.room.substr(0, in.encoded.outcome.bytes);
          return true;
        },
        &context, stopped);
    return context.encoded;
  }

 private:
  std::string table() const { return database_ + ".one"; }

  static std::string literal_of(const SourceColumn& column, const std::string& value) {
    const bool is_hex = value.starts_with("0x");
    switch (column.type) {
      case SourceType::character:
      case SourceType::varchar:
      case SourceType::text:
      case SourceType::enumeration:
      case SourceType::set:
      case SourceType::json:
        if (handling_of_charset(column.charset) != CharsetHandling::convert ||
            column.charset == "binary") {
          return "_" + column.charset + " x'" + hex(value) + "'";
        }
        return "CONVERT(_utf8mb4 x'" + hex(value) + "' USING " + column.charset + ")";
      case SourceType::binary:
      case SourceType::varbinary:
      case SourceType::blob:
      case SourceType::geometry: return "x'" + (is_hex ? value.substr(2) : hex(value)) + "'";
      case SourceType::bit: return "b'" + value + "'";
      case SourceType::decimal:
      case SourceType::tinyint:
      case SourceType::smallint:
      case SourceType::mediumint:
      case SourceType::integer:
      case SourceType::bigint:
      case SourceType::year: return value.empty() ? "''" : value;
      default: return "'" + value + "'";
    }
  }

  mysql::Connection connection_;
  std::string database_;
};

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

class Target {
 public:
  explicit Target(const std::string& variable)
      : connection_(PQconnectdb(variable_of(variable).c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) fail();
    execute("SET TimeZone = 'UTC'; SET client_encoding = 'UTF8'; SET client_min_messages = error");
  }

  void create(const Conversion& conversion) {
    std::string type = conversion.target;
    execute("DROP TABLE IF EXISTS pg_temp.one; DROP TYPE IF EXISTS pg_temp.labels");
    if (type == "enum") {
      std::string sql = "CREATE TYPE pg_temp.labels AS ENUM (";
      for (std::size_t i = 0; i < conversion.source.labels.size(); ++i) {
        sql += (i > 0 ? ", " : "") + literal(conversion.source.labels[i]);
      }
      execute(sql + ")");
      type = "pg_temp.labels";
    }
    execute("CREATE TEMP TABLE one (value " + type + ")");
  }

  /// Load one tuple; what the server shows of it.
  std::optional<std::string> load(const std::string& tuple) {
    execute("TRUNCATE one; COPY one FROM STDIN (FORMAT binary)", PGRES_COPY_IN);
    const std::string header("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    const std::string all = header + tuple + "\377\377";
    if (PQputCopyData(connection_.get(), all.data(), static_cast<int>(all.size())) != 1 ||
        PQputCopyEnd(connection_.get(), nullptr) != 1) {
      fail();
    }
    const Result done(PQgetResult(connection_.get()));
    if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) fail();
    PQclear(PQgetResult(connection_.get()));

    const Result shown(PQexec(connection_.get(), "SELECT value FROM one"));
    if (PQntuples(shown.get()) != 1) fail();
    if (PQgetisnull(shown.get(), 0, 0) != 0) return std::nullopt;
    return PQgetvalue(shown.get(), 0, 0);
  }

  /// The tuple that the server sends back.
  std::string unload() {
    execute("COPY one TO STDOUT (FORMAT binary)", PGRES_COPY_OUT);
    std::string all;
    for (char* part = nullptr;;) {
      const int bytes = PQgetCopyData(connection_.get(), &part, 0);
      if (bytes < 0) break;
      all.append(part, static_cast<std::size_t>(bytes));
      PQfreemem(part);
    }
    while (const Result rest{PQgetResult(connection_.get())}) continue;
    return all.substr(19, all.size() - 19 - 2);
  }

 private:
  std::string literal(const std::string& text) {
    char* quoted = PQescapeLiteral(connection_.get(), text.data(), text.size());
    std::string result = quoted;
    PQfreemem(quoted);
    return result;
  }

  void execute(const std::string& sql, ExecStatusType expected = PGRES_COMMAND_OK) {
    const Result result(PQexec(connection_.get(), sql.c_str()));
    if (PQresultStatus(result.get()) != expected) fail();
  }

  [[noreturn]] void fail() { throw std::runtime_error(PQerrorMessage(connection_.get())); }

  std::unique_ptr<PGconn, FinishConnection> connection_;
};

class ServerJudge : public CaseJudge {
 public:
  ServerJudge(const std::string& source, const std::string& target)
      : source_(source), target_(target) {}

  void begin(const Conversion& conversion) override {
    // PostGIS is no part of the server.
    in_target_ = !conversion.target.starts_with("geometry");
    if (in_target_) target_.create(conversion);
    mapping_ = conversion.mapping;
    const auto column = source_.create(conversion);
    in_source_ = column.has_value();
    if (!column) {
      std::cout << "not known to the source: " << conversion.source.column_type << "\n";
      return;
    }
    SourceColumn named = *column;
    named.name = conversion.source.name;
    const ColumnMapping mapping = conversion.map(named);
    if (mapping.type != conversion.mapping.type) {
      throw std::runtime_error("the catalog's column maps to " + mapping.type);
    }
    if (mapping.encoding != conversion.mapping.encoding) {
      throw std::runtime_error("the catalog's column is encoded otherwise");
    }
    mapping_ = mapping;
  }

  void check(const Conversion& conversion, const CaseValue& value) override {
    EncodedRow encoded;
    if (in_source_ && source_.store(conversion, value.text)) {
      encoded = source_.encode(mapping_);
    } else {
      if (in_source_) {
        std::cout << "not held by the source: " << conversion.source.column_type << " '"
                  << value.text.value_or("NULL") << "'\n";
      }
      const WireRow row({value.text ? wire_value(conversion.source, *value.text) : WireField()});
      encoded = encode_into(RowEncoder({conversion.mapping.encoding}), row);
    }
    const std::string problem = complaint(conversion, value, encoded);
    if (!problem.empty()) throw std::runtime_error(problem);
    if (!value.fault.empty() || !in_target_) return;
    check_in_target(conversion, value, encoded.tuple);
  }

 private:
  void check_in_target(const Conversion& conversion, const CaseValue& value,
                       const std::string& tuple) {
    const auto shown = target_.load(tuple);
    if (shown.has_value() != value.expected.has_value() ||
        (shown && value.shown != "*" && *shown != value.shown)) {
      throw std::runtime_error("PostgreSQL shows '" + shown.value_or("NULL") + "' for '" +
                               value.text.value_or("NULL") + "'");
    }
    TupleDigester digester(std::span(&conversion.mapping.encoding, 1));
    const auto digested = digester.as_sent_back(std::as_bytes(std::span(tuple)));
    const std::string sent_back = target_.unload();
    if (!std::ranges::equal(digested, std::as_bytes(std::span(sent_back)))) {
      throw std::runtime_error("PostgreSQL sends other bytes back for '" +
                               value.text.value_or("NULL") + "'");
    }
  }

  Source source_;
  Target target_;
  ColumnMapping mapping_;
  bool in_source_ = false;
  bool in_target_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  int failures = 0;
  try {
    if (argc < 4) throw std::runtime_error("usage: millrace_server_cases SOURCE TARGET FILE...");
    ServerJudge judge(argv[1], argv[2]);
    for (int i = 3; i < argc; ++i) failures += run_case_file(argv[i], judge);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 2;
  }
  return failures == 0 ? 0 : 1;
}
