#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/mysql/catalog.h"
#include "io/source_schema.h"
#include "tests/db/source_catalog_fixture.h"
#include "tests/support/source_database.h"
#include "tests/support/test_servers.h"

namespace millrace::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto mariadb = "MILLRACE_MARIADB";

INSTANTIATE_TEST_SUITE_P(, SourceCatalogOfServer, both_sources(), source_name);

// ---- indexes

TEST_P(SourceCatalogOfServer, IndexesAreTold) {
  database.execute(
      "CREATE TABLE t (id INT, a INT NOT NULL, b VARCHAR(100), c TEXT, d BLOB, p POINT NOT NULL, "
      "PRIMARY KEY (id, a), UNIQUE KEY one (a), KEY two (b(10), a) COMMENT 'why', KEY whole (b), "
      "FULLTEXT KEY words (c), SPATIAL KEY places (p), KEY bytes (d(7))) ENGINE=MyISAM");

  const SourceTable table = table_of(database);

  const SourceIndex& primary = find_index(table, "PRIMARY");
  EXPECT_TRUE(primary.primary);
  EXPECT_TRUE(primary.unique);
  ASSERT_EQ(primary.parts.size(), 2U);
  EXPECT_EQ(primary.parts[0].column, "id");
  EXPECT_EQ(primary.parts[1].column, "a");
  EXPECT_EQ(primary.kind, IndexKind::btree);
  EXPECT_TRUE(find_index(table, "one").unique);
  EXPECT_FALSE(find_index(table, "one").primary);
  const SourceIndex& two = find_index(table, "two");
  EXPECT_FALSE(two.unique);
  EXPECT_EQ(two.comment, "why");
  ASSERT_EQ(two.parts.size(), 2U);
  EXPECT_EQ(two.parts[0].prefix_characters, 10U);
  EXPECT_EQ(two.parts[1].prefix_characters, 0U);
  EXPECT_FALSE(two.parts[0].descending);
  EXPECT_EQ(find_index(table, "whole").parts[0].prefix_characters, 0U);
  EXPECT_EQ(find_index(table, "bytes").parts[0].prefix_characters, 7U);
  EXPECT_EQ(find_index(table, "words").kind, IndexKind::fulltext);
  EXPECT_EQ(find_index(table, "places").kind, IndexKind::spatial);
  EXPECT_EQ(find_index(table, "places").parts[0].prefix_characters, 0U);
}

TEST_P(SourceCatalogOfServer, PrefixOfMultibyteTextCountsCharacters) {
  database.execute("CREATE TABLE t (a VARCHAR(100), KEY k (a(10))) CHARSET utf8mb4");

  EXPECT_EQ(find_index(table_of(database), "k").parts[0].prefix_characters, 10U);
}

TEST_P(SourceCatalogOfServer, HashIndexesAreTold) {
  database.execute("CREATE TABLE t (a INT, KEY k (a) USING HASH) ENGINE=MEMORY");

  EXPECT_EQ(find_index(table_of(database), "k").kind, IndexKind::hash);
}

TEST(SourceCatalogOfMariadb, DescendingPartsAreTold) {
  SourceDatabase database(mariadb);
  database.execute("CREATE TABLE t (a INT, b INT, KEY k (a DESC, b))");

  const SourceIndex index = find_index(table_of(database), "k");

  EXPECT_TRUE(index.parts[0].descending);
  EXPECT_FALSE(index.parts[1].descending);
}

TEST(SourceCatalogOfMariadb, UniqueKeyOfALongColumnIsAHash) {
  SourceDatabase database(mariadb);
  database.execute("CREATE TABLE t (a TEXT, UNIQUE KEY k (a))");

  const SourceIndex index = find_index(table_of(database), "k");

  EXPECT_TRUE(index.unique);
  EXPECT_EQ(index.kind, IndexKind::hash);
  EXPECT_EQ(index.parts[0].column, "a");
}

// ---- keys and checks

