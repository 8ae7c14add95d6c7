#include "io/mysql/key_splitter.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/mysql/catalog.h"
#include "tests/support/source_database.h"

namespace millrace::mysql {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr auto mariadb = "MILLRACE_MARIADB";
constexpr auto mysql56 = "MILLRACE_MYSQL56";
constexpr std::size_t pieces = 16;
constexpr std::uint64_t n_rows = 20'000;

/// A table to cut: its key columns, and for row number n = 0, 1, .. the values of these.
struct KeyCase {
  const char* name;
  const char* columns;  // with the primary key
  const char* values;   // expressions over n
  double widest = 3;    // how many times its share a range may hold
};

std::ostream& operator<<(std::ostream& out, const KeyCase& it) { return out << it.name; }

/// Rows 0 .. n_rows-1 of `it` in table t.
void fill(SourceDatabase& database, const KeyCase& it, const std::string& options = "",
          std::uint64_t rows = n_rows) {
  database.execute("SET NAMES utf8mb4");
  database.execute("CREATE TABLE digits (d INT)");
  database.execute("INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)");
  database.execute("CREATE TABLE t (" + std::string(it.columns) +
                   ", pad CHAR(200) CHARSET latin1 NOT NULL) " +
                   (options.empty() ? "ENGINE=InnoDB" : options));
  database.execute("INSERT INTO t SELECT " + std::string(it.values) +
                   ", REPEAT('p', 200) FROM (SELECT e.d * 10000 + f.d * 1000 + g.d * 100 + h.d * "
                   "10 + i.d AS n FROM digits e, digits f, digits g, digits h, digits i) numbers "
                   "WHERE n < " +
                   std::to_string(rows) + " ORDER BY n");
}

SourceTable table_of(SourceDatabase& database) {
  for (SourceTable& table : read_catalog(database.admin(), {database.name()}).tables) {
    if (table.name == "t") return std::move(table);
  }
  throw std::runtime_error("no table t");
}

/// A table's ranges with the rows that are really in each.
struct Split {
  std::vector<SizedRange> ranges;
  std::vector<std::uint64_t> rows;

  std::uint64_t largest() const { return *std::max_element(rows.begin(), rows.end()); }
  std::uint64_t total() const {
    return std::accumulate(rows.begin(), rows.end(), std::uint64_t{0});
  }
};

/// Expects that `ranges` are a partition of every key there is and could be.
void expect_partition(SourceDatabase& database, const SourceTable& table, const ChunkKey& key,
                      const std::vector<SizedRange>& ranges, const std::string& from) {
  ASSERT_FALSE(ranges.empty());
  EXPECT_FALSE(ranges.front().range.begin.has_value());
  EXPECT_FALSE(ranges.back().range.end.has_value());
  std::string times;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i > 0) {
      EXPECT_EQ(ranges[i].range.begin, ranges[i - 1].range.end);
      EXPECT_TRUE(ranges[i].range.begin.has_value());
    }
    const std::string condition = range_condition(table, key, ranges[i].range);
    times += (i == 0 ? "(" : " + (") + (condition.empty() ? "1" : condition) + ")";
  }
  EXPECT_EQ(database.value("SELECT COUNT(*) FROM " + from + " WHERE " + times + " <> 1"), "0");
}

Split split(SourceDatabase& database, const SourceTable& table, const std::string& partition = "",
            std::size_t n_pieces = pieces) {
  const auto key = choose_key(table);
  if (!key) throw std::runtime_error("no key to cut along");
  Connection session = database.connect();
  Split split{.ranges = split_keys(session, table, *key, partition, n_pieces), .rows = {}};
  const std::string from =
      "t" + (partition.empty() ? "" : " PARTITION (" + quote_identifier(partition) + ")");
  expect_partition(database, table, *key, split.ranges, from);
  // As the engine reads them: by the index.
  for (const SizedRange& range : split.ranges) {
    const std::string condition = range_condition(table, *key, range.range);
    split.rows.push_back(std::stoull(database.value(
        "SELECT COUNT(*) FROM " + from + " FORCE INDEX (" + quote_identifier(key->index) + ")" +
        (condition.empty() ? "" : " WHERE " + condition))));
  }
  EXPECT_EQ(std::to_string(split.total()), database.value("SELECT COUNT(*) FROM " + from));
  return split;
}

