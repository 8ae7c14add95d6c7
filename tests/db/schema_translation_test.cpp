#include "operators/schema_translation.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/mysql/catalog.h"
#include "io/mysql/connection.h"
#include "io/postgres/connection.h"
#include "io/postgres/ddl.h"
#include "tests/support/test_servers.h"

// Schemas of real servers, translated, must be taken by a real target as they are: the pure tests
// pin what is said, these that it can be said.

namespace millrace {
namespace {

/// A database of the source and its schema in the target, both gone with the test.
class Move {
 public:
  explicit Move(const std::string& source_variable)
      : source_(server_of(source_variable, Side::source)),
        target_(server_of("MILLRACE_POSTGRES15", Side::target), "millrace test"),
        name_(free_name("translation")) {
    source_.execute("CREATE DATABASE " + name_);
    source_.execute("USE " + name_);
  }
  ~Move() {
    source_.execute("DROP DATABASE " + name_);
    target_.execute("DROP SCHEMA IF EXISTS " + name_ + " CASCADE");
  }
  Move(const Move&) = delete;
  Move& operator=(const Move&) = delete;

  mysql::Connection& source() { return source_; }
  postgres::Connection& target() { return target_; }
  const std::string& name() const { return name_; }
  /// `relation` within the target's schema.
  std::string in_target(const std::string& relation) const {
    return postgres::quote_qualified(name_, relation);
  }

  /// Translate what the source holds and make all of it in the target, as a migration would.
  Translation make() {
    Translation translation = translate(mysql::read_catalog(source_, {name_}), {});
    std::vector<std::string> statements{postgres::create_schema(name_)};
    for (const TargetEnum& type : translation.enums) {
      statements.push_back(postgres::create_enum(type));
    }
    for (const TranslatedTable& table : translation.tables) add_table(table.target, statements);
    for (const TranslatedTable& table : translation.tables) add_keys(table.target, statements);
    target_.execute(statements);
    return translation;
  }

  std::string target_value(const std::string& sql) {
    const postgres::Cell cell = target_.query(sql).at(0).at(0);
    return cell.null ? "NULL" : cell.text;
  }

 private:
  static void add_table(const TargetTable& table, std::vector<std::string>& statements) {
    statements.push_back(postgres::create_table(table));
    for (std::string& partition : postgres::create_partitions(table)) {
      statements.push_back(std::move(partition));
    }
    for (std::string& comment : postgres::comments(table)) statements.push_back(std::move(comment));
    for (const TargetIndex& index : table.indexes) {
      if (index.primary && !table.partition_by.empty()) {
        statements.push_back(postgres::add_primary_key(table, index));
        continue;
      }
      statements.push_back(postgres::create_index(table, index));
      if (index.primary) statements.push_back(postgres::promote_primary_key(table, index));
    }
    statements.push_back(postgres::restart_identity(table));
  }
  static void add_keys(const TargetTable& table, std::vector<std::string>& statements) {
    for (const TargetForeignKey& key : table.foreign_keys) {
      statements.push_back(postgres::add_foreign_key_not_valid(table, key));
      statements.push_back(postgres::validate_foreign_key(table, key));
    }
  }

  mysql::Connection source_;
  postgres::Connection target_;
  std::string name_;
};

/// A column's definition in the source, and its default's value in the target, as text.
struct DefaultCase {
  std::string definition;
  std::string value;
};

/// Make a table of one column per case, insert a row of defaults, compare each value.
void expect_defaults(const std::string& source_variable, const std::vector<DefaultCase>& cases) {
  Move move(source_variable);
  std::string columns;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    columns += (i == 0 ? "c" : ", c") + std::to_string(i) + " " + cases[i].definition;
  }
  move.source().execute("CREATE TABLE t (" + columns + ") CHARACTER SET utf8");

  move.make();

  move.target().execute("INSERT INTO " + move.in_target("t") + " DEFAULT VALUES");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string column = "c" + std::to_string(i);
    EXPECT_EQ(move.target_value("SELECT " + column + "::text FROM " + move.in_target("t")),
              cases[i].value)
        << cases[i].definition;
  }
}

std::vector<std::string> topics_and_places(const Translation& translation) {
  std::vector<std::string> lines;
  for (const TranslationNote& note : translation.notes) {
    const std::size_t dot = note.where.find('.');
    lines.push_back(note.topic + " " + note.where.substr(dot == std::string::npos ? 0 : dot + 1));
  }
  return lines;
}