TEST_P(SourceCatalogOfServer, ForeignKeysAreToldWithTheirActions) {
  database.execute("CREATE TABLE p (a INT, b INT, PRIMARY KEY (a, b)) ENGINE=InnoDB");
  database.execute(
      "CREATE TABLE t (x INT, y INT, u INT, v INT, CONSTRAINT first_key FOREIGN KEY (y, x) "
      "REFERENCES p (a, b) ON DELETE CASCADE ON UPDATE SET NULL, CONSTRAINT second_key FOREIGN KEY "
      "(u, v) REFERENCES p (a, b)) ENGINE=InnoDB");

  const SourceTable table = table_of(database);

  ASSERT_EQ(table.foreign_keys.size(), 2U);
  const SourceForeignKey& first = table.foreign_keys[0];
  EXPECT_EQ(first.name, "first_key");
  EXPECT_THAT(first.columns, ElementsAre("y", "x"));
  EXPECT_EQ(first.referenced_database, database.name());
  EXPECT_EQ(first.referenced_table, "p");
  EXPECT_THAT(first.referenced_columns, ElementsAre("a", "b"));
  EXPECT_EQ(first.on_delete, "CASCADE");
  EXPECT_EQ(first.on_update, "SET NULL");
  const SourceForeignKey& second = table.foreign_keys[1];
  EXPECT_THAT(second.columns, ElementsAre("u", "v"));
  EXPECT_EQ(second.on_delete, "RESTRICT");
  EXPECT_EQ(second.on_update, "RESTRICT");
}

TEST_P(SourceCatalogOfServer, ForeignKeyMayPointIntoAnotherDatabase) {
  SourceDatabase other(GetParam());
  other.execute("CREATE TABLE p (a INT PRIMARY KEY) ENGINE=InnoDB");
  database.execute("CREATE TABLE t (x INT, FOREIGN KEY (x) REFERENCES " + other("p") +
                   " (a)) ENGINE=InnoDB");

  const SourceTable table = table_of(database);
  database.execute("DROP TABLE t");

  ASSERT_EQ(table.foreign_keys.size(), 1U);
  EXPECT_EQ(table.foreign_keys[0].referenced_database, other.name());
}

TEST_P(SourceCatalogOfServer, ForeignKeysOfTwoTablesAreKeptApart) {
  database.execute("CREATE TABLE p (a INT PRIMARY KEY) ENGINE=InnoDB");
  for (const char* table : {"t", "u"}) {
    database.execute("CREATE TABLE " + std::string(table) +
                     " (x INT, FOREIGN KEY (x) REFERENCES p (a)) ENGINE=InnoDB");
  }

  const SourceCatalog catalog = catalog_of(database);

  for (const char* table : {"t", "u"}) {
    ASSERT_EQ(find(catalog, table).foreign_keys.size(), 1U);
    EXPECT_EQ(find(catalog, table).foreign_keys[0].name, std::string(table) + "_ibfk_1");
  }
}

TEST(SourceCatalogOfMariadb, ChecksAreTold) {
  SourceDatabase database(mariadb);
  database.execute(
      "CREATE TABLE t (a INT CHECK (a > 0), b INT, CONSTRAINT both_of_them CHECK (a < b))");

  const SourceTable table = table_of(database);

  ASSERT_EQ(table.checks.size(), 2U);
  const bool column_first = table.checks[0].name == "a";
  const SourceCheck& of_column = table.checks[column_first ? 0 : 1];
  const SourceCheck& of_table = table.checks[column_first ? 1 : 0];
  EXPECT_EQ(of_column.name, "a");
  EXPECT_EQ(of_column.clause, "`a` > 0");
  EXPECT_EQ(of_table.name, "both_of_them");
  EXPECT_EQ(of_table.clause, "`a` < `b`");
}

