#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/source_schema.h"
#include "tests/db/source_catalog_fixture.h"
#include "tests/support/source_database.h"
#include "tests/support/test_servers.h"

namespace millrace::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto mariadb = "MILLRACE_MARIADB";

TEST_P(SourceCatalogOfServer, EveryTypeIsKnown) {
  database.execute(
      "CREATE TABLE t (a TINYINT(1), b SMALLINT UNSIGNED, c MEDIUMINT, d INT(5) UNSIGNED ZEROFILL, "
      "e BIGINT UNSIGNED, f DECIMAL(12,4), g FLOAT, h DOUBLE, i BIT(9), j DATE, k DATETIME(3), l "
      "TIMESTAMP(6) NULL, m TIME, n YEAR, o CHAR(7) CHARSET latin1, p VARCHAR(9) CHARSET utf8mb4, "
      "q "
      "TINYTEXT, r MEDIUMTEXT, s BINARY(16), u VARBINARY(20), v LONGBLOB, w "
      "ENUM('a','it''s','b,c') "
      "CHARSET latin1, x SET('p','q'), y POINT, z GEOMETRYCOLLECTION)");

  const SourceTable table = table_of(database);

  const auto type = [&](const char* name) { return find(table, name).type; };
  EXPECT_EQ(type("a"), SourceType::tinyint);
  EXPECT_EQ(find(table, "a").display_width, 1U);
  EXPECT_EQ(type("b"), SourceType::smallint);
  EXPECT_TRUE(find(table, "b").is_unsigned);
  EXPECT_EQ(type("c"), SourceType::mediumint);
  EXPECT_FALSE(find(table, "c").is_unsigned);
  EXPECT_EQ(type("d"), SourceType::integer);
  EXPECT_TRUE(find(table, "d").is_unsigned);
  EXPECT_EQ(type("e"), SourceType::bigint);
  EXPECT_TRUE(find(table, "e").is_unsigned);
  EXPECT_EQ(type("f"), SourceType::decimal);
  EXPECT_EQ(find(table, "f").precision, 12U);
  EXPECT_EQ(find(table, "f").scale, 4U);
  EXPECT_EQ(type("g"), SourceType::float32);
  EXPECT_EQ(type("h"), SourceType::float64);
  EXPECT_EQ(type("i"), SourceType::bit);
  EXPECT_EQ(find(table, "i").display_width, 9U);
  EXPECT_EQ(type("j"), SourceType::date);
  EXPECT_EQ(type("k"), SourceType::datetime);
  EXPECT_EQ(find(table, "k").fraction_digits, 3U);
  EXPECT_EQ(type("l"), SourceType::timestamp);
  EXPECT_EQ(find(table, "l").fraction_digits, 6U);
  EXPECT_EQ(type("m"), SourceType::time);
  EXPECT_EQ(type("n"), SourceType::year);
  EXPECT_EQ(type("o"), SourceType::character);
  EXPECT_EQ(find(table, "o").charset, "latin1");
  EXPECT_EQ(find(table, "o").length_characters, 7U);
  EXPECT_EQ(find(table, "o").length_bytes, 7U);
  EXPECT_EQ(type("p"), SourceType::varchar);
  EXPECT_EQ(find(table, "p").charset, "utf8mb4");
  EXPECT_THAT(find(table, "p").collation, HasSubstr("utf8mb4_"));
  EXPECT_EQ(find(table, "p").length_characters, 9U);
  EXPECT_EQ(find(table, "p").length_bytes, 36U);
  EXPECT_EQ(type("q"), SourceType::text);
  EXPECT_EQ(type("r"), SourceType::text);
  EXPECT_EQ(type("s"), SourceType::binary);
  EXPECT_EQ(find(table, "s").length_bytes, 16U);
  EXPECT_EQ(find(table, "s").charset, "");
  EXPECT_EQ(type("u"), SourceType::varbinary);
  EXPECT_EQ(type("v"), SourceType::blob);
  EXPECT_EQ(find(table, "v").length_bytes, 4294967295U);
  EXPECT_EQ(type("w"), SourceType::enumeration);
  EXPECT_THAT(find(table, "w").labels, ElementsAre("a", "it's", "b,c"));
  EXPECT_EQ(type("x"), SourceType::set);
  EXPECT_THAT(find(table, "x").labels, ElementsAre("p", "q"));
  EXPECT_EQ(type("y"), SourceType::geometry);
  EXPECT_EQ(type("z"), SourceType::geometry);
}