const std::vector<DefaultCase> defaults_of_every_server{
    {"int DEFAULT -17", "-17"},
    {"int unsigned DEFAULT 4294967294", "4294967294"},
    {"int(8) zerofill DEFAULT 42", "42"},
    {"bigint unsigned DEFAULT 18446744073709551615", "18446744073709551615"},
    {"tinyint(1) DEFAULT 1", "true"},
    {"tinyint(1) NOT NULL DEFAULT '0'", "false"},
    {"decimal(10,2) DEFAULT 0", "0.00"},
    {"double DEFAULT 1.5e-7", "1.5e-07"},
    {"float DEFAULT -0.5", "-0.5"},
    {"bit(1) DEFAULT b'1'", "true"},
    {"bit(8) DEFAULT b'101'", "00000101"},
    {"varchar(20) DEFAULT 'it''s a \\\\ é'", "it's a \\ é"},
    {"varchar(20) NOT NULL DEFAULT ''", ""},
    {"varchar(20) DEFAULT 'NULL'", "NULL"},
    {"varchar(30) DEFAULT 'CURRENT_TIMESTAMP'", "CURRENT_TIMESTAMP"},
    {"char(4) DEFAULT 'ab'", "ab"},
    {"binary(3) DEFAULT 'a'", "\\x610000"},
    {"varbinary(9) DEFAULT 'a'", "\\x61"},
    {"enum('a','b c','it''s') DEFAULT 'it''s'", "it's"},
    {"enum('','a') DEFAULT ''", ""},
    {"set('a','b','c') DEFAULT 'a,c'", "{a,c}"},
    {"set('a','b','c') NOT NULL DEFAULT ''", "{}"},
    {"date DEFAULT '2020-02-29'", "2020-02-29"},
    {"date DEFAULT '0000-00-00'", "NULL"},
    {"date DEFAULT '0000-05-05'", "0001-05-05 BC"},
    {"datetime DEFAULT '0009-12-04 01:02:03'", "0009-12-04 01:02:03"},
    {"datetime DEFAULT '9999-12-31 23:59:59'", "9999-12-31 23:59:59"},
    {"datetime(3) DEFAULT '2000-01-01 05:00:00.250'", "2000-01-01 05:00:00.25"},
    {"timestamp NULL DEFAULT '2000-01-01 05:00:00'", "2000-01-01 05:00:00+00"},
    {"time DEFAULT '-838:59:59'", "-838:59:59"},
    {"time(2) DEFAULT '12:34:56.78'", "12:34:56.78"},
    {"year DEFAULT 2000", "2000"},
    {"int DEFAULT NULL", "NULL"},
    {"int", "NULL"},
};

TEST(SchemaTranslationOnServers, DefaultsOfMariadbKeepTheirValues) {
  expect_defaults("MILLRACE_MARIADB", defaults_of_every_server);
}

TEST(SchemaTranslationOnServers, DefaultsOfMysql56KeepTheirValues) {
  expect_defaults("MILLRACE_MYSQL56", defaults_of_every_server);
}

TEST(SchemaTranslationOnServers, DefaultsThatOnlyMariadbHasKeepTheirValues) {
  expect_defaults("MILLRACE_MARIADB", {
                                          {"text DEFAULT 'long'", "long"},
                                          {"blob DEFAULT 'abc'", "\\x616263"},
                                          {"json DEFAULT '{\"a\": [1, 2]}'", "{\"a\": [1, 2]}"},
                                          {"json DEFAULT (json_object())", "{}"},
                                          {"int DEFAULT (1 + 2 * 3)", "7"},
                                          {"varchar(20) DEFAULT (concat('a', 'b'))", "ab"},
                                          {"varchar(20) DEFAULT (upper('x'))", "X"},
                                          {"uuid DEFAULT '00112233-4455-6677-8899-aabbccddeeff'",
                                           "00112233-4455-6677-8899-aabbccddeeff"},
                                          {"inet6 DEFAULT '::1'", "::1/128"},
                                          {"bigint DEFAULT (crc32('x'))", "NULL"},
                                      });
}

TEST(SchemaTranslationOnServers, ClocksTick) {
  Move move("MILLRACE_MARIADB");
  move.source().execute(
      "CREATE TABLE t (a timestamp DEFAULT CURRENT_TIMESTAMP, b datetime(3) DEFAULT now(3), "
      "c date DEFAULT (curdate()), d datetime DEFAULT (now() + interval 1 day), "
      "e int DEFAULT (unix_timestamp()), f time DEFAULT (curtime()), "
      "g char(36) DEFAULT (uuid()), h uuid DEFAULT (uuid()), "
      "i binary(16) DEFAULT (unhex(replace(uuid(), '-', ''))), j datetime DEFAULT "
      "(utc_timestamp()))");

  move.make();

  const std::string t = move.in_target("t");
  move.target().execute("INSERT INTO " + t + " DEFAULT VALUES");
  EXPECT_EQ(move.target_value("SELECT abs(extract(epoch FROM now() - a)) < 60 AND "
                              "abs(extract(epoch FROM now() - b)) < 60 AND "
                              "abs(current_date - c) < 2 AND "
                              "abs(extract(epoch FROM now() + interval '1 day' - d)) < 60 AND "
                              "abs(extract(epoch FROM now()) - e) < 60 AND f IS NOT NULL AND "
                              "length(g) = 36 AND h IS NOT NULL AND length(i) = 16 AND "
                              "abs(extract(epoch FROM now() - j)) < 60 FROM " +
                              t),
            "t");
}