TEST(SourceCatalogOfMariadb, JsonIsATypeAndNotACheck) {
  SourceDatabase database(mariadb);
  database.execute(
      "CREATE TABLE t (a JSON, b LONGTEXT CHECK (json_valid(b)), c JSON CHECK (json_valid(c) AND "
      "JSON_LENGTH(c) > 1), `d e` JSON)");

  const SourceTable table = table_of(database);

  EXPECT_EQ(find(table, "a").type, SourceType::json);
  EXPECT_EQ(find(table, "b").type, SourceType::json);
  EXPECT_EQ(find(table, "d e").type, SourceType::json);
  ASSERT_EQ(table.checks.size(), 1U);
  EXPECT_EQ(table.checks[0].name, "c");
}

TEST(SourceCatalogOfMariadb, GeneratedColumnsAreTold) {
  SourceDatabase database(mariadb);
  database.execute(
      "CREATE TABLE t (a INT, v INT AS (a + 1) VIRTUAL, s INT AS (a * 2) STORED, p INT GENERATED "
      "ALWAYS AS (a - 1) PERSISTENT)");

  const SourceTable table = table_of(database);

  EXPECT_EQ(find(table, "a").generated, Generated::none);
  EXPECT_EQ(find(table, "v").generated, Generated::virtual_);
  EXPECT_EQ(find(table, "v").generation_expression, "`a` + 1");
  EXPECT_EQ(find(table, "s").generated, Generated::stored);
  EXPECT_EQ(find(table, "p").generated, Generated::stored);
}

TEST(SourceCatalogOfMariadb, InvisibleColumnsAreTold) {
  SourceDatabase database(mariadb);
  database.execute("CREATE TABLE t (a INT, b INT INVISIBLE DEFAULT 3)");

  const SourceTable table = table_of(database);

  EXPECT_FALSE(find(table, "a").invisible);
  EXPECT_TRUE(find(table, "b").invisible);
  EXPECT_EQ(default_of(table, "b"), "literal 3");
}

// ---- partitions

TEST_P(SourceCatalogOfServer, PartitionsStandInTheirOrder) {
  database.execute(
      "CREATE TABLE t (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION z VALUES LESS THAN "
      "(10), PARTITION a VALUES LESS THAN (20), PARTITION rest VALUES LESS THAN MAXVALUE)");

  const SourceTable table = table_of(database);

  ASSERT_EQ(table.partitions.size(), 3U);
  EXPECT_EQ(table.partitions[0].name, "z");
  EXPECT_EQ(table.partitions[1].name, "a");
  EXPECT_EQ(table.partitions[2].name, "rest");
}

TEST_P(SourceCatalogOfServer, SubpartitionsAreAddedUp) {
  database.execute(
      "CREATE TABLE t (id INT, h INT) ENGINE=MyISAM PARTITION BY RANGE (id) SUBPARTITION BY HASH "
      "(h) SUBPARTITIONS 3 (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN "
      "MAXVALUE)");
  database.execute("INSERT INTO t VALUES (1,1), (1,2), (1,3), (2,4), (20,1)");

  const SourceTable table = table_of(database);

  ASSERT_EQ(table.partitions.size(), 2U);
  EXPECT_EQ(table.partitions[0].name, "a");
  EXPECT_EQ(table.partitions[0].rows_estimate, 4U);  // exact for MyISAM
  EXPECT_GT(table.partitions[0].data_bytes, table.partitions[1].data_bytes);
  EXPECT_EQ(table.partitions[1].rows_estimate, 1U);
}

TEST_P(SourceCatalogOfServer, PartitionsHaveTheirComments) {
  database.execute(
      "CREATE TABLE t (id INT, h INT) PARTITION BY RANGE (id) SUBPARTITION BY HASH (h) (PARTITION "
      "a VALUES LESS THAN (10) COMMENT 'one' (SUBPARTITION a0, SUBPARTITION a1), PARTITION b "
      "VALUES LESS THAN (20) (SUBPARTITION b0 COMMENT 'left', SUBPARTITION b1 COMMENT 'right'), "
      "PARTITION c VALUES LESS THAN MAXVALUE (SUBPARTITION c0, SUBPARTITION c1))");

  const SourceTable table = table_of(database);

  ASSERT_EQ(table.partitions.size(), 3U);
  EXPECT_EQ(table.partitions[0].comment, "one");
  EXPECT_EQ(table.partitions[1].comment, "left; right");
  EXPECT_EQ(table.partitions[2].comment, "");
}