Split split(SourceDatabase& database) { return split(database, table_of(database)); }

void expect_even(const Split& split, double widest) {
  EXPECT_LE(static_cast<double>(split.largest()),
            widest * static_cast<double>(split.total()) / pieces)
      << testing::PrintToString(split.rows);
  EXPECT_GE(split.ranges.size(), pieces / 2) << testing::PrintToString(split.rows);
  EXPECT_LE(split.ranges.size(), pieces * 2) << testing::PrintToString(split.rows);
  std::uint64_t estimated = 0;
  for (const SizedRange& range : split.ranges) estimated += range.rows_estimate;
  EXPECT_GT(estimated, split.total() / 4);
  EXPECT_LT(estimated, split.total() * 4);
}

// ---- keys of every kind

const KeyCase both_servers_cases[] = {
    {"DenseInt", "id INT PRIMARY KEY", "n"},
    {"AutoIncrement", "id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY", "n + 1"},
    {"NegativeInt", "id INT PRIMARY KEY", "n - 10000"},
    {"WholeIntRange", "id INT PRIMARY KEY",
     "CASE n WHEN 0 THEN -2147483648 WHEN 1 THEN 2147483647 ELSE CAST(n * 2654435761 % 4294967291 "
     "AS SIGNED) - 2147483647 END"},
    {"WholeBigintRange", "id BIGINT PRIMARY KEY",
     "CASE n WHEN 0 THEN -9223372036854775808 WHEN 1 THEN 9223372036854775807 ELSE (n - 10000) * "
     "922337203685477 END"},
    {"UnsignedBigintAbove2To63", "id BIGINT UNSIGNED PRIMARY KEY",
     "CASE n WHEN 0 THEN 18446744073709551615 ELSE 9223372036854775808 + n * 461168601842000 END"},
    {"Decimal", "id DECIMAL(20,6) PRIMARY KEY", "(n - 10000) * 1234.567891"},
    {"DecimalOf64Digits", "id DECIMAL(64,0) PRIMARY KEY",
     "CONCAT(IF(n % 2, '-', ''), '7', LPAD(n, 9, '0'), REPEAT('9', 54))"},
    {"DecimalOf65Digits", "id DECIMAL(65,30) PRIMARY KEY",
     "CONCAT('9', LPAD(n, 9, '0'), REPEAT('9', 25), '.', REPEAT('9', 30))"},
    {"DecimalBelowOne", "id DECIMAL(30,30) PRIMARY KEY",
     "CONCAT('0.', REPEAT('0', 20), LPAD(n, 10, '0'))"},
    {"Date", "day DATE PRIMARY KEY", "DATE_ADD('1950-01-01', INTERVAL n DAY)"},
    {"DateWithZero", "day DATE PRIMARY KEY",
     "IF(n = 0, '0000-00-00', DATE_ADD('1950-01-01', INTERVAL n DAY))"},
    {"Datetime", "at DATETIME PRIMARY KEY", "DATE_ADD('2000-01-01', INTERVAL n * 1000 SECOND)"},
    {"DatetimeWithinASecond", "at DATETIME(6) PRIMARY KEY",
     "DATE_ADD('2000-01-01', INTERVAL n MICROSECOND)"},
    {"Timestamp", "at TIMESTAMP NOT NULL PRIMARY KEY", "DATE_ADD('2000-01-01', INTERVAL n MINUTE)"},
    {"TextOfNumbers", "name VARCHAR(40) CHARSET utf8 PRIMARY KEY",
     "CONCAT('job-', LPAD(n, 8, '0'))"},
    {"TextOfNumbersWithoutZeros", "name VARCHAR(40) CHARSET utf8 PRIMARY KEY", "n"},
    {"TextWithoutCase", "name VARCHAR(40) CHARSET utf8 COLLATE utf8_general_ci PRIMARY KEY",
     "CONCAT(CHAR(65 + n % 26), IF(n % 2, 'Render', 'comp'), CHAR(97 + n DIV 26 % 26), n)"},
    {"TextByBytes", "name VARCHAR(40) CHARSET utf8 COLLATE utf8_bin PRIMARY KEY",
     "CONCAT(CHAR(65 + n % 26), IF(n % 2, 'Render', 'comp'), CHAR(97 + n DIV 26 % 26), n)"},
    {"TextInUnicodeOrder",
     "name VARCHAR(40) CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci PRIMARY KEY",
     "CONCAT(IF(n % 2, 'é', 'a'), CHAR(97 + n DIV 26 % 26), n)"},
    {"TextInLatin1", "name VARCHAR(40) CHARSET latin1 PRIMARY KEY", "CONCAT(CHAR(65 + n % 26), n)"},
    {"TextInLatin1WithAccents", "name VARCHAR(40) CHARSET latin1 COLLATE latin1_bin PRIMARY KEY",
     "CONCAT(_latin1 x'e9e8e7', CHAR(200 + n % 26 USING latin1), n)"},
    {"TextInCyrillic", "name VARCHAR(40) CHARSET utf8 PRIMARY KEY",
     "CONCAT('задача ', ELT(1 + n % 5, 'а', 'к', 'п', 'ф', 'я'), n)"},
    {"TextInJapanese", "name VARCHAR(40) CHARSET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY",
     "CONCAT('レンダー', ELT(1 + n % 4, '日', '本', '語', '🐎'), n)"},
    {"TextInUcs2", "name VARCHAR(40) CHARSET ucs2 PRIMARY KEY", "CONCAT('é', LPAD(n, 8, '0'))"},
    {"TextInUtf16", "name VARCHAR(40) CHARSET utf16 COLLATE utf16_bin PRIMARY KEY",
     "CONCAT('🐎', n)"},
    {"TextInSjis", "name VARCHAR(40) CHARSET sjis PRIMARY KEY", "CONCAT('レンダ', n)"},
    {"TextWithSpacesAndQuotes", "name CHAR(40) CHARSET utf8 PRIMARY KEY",
     "CONCAT(\"it's a \\\\ `\", ELT(1 + n % 3, ' ', '-', '~'), n)"},
    {"Paths", "path VARCHAR(200) CHARSET latin1 PRIMARY KEY",
     "CONCAT('/mnt/projects/show_', n DIV 5000, '/sequence_010/shot_', LPAD(n DIV 100 % 50, 4, "
     "'0'), '/beauty.', LPAD(n % 100, 4, '0'), '.exr')"},
    {"HashesAsText", "hash CHAR(32) CHARSET utf8 PRIMARY KEY", "MD5(n)"},
    {"HashesInCapitals", "hash CHAR(40) CHARSET latin1 PRIMARY KEY", "UPPER(SHA1(n))"},
    {"UuidsAsText", "id CHAR(36) CHARSET utf8mb4 PRIMARY KEY",
     "CONCAT_WS('-', SUBSTR(MD5(n), 1, 8), SUBSTR(MD5(n), 9, 4), SUBSTR(MD5(n), 13, 4), "
     "SUBSTR(MD5(n), 17, 4), SUBSTR(MD5(n), 21))"},
    {"TimedUuidsAsText", "id CHAR(36) CHARSET ascii PRIMARY KEY",
     "CONCAT(LPAD(HEX(n * 7919), 8, '0'), '-9fd8-11ee-8c90-0242ac120002')"},
    {"Binary16", "id BINARY(16) PRIMARY KEY", "UNHEX(MD5(n))"},
    {"Binary16Counted", "id BINARY(16) PRIMARY KEY", "UNHEX(LPAD(HEX(n), 32, '0'))"},
    {"Binary16WithFixedStart", "id BINARY(16) PRIMARY KEY",
     "UNHEX(CONCAT('0123456789abcdef', SUBSTR(MD5(n), 1, 16)))"},
    {"VarbinaryOfAnyLength", "id VARBINARY(200) PRIMARY KEY",
     "IF(n < 100, REPEAT(x'00', n), CONCAT(UNHEX(MD5(n)), REPEAT(x'ff', n % 7)))"},
    {"CompositeOfInts", "a INT, b INT, PRIMARY KEY (a, b)", "n DIV 100, n % 100"},
    {"CompositeWithOneHugeFirst", "a INT, b INT, PRIMARY KEY (a, b)",
     "CASE WHEN n < 5 THEN n WHEN n > 19990 THEN n ELSE 7 END, n"},
    {"CompositeWithOneFirst", "a INT, b INT, PRIMARY KEY (a, b)", "7, n"},
    {"CompositeWithTwoHugeFirsts", "a INT, b INT, PRIMARY KEY (a, b)", "IF(n % 2, 7, 9), n"},
    {"CompositeOfStringAndInt", "s VARCHAR(20) CHARSET utf8, b INT, PRIMARY KEY (s, b)",
     "CONCAT('show_', n % 50), n"},
    {"CompositeOfOneStringAndInt", "s VARCHAR(20) CHARSET utf8, b INT, PRIMARY KEY (s, b)",
     "'show', n"},
    {"CompositeOfThree", "a INT, b DATE, c VARCHAR(9) CHARSET latin1, PRIMARY KEY (a, b, c)",
     "1, DATE_ADD('2020-01-01', INTERVAL n DIV 10000 DAY), LPAD(n, 6, '0')"},
    {"CompositeOfManyFirsts", "a BIGINT UNSIGNED, b TINYINT, PRIMARY KEY (a, b)",
     "18446744073709551615 - n DIV 2, n % 2 - 1"},
    {"OneRowFarBelow", "id BIGINT PRIMARY KEY", "IF(n = 0, 1, 1099511627776 + n)"},
    {"OneRowFarAbove", "id BIGINT PRIMARY KEY", "IF(n = 0, 4611686018427387904, n)"},
    {"OneRowFarBelowAndOneAbove", "id BIGINT UNSIGNED PRIMARY KEY",
     "CASE n WHEN 0 THEN 1 WHEN 1 THEN 18446744073709551615 ELSE 1099511627776 + n END"},
    {"ThreeFarClusters", "id BIGINT PRIMARY KEY",
     "CASE n % 3 WHEN 0 THEN n WHEN 1 THEN 4294967296 + n ELSE 4611686018427387904 + n END"},
    {"Geometric", "id BIGINT PRIMARY KEY", "FLOOR(POW(1.0015, n)) + n"},
    {"GeometricFromAbove", "id BIGINT PRIMARY KEY",
     "9000000000000000000 - CAST(FLOOR(POW(1.0015, n)) AS SIGNED) - n"},
    {"DoubleGeometric", "id BIGINT PRIMARY KEY", "IF(n % 2, 1, -1) * (FLOOR(POW(1.0015, n)) + n)"},
    {"OneTextFarBelow", "name VARCHAR(40) CHARSET utf8 PRIMARY KEY",
     "IF(n = 0, '', CONCAT('zz', LPAD(n, 8, '0')))"},
    {"OneDateFarAbove", "day DATE PRIMARY KEY",
     "IF(n = 0, '9999-12-31', DATE_ADD('1950-01-01', INTERVAL n DAY))"},
    {"UniqueKeyOnly", "id INT NOT NULL, UNIQUE KEY u (id)", "n * 3"},
};

