#include "io/mysql/row_stream.h"

#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "tests/support/source_database.h"
#include "tests/support/tcp_relay.h"
#include "tests/support/test_servers.h"

namespace millrace::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using Value = std::optional<std::string>;  // a field's bytes without their length; none: NULL
using Values = std::vector<Value>;

/// How a field tells its length, for the slow and independent reader below.
enum class Wire : std::uint8_t { one = 1, two = 2, four = 4, eight = 8, counted, packed };

std::uint64_t little_endian(const std::uint8_t* at, int n_bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < n_bytes; ++i) value |= std::uint64_t{at[i]} << 8 * i;
  return value;
}

/// Source: MySQL internals manual, "Binary Protocol Resultset Row".
Values values_of(const BinaryRowView& row, const std::vector<Wire>& wires) {
  Values values;
  const std::uint8_t* at = row.fields;
  for (std::size_t i = 0; i < wires.size(); ++i) {
    if ((row.null_bitmap[(i + 2) / 8] >> (i + 2) % 8 & 1) != 0) {
      values.emplace_back();
      continue;
    }
    std::uint64_t size = static_cast<std::uint64_t>(wires[i]);
    if (wires[i] == Wire::counted) {
      size = *at++;
    } else if (wires[i] == Wire::packed) {
      const int n_bytes = *at < 251 ? 0 : *at == 252 ? 2 : *at == 253 ? 3 : 8;
      size = n_bytes == 0 ? *at : little_endian(at + 1, n_bytes);
      at += 1 + n_bytes;
    }
    if (size > static_cast<std::uint64_t>(row.end - at)) throw std::runtime_error("past the end");
    values.emplace_back(std::string(reinterpret_cast<const char*>(at), size));
    at += size;
  }
  return values;
}

std::vector<WireForm> forms_of(const std::vector<Wire>& wires) {
  std::vector<WireForm> forms;
  for (const Wire wire : wires) {
    forms.push_back({.shape = wire == Wire::one       ? WireShape::one
                              : wire == Wire::two     ? WireShape::two
                              : wire == Wire::four    ? WireShape::four
                              : wire == Wire::eight   ? WireShape::eight
                              : wire == Wire::counted ? WireShape::temporal
                                                      : WireShape::string});
  }
  return forms;
}

const std::vector<WireForm> one_text = forms_of({Wire::packed});

struct Streamed {
  std::uint64_t rows = 0;
  bool stopped = false;
};

/// Stream `select`; `on_row` says whether to go on.
Streamed stream(Connection& connection, const std::string& select,
                const std::vector<WireForm>& forms,
                std::function<bool(const BinaryRowView&)> on_row) {
  Streamed streamed;
  streamed.rows = stream_rows(
      connection, select, forms,
      [](void* context, const BinaryRowView& row) {
        return (*static_cast<std::function<bool(const BinaryRowView&)>*>(context))(row);
      },
      &on_row, streamed.stopped);
  return streamed;
}

std::vector<Values> all_rows(Connection& connection, const std::string& select,
                             const std::vector<Wire>& wires) {
  std::vector<Values> rows;
  const Streamed streamed =
      stream(connection, select, forms_of(wires), [&](const BinaryRowView& row) {
        rows.push_back(values_of(row, wires));
        return true;
      });
  EXPECT_EQ(streamed.rows, rows.size());
  EXPECT_FALSE(streamed.stopped);
  return rows;
}

template <typename Number>
std::string bytes(Number number) {
  std::string raw(sizeof number, '\0');
  std::memcpy(raw.data(), &number, sizeof number);
  return raw;
}