TEST_P(SourceCatalogOfServer, ColumnsStandInTheirOrder) {
  database.execute("CREATE TABLE t (z INT, a INT, m INT)");
  database.execute("ALTER TABLE t ADD COLUMN first_one INT FIRST, ADD COLUMN b INT AFTER z");

  EXPECT_THAT(names_of(table_of(database).columns), ElementsAre("first_one", "z", "b", "a", "m"));
}

TEST_P(SourceCatalogOfServer, NamesMayHoldAnything) {
  const std::string name = "a `b\" 'c' \\ .é $ -";
  database.execute("CREATE TABLE " + quote_identifier(name) + " (" + quote_identifier(name) +
                   " INT COMMENT " + "'it''s é'" + ") COMMENT 'tâble'");

  const SourceTable table = table_of(database, name);

  EXPECT_EQ(table.columns.at(0).name, name);
  EXPECT_EQ(table.columns.at(0).comment, "it's é");
  EXPECT_EQ(table.comment, "tâble");
}

TEST_P(SourceCatalogOfServer, NullabilityAndAutoIncrementAreTold) {
  database.execute("CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT NULL)");
  database.execute("INSERT INTO t VALUES (41, NULL)");

  const SourceTable table = table_of(database);

  EXPECT_TRUE(find(table, "id").auto_increment);
  EXPECT_FALSE(find(table, "id").nullable);
  EXPECT_FALSE(find(table, "n").auto_increment);
  EXPECT_TRUE(find(table, "n").nullable);
  EXPECT_EQ(table.next_auto_increment, 42U);
}

TEST_P(SourceCatalogOfServer, TableWithoutAutoIncrementHasNoNextValue) {
  database.execute("CREATE TABLE t (id INT PRIMARY KEY)");

  EXPECT_EQ(table_of(database).next_auto_increment, std::nullopt);
}

TEST_P(SourceCatalogOfServer, CharsetsComeFromColumnTableAndDatabase) {
  database.execute("ALTER DATABASE " + database.name() + " CHARACTER SET latin2");
  database.execute("CREATE TABLE t (a TEXT, b TEXT CHARSET koi8r, c BLOB)");
  database.execute("CREATE TABLE u (a TEXT) CHARSET ucs2");

  const SourceTable table = table_of(database);

  EXPECT_EQ(find(table, "a").charset, "latin2");
  EXPECT_EQ(find(table, "b").charset, "koi8r");
  EXPECT_EQ(find(table, "c").charset, "");
  EXPECT_EQ(find(table_of(database, "u"), "a").charset, "ucs2");
}

// ---- defaults

TEST_P(SourceCatalogOfServer, DefaultsAreToldAsValuesInEitherDialect) {
  database.execute(
      "CREATE TABLE t (no_clause INT NOT NULL, implied INT, null_said INT DEFAULT NULL, number INT "
      "NOT NULL DEFAULT 17, negative INT DEFAULT -5, scaled DECIMAL(8,3) DEFAULT 1.250, word "
      "VARCHAR(40) DEFAULT 'it''s \\\\ a \"word\"', empty VARCHAR(9) NOT NULL DEFAULT '', "
      "null_word "
      "VARCHAR(9) DEFAULT 'NULL', number_word VARCHAR(9) DEFAULT '17', day DATE DEFAULT "
      "'2024-02-29', label ENUM('a','b') NOT NULL DEFAULT 'b', labels SET('a','b') DEFAULT 'a,b', "
      "real_one DOUBLE DEFAULT 1.5e10, bytes VARBINARY(9) DEFAULT 'x')");

  const SourceTable table = table_of(database);

  EXPECT_EQ(default_of(table, "no_clause"), "none");
  EXPECT_EQ(default_of(table, "implied"), "null");
  EXPECT_EQ(default_of(table, "null_said"), "null");
  EXPECT_EQ(default_of(table, "number"), "literal 17");
  EXPECT_EQ(default_of(table, "negative"), "literal -5");
  EXPECT_EQ(default_of(table, "scaled"), "literal 1.250");
  EXPECT_EQ(default_of(table, "word"), "literal it's \\ a \"word\"");
  EXPECT_EQ(default_of(table, "empty"), "literal ");
  EXPECT_EQ(default_of(table, "null_word"), "literal NULL");
  EXPECT_EQ(default_of(table, "number_word"), "literal 17");
  EXPECT_EQ(default_of(table, "day"), "literal 2024-02-29");
  EXPECT_EQ(default_of(table, "label"), "literal b");
  EXPECT_EQ(default_of(table, "labels"), "literal a,b");
  EXPECT_EQ(default_of(table, "bytes"), "literal x");
  EXPECT_EQ(std::stod(find(table, "real_one").default_text), 1.5e10);
}