class KeySplitter : public testing::TestWithParam<std::tuple<const char*, KeyCase>> {
 protected:
  SourceDatabase database{std::get<0>(GetParam())};
};

std::string case_name(const testing::TestParamInfo<std::tuple<const char*, KeyCase>>& info) {
  const std::string server =
      std::get<0>(info.param) == std::string_view(mariadb) ? "Mariadb" : "Mysql56";
  return std::get<1>(info.param).name + server;
}
INSTANTIATE_TEST_SUITE_P(, KeySplitter,
                         testing::Combine(both_sources(), testing::ValuesIn(both_servers_cases)),
                         case_name);

TEST_P(KeySplitter, CoversEveryKeyOnceInEvenRanges) {
  const KeyCase& it = std::get<1>(GetParam());
  fill(database, it);

  expect_even(split(database), it.widest);
}

const KeyCase mariadb_cases[] = {
    {"Uuids", "id UUID PRIMARY KEY", "INSERT(INSERT(MD5(n), 13, 1, '4'), 17, 1, '8')"},
    {"Inet6", "id INET6 PRIMARY KEY", "CONCAT('2001:db8::', HEX(n))"},
    {"Inet4", "id INET4 PRIMARY KEY", "INET_NTOA(n * 100000)"},
    {"Descending", "id INT, PRIMARY KEY (id DESC)", "n"},
};
class KeySplitterOfMariadb : public KeySplitter {};
TEST_P(KeySplitterOfMariadb, CoversEveryKeyOnceInEvenRanges) {
  const KeyCase& it = std::get<1>(GetParam());
  fill(database, it);

  expect_even(split(database), it.widest);
}
INSTANTIATE_TEST_SUITE_P(, KeySplitterOfMariadb,
                         testing::Combine(testing::Values(mariadb),
                                          testing::ValuesIn(mariadb_cases)),
                         case_name);