std::string raw(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

class RowStream : public testing::TestWithParam<const char*> {
 protected:
  /// 1,000,000 rows of 1,000 bytes that no table has to hold: far more than any buffer on the way.
  std::string endless() {
    database.execute("CREATE TABLE n (i INT)");
    std::string sql = "INSERT INTO n VALUES (0)";
    for (int i = 1; i < 1000; ++i) sql += ",(" + std::to_string(i) + ")";
    database.execute(sql);
    return "SELECT REPEAT('x', 1000) FROM n a, n b";
  }

  SourceDatabase database{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(, RowStream, both_sources(), source_name);

// ---- what arrives

TEST_P(RowStream, EveryNumberArrives) {
  database.execute(
      "CREATE TABLE t (a TINYINT, b TINYINT UNSIGNED, c SMALLINT, d MEDIUMINT, e INT, f INT "
      "UNSIGNED, g BIGINT, h BIGINT UNSIGNED, i FLOAT, j DOUBLE, k DECIMAL(65,30), l BIT(1), m "
      "BIT(64), n YEAR)");
  database.execute(
      "INSERT INTO t VALUES (-128, 255, -32768, -8388608, -2147483648, 4294967295, "
      "-9223372036854775808, 18446744073709551615, -1.5, 2.25, -0.000000000000000000000000000001, "
      "b'1', x'8000000000000001', 2155)");
  Connection session = database.connect();

  const auto rows = all_rows(
      session, "SELECT * FROM t",
      {Wire::one, Wire::one, Wire::two, Wire::four, Wire::four, Wire::four, Wire::eight,
       Wire::eight, Wire::four, Wire::eight, Wire::packed, Wire::packed, Wire::packed, Wire::two});

  EXPECT_THAT(rows,
              ElementsAre(ElementsAre(
                  bytes(std::int8_t{-128}), bytes(std::uint8_t{255}), bytes(std::int16_t{-32768}),
                  bytes(std::int32_t{-8388608}), bytes(std::numeric_limits<std::int32_t>::min()),
                  bytes(std::uint32_t{4294967295}), bytes(std::numeric_limits<std::int64_t>::min()),
                  bytes(std::numeric_limits<std::uint64_t>::max()), bytes(-1.5F), bytes(2.25),
                  "-0.000000000000000000000000000001", raw({1}), raw({128, 0, 0, 0, 0, 0, 0, 1}),
                  bytes(std::uint16_t{2155}))));
}

TEST_P(RowStream, EveryMomentArrives) {
  database.execute(
      "CREATE TABLE t (a DATE, b DATETIME, c DATETIME(6), d TIMESTAMP NULL, e TIMESTAMP(3) NULL, "
      "f TIME, g TIME(6), h DATETIME, i DATE)");
  database.execute("SET sql_mode = ''");
  database.execute(
      "INSERT INTO t VALUES ('2024-02-29', '2024-02-29 23:59:58', '9999-12-31 23:59:59.999999', "
      "'2024-07-01 12:00:00', '1970-01-01 00:00:01.500', '-838:59:59', '00:00:00.000001', "
      "'0000-00-00', '2024-00-00')");
  Connection session = database.connect();
  database.execute("SET time_zone = '+00:00'");

  const auto rows = all_rows(session, "SELECT * FROM t", std::vector<Wire>(9, Wire::counted));

  EXPECT_THAT(
      rows, ElementsAre(ElementsAre(
                raw({0xe8, 7, 2, 29}), raw({0xe8, 7, 2, 29, 23, 59, 58}),
                raw({0x0f, 0x27, 12, 31, 23, 59, 59, 0x3f, 0x42, 0x0f, 0}),
                raw({0xe8, 7, 7, 1, 12, 0, 0}), raw({0xb2, 7, 1, 1, 0, 0, 1, 0x20, 0xa1, 0x07, 0}),
                raw({1, 34, 0, 0, 0, 22, 59, 59}), raw({0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}), "",
                raw({0xe8, 7, 0, 0}))));
}

TEST_P(RowStream, EveryTextAndBlobArrives) {
  database.execute(
      "CREATE TABLE t (a CHAR(5), b VARCHAR(5) CHARSET latin1, c TINYTEXT, d TEXT, e MEDIUMTEXT, "
      "f LONGTEXT, g BINARY(3), h VARBINARY(3), i TINYBLOB, j BLOB, k MEDIUMBLOB, l LONGBLOB, m "
      "ENUM('x','yy'), n SET('p','q'), o POINT) CHARSET utf8");
  database.execute(
      "INSERT INTO t VALUES ('a', _latin1 x'e9', 'c', '', 'e', 'f', 'g', 'h', x'00', x'ff', 'k', "
      "'l', 'yy', 'p,q', POINT(1, 2))");
  Connection session = database.connect();

  const auto rows = all_rows(session, "SELECT * FROM t", std::vector<Wire>(15, Wire::packed));

  EXPECT_THAT(
      rows, ElementsAre(ElementsAre("a", "\xe9", "c", "", "e", "f", raw({'g', 0, 0}), "h", raw({0}),
                                    raw({0xff}), "k", "l", "yy", "p,q",
                                    raw({0, 0, 0, 0, 1, 1, 0, 0, 0}) + bytes(1.0) + bytes(2.0))));
}

TEST(RowStreamMariadb, ItsOwnTypesArrive) {
  SourceDatabase database("MILLRACE_MARIADB");
  database.execute("CREATE TABLE t (a JSON, b UUID, c INET6, d INET4)");
  database.execute(
      "INSERT INTO t VALUES ('{\"a\": 1}', '123e4567-e89b-12d3-a456-426655440000', '::1', "
      "'10.0.0.1')");
  Connection session = database.connect();

  EXPECT_THAT(all_rows(session, "SELECT * FROM t", std::vector<Wire>(4, Wire::packed)),
              ElementsAre(ElementsAre("{\"a\": 1}", "123e4567-e89b-12d3-a456-426655440000", "::1",
                                      "10.0.0.1")));
}

TEST_P(RowStream, NullsStandAnywhere) {
  constexpr std::size_t columns = 21;  // the bitmap's two bits of offset, and more than two bytes
  std::string create = "CREATE TABLE t (id INT";
  for (std::size_t i = 1; i < columns; ++i) create += ", c" + std::to_string(i) + " SMALLINT";
  database.execute(create + ")");
  const auto insert = [&](const std::function<bool(std::size_t)>& is_null) {
    std::string sql;
    for (std::size_t i = 0; i < columns; ++i) {
      sql += (sql.empty() ? "" : ", ") + (is_null(i) ? "NULL" : std::to_string(i));
    }
    database.execute("INSERT INTO t VALUES (" + sql + ")");
  };
  insert([](std::size_t) { return true; });
  insert([](std::size_t) { return false; });
  for (std::size_t at = 0; at < columns; ++at) {
    insert([&](std::size_t i) { return i == at; });  // this one only
    insert([&](std::size_t i) { return i != at; });  // all but this one
  }
  Connection session = database.connect();
  std::vector<Wire> wires(columns, Wire::two);
  wires[0] = Wire::four;

  const auto rows = all_rows(session, "SELECT * FROM t", wires);

  ASSERT_EQ(rows.size(), 2 + 2 * columns);
  const auto expect_row = [&](const Values& row, const std::function<bool(std::size_t)>& is_null) {
    for (std::size_t i = 0; i < columns; ++i) {
      const Value value = i == 0 ? bytes(std::int32_t{0}) : bytes(static_cast<std::int16_t>(i));
      EXPECT_EQ(row[i], is_null(i) ? Value() : value) << "column " << i;
    }
  };
  expect_row(rows[0], [](std::size_t) { return true; });
  expect_row(rows[1], [](std::size_t) { return false; });
  for (std::size_t at = 0; at < columns; ++at) {
    expect_row(rows[2 + 2 * at], [&](std::size_t i) { return i == at; });
    expect_row(rows[3 + 2 * at], [&](std::size_t i) { return i != at; });
  }
}

TEST_P(RowStream, ColumnThatIsNothingButNullArrives) {
  Connection session = database.connect();

  const auto rows =
      all_rows(session, "SELECT NULL, '1', NULL", {Wire::packed, Wire::packed, Wire::packed});

  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0][0], Value());
  EXPECT_EQ(rows[0][2], Value());
}

TEST_P(RowStream, RowsOfOneByteTo40MiBArrive) {
  // InnoDB of 5.6 takes no value of more than a tenth of its log.
  database.execute("CREATE TABLE t (id INT PRIMARY KEY, v LONGBLOB) ENGINE=MyISAM");
  // The steps of a length's encoding; a packet is at most 16,777,215 bytes, of which this row takes
  // 6 beside the value: one byte less, just full, one more; then several packets.
  const std::vector<std::uint32_t> sizes{0,        1,        250,      251,      65535,   65536,
                                         16777208, 16777209, 16777210, 16777216, 41943040};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    database.execute("INSERT INTO t VALUES (" + std::to_string(i) + ", REPEAT('" +
                     static_cast<char>('a' + i) + "', " + std::to_string(sizes[i]) + "))");
  }
  Connection session = database.connect();

  std::size_t at = 0;
  stream(session, "SELECT v FROM t ORDER BY id", one_text, [&](const BinaryRowView& row) {
    const Value value = values_of(row, {Wire::packed})[0];
    EXPECT_EQ(value->size(), sizes[at]);
    EXPECT_EQ(value->find_first_not_of(static_cast<char>('a' + at)), std::string::npos);
    ++at;
    return true;
  });

  EXPECT_EQ(at, sizes.size());
}