TEST_P(SourceCatalogOfServer, LongCommentsOfPartitionsAreWhole) {
  std::string first, second;
  for (int i = 0; i < 30; ++i) first += "Größe ";
  second = first + "it's \\ the other";
  database.execute("CREATE TABLE t (id INT COMMENT 'x') COMMENT = '" + first +
                   "' PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (10) COMMENT '" +
                   first +
                   "', PARTITION b VALUES LESS THAN (20) COMMENT 'b', PARTITION c VALUES "
                   "LESS THAN (30) COMMENT '" +
                   first + "it''s \\\\ the other')");

  const SourceTable table = table_of(database);

  ASSERT_EQ(table.partitions.size(), 3U);
  EXPECT_EQ(table.partitions[0].comment, first);
  EXPECT_EQ(table.partitions[1].comment, "b");
  EXPECT_EQ(table.partitions[2].comment, second);
}

TEST_P(SourceCatalogOfServer, TableWithoutPartitionsHasNone) {
  database.execute("CREATE TABLE t (id INT)");

  EXPECT_THAT(table_of(database).partitions, IsEmpty());
}

// ---- engines

TEST_P(SourceCatalogOfServer, EnginesTellWhetherTheyHaveTransactions) {
  for (const char* engine : {"InnoDB", "MyISAM", "MEMORY", "ARCHIVE", "CSV"}) {
    if (std::string(engine) == "ARCHIVE" && std::string(GetParam()) == mariadb) continue;
    database.execute("CREATE TABLE " + std::string(engine) + " (a INT NOT NULL) ENGINE=" + engine);
  }

  for (const SourceTable& table : catalog_of(database).tables) {
    EXPECT_EQ(table.engine, table.name);
    EXPECT_EQ(table.transactional, table.name == "InnoDB") << table.name;
  }
  EXPECT_EQ(catalog_of(database).tables.size(), std::string(GetParam()) == mariadb ? 4U : 5U);
}

TEST(SourceCatalogOfMariadb, AriaIsNoSnapshotEngine) {
  SourceDatabase database(mariadb);
  database.execute("CREATE TABLE t (a INT) ENGINE=Aria TRANSACTIONAL=1");

  EXPECT_FALSE(table_of(database).transactional);
}

TEST_P(SourceCatalogOfServer, SizesOfMyisamAreExact) {
  database.execute("CREATE TABLE t (a CHAR(100) NOT NULL) ENGINE=MyISAM CHARSET latin1");
  database.execute("INSERT INTO t VALUES ('x'), ('y'), ('z')");

  const SourceTable table = table_of(database);

  EXPECT_EQ(table.rows_estimate, 3U);
  EXPECT_EQ(table.data_bytes, 303U);
}

// ---- what is no table

TEST(SourceCatalogOfMariadb, SystemVersionedTableIsATable) {
  SourceDatabase database(mariadb);
  database.execute("CREATE TABLE t (a INT) WITH SYSTEM VERSIONING");
  database.execute(
      "CREATE TABLE u (a INT, b TIMESTAMP(6) GENERATED ALWAYS AS ROW START, e TIMESTAMP(6) "
      "GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME(b, e)) WITH SYSTEM VERSIONING");

  const SourceCatalog catalog = catalog_of(database);

  EXPECT_THAT(names_of(find(catalog, "t").columns), ElementsAre("a"));
  EXPECT_THAT(names_of(find(catalog, "u").columns), ElementsAre("a", "b", "e"));
  EXPECT_NE(find(find(catalog, "u"), "b").generated, Generated::none);
  ASSERT_EQ(catalog.extras.size(), 2U);  // the rows of the past, which are not copied
  EXPECT_EQ(catalog.extras[0].kind, "history");
}