// ---- keys and names

TEST(SchemaTranslationOnServers, SlurmsTrapsAreTaken) {
  Move move("MILLRACE_MARIADB");
  move.source().execute(
      "CREATE TABLE `c-1_job_table` (job_db_inx bigint unsigned NOT NULL AUTO_INCREMENT, "
      "mod_time bigint unsigned NOT NULL DEFAULT 0, account tinytext, `partition` tinytext NOT "
      "NULL, "
      "id_array_task int unsigned NOT NULL DEFAULT 4294967294, id_job int unsigned NOT NULL, "
      "time_submit bigint unsigned NOT NULL DEFAULT 0, sluid bigint unsigned NOT NULL DEFAULT 0, "
      "wckey tinytext NOT NULL DEFAULT '', PRIMARY KEY (job_db_inx), "
      "UNIQUE INDEX (id_job, time_submit), KEY old_tuple (id_job, time_submit, account(42)), "
      "KEY `partition` (`partition`(42))) AUTO_INCREMENT = 1001");
  move.source().execute(
      "CREATE TABLE `c-1_event_table` (node_name tinytext NOT NULL, time_start bigint unsigned NOT "
      "NULL, reason_uid int unsigned NOT NULL DEFAULT 4294967294, PRIMARY KEY (node_name(42), "
      "time_start))");

  const Translation translation = move.make();

  EXPECT_THAT(
      topics_and_places(translation),
      testing::UnorderedElementsAre("type c-1_job_table.job_db_inx", "collation " + move.name(),
                                    "index c-1_event_table", "index c-1_event_table",
                                    "index c-1_job_table", "index c-1_job_table"));
  const std::string jobs = move.in_target("c-1_job_table");
  EXPECT_EQ(move.target_value("INSERT INTO " + jobs +
                              " (\"partition\", id_job) VALUES ('p', 1) RETURNING job_db_inx"),
            "1001");
}

TEST(SchemaTranslationOnServers, NamesOfEveryKindAreTaken) {
  Move move("MILLRACE_MARIADB");
  const std::string longest = "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé123";
  move.source().execute(
      "CREATE TABLE `a\"b.c d'e``f` (`select` int, `xmin` int, `" + longest +
      "` enum('x') COMMENT 'it''s', `q\"q` enum('y'), INDEX `select` (`select`), INDEX `" +
      longest + "` (`xmin`)) COMMENT 'a \\\\ and a ''quote'''");
  move.source().execute("CREATE TABLE `" + longest + "` (id int AUTO_INCREMENT PRIMARY KEY)");
  move.source().execute("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, e enum('a'))");
  move.source().execute("CREATE TABLE t_id_seq (t_pkey int, INDEX t_pkey (t_pkey))");
  move.source().execute("CREATE TABLE t_e (t_e int, INDEX t_e (t_e))");

  move.make();

  EXPECT_EQ(
      move.target_value("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                        "'" +
                        move.name() + "'::regnamespace"),
      "5");
  EXPECT_EQ(move.target_value("SELECT obj_description('" + move.in_target("a\"b.c d''e`f") +
                              "'::regclass)"),
            "a \\ and a 'quote'");
}

TEST(SchemaTranslationOnServers, ForeignKeysOfManyShapesAreTaken) {
  Move move("MILLRACE_MARIADB");
  move.source().execute(
      "CREATE TABLE pool (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, kind enum('cpu','gpu') "
      "NOT "
      "NULL, rack smallint unsigned, name varchar(40) NOT NULL, UNIQUE (kind, name), KEY (rack))");
  move.source().execute(
      "CREATE TABLE host (pool_id bigint unsigned NOT NULL, slot int NOT NULL, kind "
      "enum('cpu','gpu') NOT NULL, pool_name varchar(40) NOT NULL, rack smallint unsigned, PRIMARY "
      "KEY (pool_id, slot), "
      "CONSTRAINT host_pool FOREIGN KEY (pool_id) REFERENCES pool (id) ON DELETE CASCADE, "
      "CONSTRAINT host_kind FOREIGN KEY (kind, pool_name) REFERENCES pool (kind, name) ON UPDATE "
      "CASCADE, CONSTRAINT host_rack FOREIGN KEY (rack) REFERENCES pool (rack))");
  move.source().execute(
      "CREATE TABLE work (id int AUTO_INCREMENT PRIMARY KEY, parent int, pool_id bigint unsigned, "
      "slot int, CONSTRAINT work_host FOREIGN KEY (pool_id, slot) REFERENCES host (pool_id, slot) "
      "ON "
      "DELETE SET NULL, CONSTRAINT work_parent FOREIGN KEY (parent) REFERENCES work (id))");

  const Translation translation = move.make();

  EXPECT_EQ(move.target_value(
                "SELECT string_agg(conname || ' ' || confdeltype::text || confupdtype::text, ', ' "
                "ORDER BY conname) FROM pg_constraint WHERE contype = 'f' AND "
                "convalidated AND connamespace = '" +
                move.name() + "'::regnamespace"),
            "host_kind rc, host_pool cr, work_host nr, work_parent rr");
  EXPECT_EQ(move.target_value("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE "
                              "attrelid = '" +
                              move.in_target("work") + "'::regclass AND attname = 'pool_id'"),
            "bigint");
  EXPECT_THAT(topics_and_places(translation), testing::Contains("foreign key host"));
}