TEST_P(RowStream, AThousandColumnsArrive) {
  constexpr std::size_t columns = 1017;  // InnoDB's most
  std::string create, values;
  for (std::size_t i = 0; i < columns; ++i) {
    create += (i == 0 ? "c" : ", c") + std::to_string(i) + " INT";
    values += (i == 0 ? "" : ", ") + (i % 7 == 3 ? "NULL" : std::to_string(i * i));
  }
  database.execute("CREATE TABLE t (" + create + ")");
  database.execute("INSERT INTO t VALUES (" + values + ")");
  Connection session = database.connect();

  const auto rows = all_rows(session, "SELECT * FROM t", std::vector<Wire>(columns, Wire::four));

  ASSERT_EQ(rows.size(), 1U);
  for (std::size_t i = 0; i < columns; ++i) {
    EXPECT_EQ(rows[0][i], i % 7 == 3 ? Value() : bytes(static_cast<std::int32_t>(i * i))) << i;
  }
}

TEST_P(RowStream, NoRowsAreNoRows) {
  database.execute("CREATE TABLE t (i INT)");
  Connection session = database.connect();

  EXPECT_TRUE(all_rows(session, "SELECT * FROM t", {Wire::four}).empty());
}

TEST_P(RowStream, ManyStreamsOfOneSessionFollowEachOther) {
  Connection session = database.connect();

  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(all_rows(session, "SELECT '" + std::to_string(i) + "' UNION ALL SELECT 'last'",
                       {Wire::packed})
                  .at(0)
                  .at(0),
              std::to_string(i));
  }
  EXPECT_EQ(session.query("SELECT 7").at(0).at(0).text, "7");
}