TEST(SourceCatalogOfMariadb, SequencesAreReadWithTheirNextValue) {
  SourceDatabase database(mariadb);
  database.execute("CREATE SEQUENCE s START WITH 5");
  database.execute("CREATE TABLE t (a INT DEFAULT NEXTVAL(s))");

  const SourceCatalog catalog = catalog_of(database);

  ASSERT_EQ(catalog.tables.size(), 1U);
  ASSERT_EQ(catalog.sequences.size(), 1U);
  EXPECT_EQ(catalog.sequences[0].name, "s");
  EXPECT_EQ(catalog.sequences[0].next, 5);
  EXPECT_THAT(default_of(find(catalog, "t"), "a"), HasSubstr("expression nextval("));
}

TEST_P(SourceCatalogOfServer, ViewsTriggersRoutinesAndEventsAreNamed) {
  database.execute("CREATE TABLE t (a INT)");
  database.execute("CREATE VIEW v AS SELECT a + 1 AS b FROM t");
  database.execute("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1");
  database.execute("CREATE PROCEDURE p() SELECT 1");
  database.execute("CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 2");
  database.execute("CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 3");

  const SourceCatalog catalog = catalog_of(database);

  ASSERT_EQ(catalog.tables.size(), 1U);
  std::vector<std::string> extras;
  for (const SourceExtra& extra : catalog.extras) {
    EXPECT_EQ(extra.database, database.name());
    extras.push_back(extra.kind + " " + extra.name);
  }
  EXPECT_THAT(extras, testing::UnorderedElementsAre("view v", "trigger tr", "procedure p",
                                                    "function f", "event e"));
  const auto trigger = std::find_if(catalog.extras.begin(), catalog.extras.end(),
                                    [](const auto& extra) { return extra.kind == "trigger"; });
  EXPECT_EQ(trigger->definition,
            "CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a = 1");
}

TEST_P(SourceCatalogOfServer, RoutinesAndEventsHaveTheirWholeText) {
  database.execute("CREATE PROCEDURE p(IN a INT, OUT b VARCHAR(5)) READS SQL DATA SELECT 1");
  database.execute("CREATE FUNCTION p(n INT) RETURNS BIGINT DETERMINISTIC RETURN n");
  database.execute("CREATE EVENT e ON SCHEDULE AT '2037-01-02 03:04:05' DISABLE DO SELECT 3");

  std::vector<std::string> texts;
  for (const SourceExtra& extra : catalog_of(database).extras) {
    // The width of an integer is not told by every server.
    texts.push_back(std::regex_replace(extra.definition, std::regex("int\\(\\d+\\)"), "int"));
  }

  EXPECT_THAT(texts,
              testing::UnorderedElementsAre(
                  "CREATE PROCEDURE `p`(IN `a` int, OUT `b` varchar(5)) READS SQL DATA SELECT 1",
                  "CREATE FUNCTION `p`(`n` int) RETURNS bigint DETERMINISTIC RETURN n",
                  "CREATE EVENT `e` ON SCHEDULE AT '2037-01-02 03:04:05' DISABLE DO SELECT 3"));
}

TEST_P(SourceCatalogOfServer, ViewThatIsBrokenIsNamedToo) {
  database.execute("CREATE TABLE t (a INT)");
  database.execute("CREATE VIEW v AS SELECT a FROM t");
  database.execute("DROP TABLE t");

  const SourceCatalog catalog = catalog_of(database);

  EXPECT_THAT(catalog.tables, IsEmpty());
  ASSERT_EQ(catalog.extras.size(), 1U);
  EXPECT_EQ(catalog.extras[0].name, "v");
}

TEST_P(SourceCatalogOfServer, TemporaryTablesAreNobodysBusiness) {
  database.execute("CREATE TEMPORARY TABLE t (a INT)");

  EXPECT_THAT(catalog_of(database).tables, IsEmpty());
}

// ---- which databases, and at what cost