TEST(SchemaTranslationOnServers, IndexesOfManyShapesAreTaken) {
  Move move("MILLRACE_MARIADB");
  move.source().execute(
      "CREATE TABLE t (a int NOT NULL, b varchar(100), c text, d blob, e binary(16), g geometry "
      "NOT "
      "NULL, h json, u uuid, v inet6, s set('x','y'), bits bit(9), clock time(3), gen int AS (a + "
      "1) "
      "VIRTUAL, PRIMARY KEY (a DESC), INDEX desc_b (b DESC, a), INDEX prefixes (b(10), c(20), "
      "d(30)), UNIQUE INDEX whole_text (c), UNIQUE INDEX whole_blob (d), INDEX every (e, u, v, s, "
      "bits, clock), INDEX gen (gen), SPATIAL INDEX sp (g), FULLTEXT INDEX ft (b, c))");
  move.source().execute("CREATE TABLE m (a int, INDEX h (a) USING HASH) ENGINE = MEMORY");
  move.source().execute(
      "CREATE TABLE p (id int NOT NULL, y int NOT NULL, PRIMARY KEY (id, y)) PARTITION BY RANGE "
      "(y) "
      "(PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)");

  const Translation translation = move.make();

  EXPECT_EQ(
      move.target_value("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid "
                        "WHERE indisvalid AND relnamespace = '" +
                        move.name() + "'::regnamespace"),
      "11");  // the key of the partitioned table is one of each partition too
  EXPECT_THAT(topics_and_places(translation),
              testing::IsSupersetOf({"index m", "generated column t.gen"}));
}

TEST(SchemaTranslationOnServers, EnumOfLongLabelsIsTakenAsACheck) {
  Move move("MILLRACE_MARIADB");
  move.source().execute("CREATE TABLE t (e enum('" + std::string(64, 'a') +
                        "','it''s') DEFAULT 'it''s')");

  move.make();

  const std::string t = move.in_target("t");
  EXPECT_EQ(move.target_value("INSERT INTO " + t + " DEFAULT VALUES RETURNING e"), "it's");
  EXPECT_THROW(move.target().execute("INSERT INTO " + t + " VALUES ('b')"), Error);
}

TEST(SchemaTranslationOnServers, IdentityThatIsUsedUpFailsAsInTheSource) {
  Move move("MILLRACE_MARIADB");
  move.source().execute("CREATE TABLE t (id smallint AUTO_INCREMENT PRIMARY KEY)");
  move.source().execute("INSERT INTO t VALUES (32767)");

  move.make();

  const std::string t = move.in_target("t");
  move.target().execute("INSERT INTO " + t + " VALUES (32767)");
  EXPECT_THROW(move.source().execute("INSERT INTO t VALUES (NULL)"), Error);
  EXPECT_THROW(move.target().execute("INSERT INTO " + t + " DEFAULT VALUES"), Error);
}

TEST(SchemaTranslationOnServers, TwoThousandTablesAreTranslatedInAnInstant) {
  SourceCatalog catalog;
  for (int i = 0; i < 2000; ++i) {
    SourceTable& table = catalog.tables.emplace_back();
    table.database = "farm";
    table.name = "job_" + std::to_string(10000 + i);
    for (const char* name : {"id", "pid", "state"}) {
      SourceColumn& column = table.columns.emplace_back();
      column.name = name;
      column.type = SourceType::integer;
    }
    SourceIndex& index = table.indexes.emplace_back();
    index.name = "pid";
    index.parts.emplace_back().column = "pid";
  }

  const Translation translation = translate(catalog, {});

  EXPECT_EQ(translation.tables.size(), 2000U);
  EXPECT_EQ(translation.tables.back().target.indexes.at(0).name, "job_11999_pid");
}

}  // namespace
}  // namespace millrace