TEST(RowStreamMariadb, RowsArriveOverTls) {
  const SourceDatabase database("MILLRACE_MARIADB");
  Endpoint endpoint = database.endpoint();
  endpoint.tls_mode = "required";
  Connection session(endpoint);

  std::uint64_t n_bytes = 0;
  const Streamed streamed = stream(session, "SELECT REPEAT('x', 30000) FROM seq_1_to_1000",
                                   one_text, [&](const BinaryRowView& row) {
                                     n_bytes += values_of(row, {Wire::packed})[0]->size();
                                     return true;
                                   });

  EXPECT_EQ(streamed.rows, 1000U);
  EXPECT_EQ(n_bytes, 30'000'000U);
}

// ---- what ends a stream

TEST_P(RowStream, CallbackStopsTheStreamAtOnce) {
  const std::string select = endless();
  Connection session = database.connect();

  std::uint64_t seen = 0;
  const Streamed streamed =
      stream(session, select, one_text, [&](const BinaryRowView&) { return ++seen < 10; });

  EXPECT_TRUE(streamed.stopped);
  EXPECT_EQ(seen, 10U);
  EXPECT_LE(streamed.rows, 10U);
  EXPECT_EQ(thrown_by([&] { session.query("SELECT 1"); }).kind(), ErrorKind::connection_lost);
}

TEST_P(RowStream, CallbackMayStopAtTheLastRow) {
  Connection session = database.connect();

  const Streamed streamed = stream(session, "SELECT '1' UNION ALL SELECT '2'", one_text,
                                   [n = 0](const BinaryRowView&) mutable { return ++n < 2; });

  EXPECT_TRUE(streamed.stopped);
}