TEST_P(SourceCatalogOfServer, DefaultsOfTheClockAreExpressions) {
  database.execute(
      "CREATE TABLE t (a TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, b DATETIME(6) DEFAULT "
      "CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), c DATETIME DEFAULT '2001-02-03 "
      "04:05:06', d VARCHAR(30) DEFAULT 'CURRENT_TIMESTAMP')");

  const SourceTable table = table_of(database);

  EXPECT_THAT(default_of(table, "a"),
              testing::MatchesRegex("expression (CURRENT_TIMESTAMP|current_timestamp\\(\\))"));
  EXPECT_THAT(default_of(table, "b"),
              testing::MatchesRegex("expression (CURRENT_TIMESTAMP|current_timestamp)\\(6\\)"));
  EXPECT_EQ(default_of(table, "c"), "literal 2001-02-03 04:05:06");
  EXPECT_EQ(default_of(table, "d"), "literal CURRENT_TIMESTAMP");
  EXPECT_FALSE(find(table, "a").on_update_current_timestamp);
  EXPECT_TRUE(find(table, "b").on_update_current_timestamp);
}

TEST_P(SourceCatalogOfServer, DefaultsOfBitsAreExpressions) {
  database.execute("CREATE TABLE t (a BIT(1) DEFAULT b'1', b BIT(8) DEFAULT 5)");

  const SourceTable table = table_of(database);

  EXPECT_EQ(default_of(table, "a"), "expression b'1'");
  EXPECT_EQ(default_of(table, "b"), "expression b'101'");
}

TEST(SourceCatalogOfMariadb, DefaultsMayBeExpressions) {
  SourceDatabase database(mariadb);
  database.execute(
      "CREATE TABLE t (a INT DEFAULT (1 + 2), b VARCHAR(40) DEFAULT (CONCAT('x', 'y')), c CHAR(36) "
      "DEFAULT (UUID()), d TEXT DEFAULT 'text', e BLOB DEFAULT x'00ff', f VARCHAR(40) DEFAULT ('a' "
      "'b'), g INT DEFAULT ('1' + '2'), h INT DEFAULT (-1), i VARCHAR(9) DEFAULT (_latin1'x'), j "
      "VARCHAR(9) DEFAULT 'a''b', k VARCHAR(9) DEFAULT 'new\\nline', l DATETIME DEFAULT "
      "(NOW() + INTERVAL 1 DAY))");

  const SourceTable table = table_of(database);

  EXPECT_EQ(default_of(table, "a"), "expression (1 + 2)");
  EXPECT_EQ(default_of(table, "b"), "expression concat('x','y')");
  EXPECT_EQ(default_of(table, "c"), "expression uuid()");
  EXPECT_EQ(default_of(table, "d"), "literal text");
  EXPECT_EQ(default_of(table, "f"), "literal ab");
  EXPECT_EQ(default_of(table, "g"), "expression ('1' + '2')");
  EXPECT_EQ(default_of(table, "h"), "literal -1");
  EXPECT_EQ(default_of(table, "j"), "literal a'b");
  EXPECT_EQ(default_of(table, "k"), "literal new\nline");
  EXPECT_THAT(default_of(table, "l"), HasSubstr("expression (current_timestamp() + interval"));
}

}  // namespace
}  // namespace millrace::mysql