// ---- what it costs

/// How many index entries and rows `session` has looked at.
std::uint64_t reads_of(Connection& session) {
  std::uint64_t reads = 0;
  for (const Row& row : session.query("SHOW SESSION STATUS LIKE 'Handler_read%'")) {
    reads += std::stoull(row[1].text);
  }
  return reads;
}

const KeyCase cheap_cases[] = {
    {"DenseInt", "id INT PRIMARY KEY", "n"},
    {"OneRowFarBelow", "id BIGINT PRIMARY KEY", "IF(n = 0, 1, 1099511627776 + n)"},
    {"Geometric", "id BIGINT PRIMARY KEY", "FLOOR(POW(1.0015, n)) + n"},
    {"Datetime", "at DATETIME PRIMARY KEY", "DATE_ADD('2000-01-01', INTERVAL n * 1000 SECOND)"},
    {"Decimal", "id DECIMAL(20,6) PRIMARY KEY", "(n - 10000) * 1234.567891"},
    {"Hashes", "hash CHAR(32) CHARSET utf8 PRIMARY KEY", "MD5(n)"},
    {"Latin1", "name VARCHAR(40) CHARSET latin1 PRIMARY KEY", "CONCAT('job_é_', n)"},
    {"Paths", "path VARCHAR(200) CHARSET latin1 PRIMARY KEY",
     "CONCAT('/mnt/projects/show_', n DIV 5000, '/sequence_010/shot_', LPAD(n DIV 100 % 50, 4, "
     "'0'), '/beauty.', LPAD(n % 100, 4, '0'), '.exr')"},
    {"Cyrillic", "name VARCHAR(40) CHARSET utf8 PRIMARY KEY",
     "CONCAT('задача ', ELT(1 + n % 5, 'а', 'к', 'п', 'ф', 'я'), n)"},
    {"Binary16", "id BINARY(16) PRIMARY KEY", "UNHEX(MD5(n))"},
    {"CompositeWithOneHugeFirst", "a INT, b INT, PRIMARY KEY (a, b)",
     "CASE WHEN n < 5 THEN n WHEN n > 19990 THEN n ELSE 7 END, n"},
    {"CompositeOfStringAndInt", "s VARCHAR(20) CHARSET utf8, b INT, PRIMARY KEY (s, b)",
     "CONCAT('show_', n % 50), n"},
};
class KeySplitterCost : public KeySplitter {};
INSTANTIATE_TEST_SUITE_P(, KeySplitterCost,
                         testing::Combine(both_sources(), testing::ValuesIn(cheap_cases)),
                         case_name);