TEST_P(SourceCatalogOfServer, DatabasesAreTheAccountsOwn) {
  database.execute("CREATE TABLE seen (a INT)");
  database.execute("CREATE TABLE hidden (a INT)");
  const SourceDatabase other(GetParam());
  SourceAccount account(GetParam());
  account.grant("SELECT ON " + database("seen"));
  Connection connection(account.endpoint());

  EXPECT_THAT(read_databases(connection), ElementsAre(database.name()));
  const SourceCatalog catalog = read_catalog(connection, {database.name(), other.name()});
  ASSERT_EQ(catalog.tables.size(), 1U);
  EXPECT_EQ(catalog.tables[0].name, "seen");
  EXPECT_EQ(catalog.tables[0].columns.size(), 1U);
}

TEST_P(SourceCatalogOfServer, DatabasesOfTheServerAreLeftOut) {
  const auto databases = read_databases(database.admin());

  EXPECT_THAT(databases, testing::Contains(database.name()));
  for (const char* own : {"mysql", "information_schema", "performance_schema", "sys"}) {
    EXPECT_THAT(databases, testing::Not(testing::Contains(own)));
  }
}

TEST_P(SourceCatalogOfServer, DatabaseNamesMayHoldAnything) {
  const std::string name = database.name() + " `it's\" \\ é";
  database.execute("CREATE DATABASE " + quote_identifier(name));
  database.execute("CREATE TABLE " + quote_identifier(name) + ".t (a INT)");

  const SourceCatalog catalog = read_catalog(database.admin(), {name});
  database.execute("DROP DATABASE " + quote_identifier(name));

  ASSERT_EQ(catalog.tables.size(), 1U);
  EXPECT_EQ(catalog.tables[0].database, name);
}

TEST_P(SourceCatalogOfServer, TablesComeByDatabaseAndName) {
  SourceDatabase other(GetParam());
  for (const char* table : {"b", "a", "B"}) {
    database.execute("CREATE TABLE " + std::string(table) + " (x INT, y INT, PRIMARY KEY (x, y))");
    other.execute("CREATE TABLE " + std::string(table) + " (x INT)");
  }

  const SourceCatalog catalog =
      read_catalog(database.admin(), {other.name(), database.name(), "no_such_database"});

  ASSERT_EQ(catalog.tables.size(), 6U);
  std::vector<std::string> names;
  for (const SourceTable& table : catalog.tables) {
    names.push_back(table.full_name());
    const bool ours = table.database == database.name();
    EXPECT_EQ(table.columns.size(), ours ? 2U : 1U) << table.full_name();
    EXPECT_EQ(table.indexes.size(), ours ? 1U : 0U) << table.full_name();
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_P(SourceCatalogOfServer, NoDatabaseIsNoTable) {
  EXPECT_THAT(read_catalog(database.admin(), {}).tables, IsEmpty());
}

std::uint64_t questions_of(Connection& connection) {
  return std::stoull(connection.query("SHOW SESSION STATUS LIKE 'Questions'").at(0).at(1).text);
}

TEST_P(SourceCatalogOfServer, AThousandTablesCostNoMoreQueriesThanOne) {
  database.execute(
      "CREATE TABLE t0 (id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(10) DEFAULT 'x', KEY k (a)) "
      "ENGINE=MyISAM");
  Connection& connection = database.admin();
  const std::uint64_t before = questions_of(connection);
  read_catalog(connection, {database.name()});
  const std::uint64_t of_one = questions_of(connection) - before;

  constexpr int n_tables = 1000;
  for (int i = 1; i < n_tables; ++i) {
    database.execute("CREATE TABLE t" + std::to_string(i) + " LIKE t0");
  }
  const std::uint64_t between = questions_of(connection);
  const SourceCatalog catalog = read_catalog(connection, {database.name()});
  const std::uint64_t of_all = questions_of(connection) - between;

  EXPECT_EQ(of_all, of_one);
  EXPECT_LT(of_one, 20U);
  ASSERT_EQ(catalog.tables.size(), static_cast<std::size_t>(n_tables));
  for (const SourceTable& table : catalog.tables) {
    EXPECT_EQ(table.columns.size(), 2U) << table.name;
    EXPECT_EQ(table.indexes.size(), 2U) << table.name;
  }
}

}  // namespace
}  // namespace millrace::mysql