TEST_P(RowStream, OtherColumnsThanPlannedAreRefused) {
  database.execute("CREATE TABLE t (a INT, b INT)");
  Connection session = database.connect();

  const Error error = thrown_by(
      [&] { stream(session, "SELECT * FROM t", one_text, [](const auto&) { return true; }); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_THAT(error.message(), HasSubstr("other columns than planned"));
  EXPECT_THAT(error.hint(), HasSubstr("altered"));
  EXPECT_EQ(session.query("SELECT 7").at(0).at(0).text, "7");
}

TEST_P(RowStream, ColumnOfAnotherTypeThanPlannedIsRefusedByName) {
  database.execute(
      "CREATE TABLE t (i INT, u INT UNSIGNED, m MEDIUMINT UNSIGNED, f FLOAT, d DATE, s DATETIME, "
      "h TIME, l VARCHAR(9) CHARACTER SET latin1, w VARCHAR(9) CHARACTER SET utf8)");
  Connection session = database.connect();
  const auto refused = [&](const char* column, WireForm planned) {
    try {
      stream(session, std::string("SELECT ") + column + " FROM t", {planned},
             [](const auto&) { return true; });
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_request);
      EXPECT_THAT(error.message(), HasSubstr("another type than planned"));
      EXPECT_EQ(error.where().column, column);
      return true;
    }
    return false;
  };
  using enum WireContent;
  const WireShape four = WireShape::four;
  const WireShape temporal = WireShape::temporal;
  const WireShape text = WireShape::string;

  EXPECT_FALSE(refused("i", {four, signed_integer}));
  EXPECT_TRUE(refused("i", {four, unsigned_integer}));
  EXPECT_TRUE(refused("i", {four, floating}));
  EXPECT_TRUE(refused("i", {WireShape::eight, signed_integer}));
  EXPECT_TRUE(refused("i", {text, any}));
  EXPECT_FALSE(refused("u", {four, unsigned_integer}));
  EXPECT_FALSE(refused("m", {four, signed_integer}));
  EXPECT_FALSE(refused("m", {four, unsigned_integer}));
  EXPECT_FALSE(refused("f", {four, floating}));
  EXPECT_TRUE(refused("f", {four, signed_integer}));
  EXPECT_FALSE(refused("d", {temporal, date}));
  EXPECT_TRUE(refused("d", {temporal, time}));
  EXPECT_FALSE(refused("s", {temporal, date}));
  EXPECT_TRUE(refused("s", {temporal, time}));
  EXPECT_FALSE(refused("h", {temporal, time}));
  EXPECT_TRUE(refused("h", {temporal, date}));
  EXPECT_FALSE(refused("l", {text, latin1_text}));
  EXPECT_TRUE(refused("w", {text, latin1_text}));
  EXPECT_FALSE(refused("w", {text, any}));
  EXPECT_EQ(session.query("SELECT 7").at(0).at(0).text, "7");
}

TEST_P(RowStream, DroppedTableIsNamed) {
  Connection session = database.connect();
  session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");

  const Error error = thrown_by([&] { all_rows(session, "SELECT * FROM gone", {Wire::four}); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1146");
  EXPECT_THAT(error.message(), HasSubstr("gone"));
  EXPECT_THAT(error.hint(), HasSubstr("dropped or renamed under way"));
}

TEST_P(RowStream, DroppedColumnIsNamed) {
  database.execute("CREATE TABLE t (a INT, b INT)");
  Connection session = database.connect();
  session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  database.execute("ALTER TABLE t DROP COLUMN b");

  const Error error = thrown_by([&] { all_rows(session, "SELECT b FROM t", {Wire::four}); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1054");
  EXPECT_THAT(error.hint(), HasSubstr("start again"));
}

TEST_P(RowStream, TableAlteredAfterTheSnapshotIsRefused) {
  database.execute("CREATE TABLE t (a INT, b INT) ENGINE=InnoDB");
  database.execute("INSERT INTO t VALUES (1, 1)");
  Connection session = database.connect();
  session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  database.execute("ALTER TABLE t MODIFY b BIGINT");

  const Error error = thrown_by([&] { all_rows(session, "SELECT a FROM t", {Wire::four}); });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1412");
  EXPECT_THAT(error.hint(), HasSubstr("altered after the snapshot began"));
}

TEST_P(RowStream, TableMadeAnewAfterTheSnapshotIsNeverAnEmptyOne) {
  database.execute("CREATE TABLE t (a INT) ENGINE=InnoDB");
  database.execute("INSERT INTO t VALUES (1)");
  Connection session = database.connect();
  session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  database.execute("DROP TABLE t");
  database.execute("CREATE TABLE t (a INT) ENGINE=InnoDB");

  EXPECT_EQ(thrown_by([&] { all_rows(session, "SELECT a FROM t", {Wire::four}); }).where().code,
            "1412");
}

// MySQL 5.6 shows the empty table: nothing that a stream could see tells of it.
TEST(RowStreamMariadb, TruncatedTableIsNeverAnEmptyOne) {
  SourceDatabase database("MILLRACE_MARIADB");
  database.execute("CREATE TABLE t (a INT) ENGINE=InnoDB");
  database.execute("INSERT INTO t VALUES (1)");
  Connection session = database.connect();
  session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  database.execute("TRUNCATE TABLE t");

  EXPECT_EQ(thrown_by([&] { all_rows(session, "SELECT a FROM t", {Wire::four}); }).where().code,
            "1412");
}

TEST_P(RowStream, ErrorOfTheServerInTheMiddleIsNoShortTable) {
  endless();
  Connection session = database.connect();

  std::uint64_t seen = 0;
  const Error error = thrown_by([&] {
    stream(session,
           "SELECT (SELECT '1' UNION ALL SELECT '2' FROM n c WHERE c.i = 0 AND a.i = 900) FROM n a",
           one_text, [&](const BinaryRowView&) { return ++seen > 0; });
  });

  EXPECT_EQ(error.kind(), ErrorKind::bad_request);
  EXPECT_EQ(error.where().code, "1242");
  EXPECT_EQ(seen, 900U);
  EXPECT_EQ(session.query("SELECT 7").at(0).at(0).text, "7");
}

/// Stream without end, do `act` at the 10th row, and tell how it ended.
Error fate_of(Connection& session, const std::string& select, const std::function<void()>& act) {
  std::uint64_t seen = 0;
  return thrown_by([&] {
    stream(session, select, one_text, [&](const BinaryRowView&) {
      if (++seen == 10) act();
      return true;
    });
  });
}

TEST_P(RowStream, KilledSessionIsALostConnectionAndNoShortTable) {
  const std::string select = endless();
  Connection session = database.connect();

  const Error error =
      fate_of(session, select, [&] { database.execute("KILL " + std::to_string(session.id())); });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
  EXPECT_THAT(error.message(), StartsWith("cannot read the table to its end: "));
}

TEST_P(RowStream, KilledQueryIsALostConnectionAndNoShortTable) {
  const std::string select = endless();
  Connection session = database.connect();

  const Error error = fate_of(
      session, select, [&] { database.execute("KILL QUERY " + std::to_string(session.id())); });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
  EXPECT_THAT(error.hint(), HasSubstr("KILL"));
}

TEST_P(RowStream, WireThatBreaksIsALostConnectionAndNoShortTable) {
  const std::string select = endless();
  Endpoint endpoint = database.endpoint();
  TcpRelay relay(endpoint.host, endpoint.port);
  endpoint.port = relay.port();
  Connection session(endpoint);

  const Error error = fate_of(session, select, [&] { relay.cut(); });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
}

TEST_P(RowStream, CutFromAnotherThreadEndsIt) {
  const std::string select = endless();
  Connection session = database.connect();

  const Error error = fate_of(session, select, [&] { std::thread([&] { session.cut(); }).join(); });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
}

TEST(RowStreamMariadb, CutEndsItOverTls) {
  const SourceDatabase database("MILLRACE_MARIADB");
  Endpoint endpoint = database.endpoint();
  endpoint.tls_mode = "required";
  Connection session(endpoint);

  const Error error =
      fate_of(session, "SELECT REPEAT('x', 1000) FROM seq_1_to_1000000", [&] { session.cut(); });

  EXPECT_EQ(error.kind(), ErrorKind::connection_lost) << error.what();
}

}  // namespace
}  // namespace millrace::mysql