TEST_P(KeySplitterCost, NeedsLookUpsAndNoScan) {
  fill(database, std::get<1>(GetParam()));
  const SourceTable table = table_of(database);
  Connection session = database.connect();

  const std::uint64_t before = reads_of(session);
  const auto ranges = split_keys(session, table, *choose_key(table), "", pieces);

  EXPECT_LT(reads_of(session) - before, n_rows / 20);
  EXPECT_GE(ranges.size(), pieces / 2);
}

TEST(KeySplitterCostOfMariadb, KeyThatCannotBeHalvedIsReadOnce) {
  SourceDatabase database(mariadb);
  fill(database, {"Inet6", "id INET6 PRIMARY KEY", "CONCAT('2001:db8::', HEX(n))"});
  const SourceTable table = table_of(database);
  Connection session = database.connect();

  const std::uint64_t before = reads_of(session);
  split_keys(session, table, *choose_key(table), "", pieces);

  EXPECT_LT(reads_of(session) - before, n_rows + n_rows / 10);
}

// ---- few rows, many pieces

class KeySplitterOfServer : public testing::TestWithParam<const char*> {
 protected:
  SourceDatabase database{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(, KeySplitterOfServer, both_sources(), source_name);

constexpr KeyCase dense{"DenseInt", "id INT PRIMARY KEY", "n"};

TEST_P(KeySplitterOfServer, NoRowsAreOneRange) {
  fill(database, dense, "", 0);

  EXPECT_THAT(split(database).rows, ElementsAre(0));
}

TEST_P(KeySplitterOfServer, OneRowIsOneRange) {
  fill(database, dense, "", 1);

  EXPECT_THAT(split(database).rows, ElementsAre(1));
}

TEST_P(KeySplitterOfServer, TwoRowsAreAtMostTwoRanges) {
  fill(database, dense, "", 2);

  EXPECT_LE(split(database).ranges.size(), 2U);
}

TEST_P(KeySplitterOfServer, FewerRowsThanPiecesAreNoMoreRangesThanRows) {
  fill(database, dense, "", 7);

  EXPECT_LE(split(database).ranges.size(), 7U);
}

TEST_P(KeySplitterOfServer, OnePieceIsOneRange) {
  fill(database, dense, "", 1000);

  const Split whole = split(database, table_of(database), "", 1);

  EXPECT_THAT(whole.rows, ElementsAre(1000));
  EXPECT_EQ(whole.ranges[0].range, KeyRange());
}

TEST_P(KeySplitterOfServer, HundredsOfPiecesAreEvenToo) {
  fill(database, dense);

  const Split many = split(database, table_of(database), "", 200);

  EXPECT_GE(many.ranges.size(), 100U);
  EXPECT_LE(many.ranges.size(), 400U);
  EXPECT_LE(many.largest(), 3 * n_rows / 200);
}

TEST_P(KeySplitterOfServer, RowsThatComeLaterHaveARangeToo) {
  fill(database, {"Int", "id INT PRIMARY KEY", "n * 10"});
  const SourceTable table = table_of(database);
  const auto key = choose_key(table);
  const auto ranges = split_keys(database.admin(), table, *key, "", pieces);

  database.execute(
      "INSERT INTO t VALUES (-2147483648, ''), (-1, ''), (55555, ''), (2147483647, '')");

  expect_partition(database, table, *key, ranges, "t");
}

TEST_P(KeySplitterOfServer, RowsThatGoMeanwhileDoNoHarm) {
  fill(database, dense);
  const SourceTable table = table_of(database);
  database.execute("DELETE FROM t WHERE id BETWEEN 3000 AND 17000");

  const Split rest = split(database, table);

  EXPECT_EQ(rest.total(), 5999U);
  EXPECT_LE(rest.largest(), 3 * 6000 / pieces * 3);
}

TEST_P(KeySplitterOfServer, StatisticsThatAreWrongDoNoHarm) {
  fill(database, dense, "ENGINE=InnoDB STATS_PERSISTENT=1 STATS_AUTO_RECALC=0");
  database.execute("UPDATE mysql.innodb_table_stats SET n_rows = 10 WHERE database_name = '" +
                   database.name() + "'");
  database.execute("FLUSH TABLE t");

  const Split ranges = split(database);

  EXPECT_EQ(ranges.total(), n_rows);
}

// ---- other engines and partitions

TEST_P(KeySplitterOfServer, MyisamIsCutToo) {
  fill(database, dense, "ENGINE=MyISAM");

  expect_even(split(database), 3);
}

TEST(KeySplitterOfAria, AriaIsCutToo) {
  SourceDatabase database(mariadb);
  fill(database, dense, "ENGINE=Aria");

  expect_even(split(database), 3);
}

/// Expects that each partition's ranges are even, and that all of them make up the table.
void expect_partitions_cut(SourceDatabase& database, std::size_t n_partitions) {
  const SourceTable table = table_of(database);
  ASSERT_THAT(table.partitions, SizeIs(n_partitions));
  std::uint64_t rows = 0;
  for (const SourcePartition& partition : table.partitions) {
    const Split ranges = split(database, table, partition.name);
    if (ranges.total() > n_rows / 10) expect_even(ranges, 3);
    rows += ranges.total();
  }
  EXPECT_EQ(rows, n_rows);
}

TEST_P(KeySplitterOfServer, RangePartitionsAreCut) {
  fill(database, dense,
       "ENGINE=InnoDB PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (100), PARTITION `b c` "
       "VALUES LESS THAN (15000), PARTITION d VALUES LESS THAN MAXVALUE)");

  expect_partitions_cut(database, 3);
}

TEST_P(KeySplitterOfServer, HashPartitionsAreCut) {
  fill(database, dense, "ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 4");

  expect_partitions_cut(database, 4);
}

TEST_P(KeySplitterOfServer, ListPartitionsAndEmptyOnesAreCut) {
  fill(database, {"List", "a INT, b INT, PRIMARY KEY (a, b)", "n % 2, n"},
       "ENGINE=InnoDB PARTITION BY LIST (a) (PARTITION even VALUES IN (0), PARTITION odd VALUES IN "
       "(1), PARTITION nobody VALUES IN (2))");

  expect_partitions_cut(database, 3);
}

TEST_P(KeySplitterOfServer, SubpartitionsAreCut) {
  fill(database, dense,
       "ENGINE=InnoDB PARTITION BY RANGE (id) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION "
       "a "
       "VALUES LESS THAN (8000), PARTITION b VALUES LESS THAN MAXVALUE)");

  expect_partitions_cut(database, 2);
}

// ---- which key

/// The key chosen for a table of these columns; empty: none.
std::string chosen_key(SourceDatabase& database, const std::string& columns,
                       const std::string& options = "") {
  database.execute("DROP TABLE IF EXISTS t");
  database.execute("CREATE TABLE t (" + columns + ") " + options);
  const auto key = choose_key(table_of(database));
  return key ? key->index : "";
}

TEST_P(KeySplitterOfServer, PrimaryKeyIsChosenBeforeUniqueOnes) {
  EXPECT_EQ(chosen_key(database, "a INT, b INT, c INT NOT NULL UNIQUE, PRIMARY KEY (a, b)"),
            "PRIMARY");
}

TEST_P(KeySplitterOfServer, ShortestUniqueKeyWithoutNullsStandsIn) {
  EXPECT_EQ(chosen_key(database,
                       "a INT NOT NULL, b INT NOT NULL, c INT NOT NULL, d INT, UNIQUE KEY "
                       "two (a, b), UNIQUE KEY one (c), UNIQUE KEY with_null (d)"),
            "one");
}

TEST_P(KeySplitterOfServer, KeysWithNullsPrefixesAndHashesAreOfNoUse) {
  EXPECT_EQ(chosen_key(database, "a INT, UNIQUE KEY k (a)"), "");
  EXPECT_EQ(chosen_key(database, "a VARCHAR(100) NOT NULL, UNIQUE KEY k (a(10))"), "");
  EXPECT_EQ(chosen_key(database, "a INT NOT NULL, KEY k (a)"), "");
  EXPECT_EQ(chosen_key(database, "a INT PRIMARY KEY", "ENGINE=MEMORY"), "");
}

TEST_P(KeySplitterOfServer, TypesWithoutAnExactOrderAreOfNoUse) {
  for (const char* type : {"FLOAT", "DOUBLE", "ENUM('b','a')", "SET('b','a')", "TIME", "BIT(8)"}) {
    EXPECT_EQ(chosen_key(database, "a " + std::string(type) + " NOT NULL PRIMARY KEY"), "") << type;
  }
}

TEST(KeySplitterOfMariadb10, KeyOfMixedDirectionsIsOfNoUse) {
  SourceDatabase database(mariadb);

  EXPECT_EQ(chosen_key(database, "a INT, b INT, PRIMARY KEY (a DESC, b)"), "");
  EXPECT_EQ(chosen_key(database, "a INT, b INT, PRIMARY KEY (a DESC, b DESC)"), "PRIMARY");
}

}  // namespace
}  // namespace millrace::mysql
