#!/usr/bin/env python3
"""extract and load, one after the other, make what migrate makes: the same schema and the same rows."""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))

from fault_test_case import (BAD_REQUEST, COMPLETE, FaultTestCase, Mysql, OneTableTestCase, Postgres,
                             variable)
from clients import plain_environment, postgres_client


def dump_of(target, database):
    """Everything that is in a database but the ledger, as pg_dump writes it; rows have no order."""
    command = [postgres_client("pg_dump"), "--exclude-schema=millrace", "--host=127.0.0.1", f"--port={target.port}",
               f"--username={target.user}", f"--dbname={database}"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, errors="surrogateescape",
                          env=plain_environment(PGPASSWORD=target.password))
    # pg_dump of late releases prints a random word against psql's meta-commands.
    return sorted(line for line in done.stdout.splitlines()
                  if not line.startswith(("\\restrict", "\\unrestrict")))


class RoundTripTestCase(FaultTestCase):
    """Cases of this folder, under names of their own."""

    maxDiff = 4000

    def setUp(self):
        super().setUp()
        self.source = Mysql(variable("MILLRACE_MARIADB"))
        self.target = Postgres(variable("MILLRACE_POSTGRES15"))
        self.direct, self.loaded = f"{self.database[:55]}_direct", f"{self.database[:55]}_loaded"
        for database in (self.direct, self.loaded):
            self.addCleanup(self.target.drop_database, database)
            self.target.create_database(database)

    def done(self, *words):
        outcome = self.program.run(*words, "--progress", "none")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_no_secret(outcome)
        return outcome

    def round_trip(self, case, *extract_words):
        folder = HERE / "cases" / case
        prefix = f"trip_{case}"
        self.addCleanup(self.source.drop_databases, prefix)
        self.source.drop_databases(prefix)
        for name in ("source.sql", "source.mariadb.sql"):
            if (folder / name).exists():
                self.source.run((folder / name).read_text().replace("e2e_", "trip_"))
        job = self.folder / "job.toml"
        job.write_text((folder / "job.toml").read_text().replace("e2e_", "trip_"))
        archive = self.folder / "archive"
        self.done("migrate", self.source.url(), self.target.url(self.direct), "--job", job)
        self.done("extract", self.source.url(), archive, "--job", job, *extract_words)
        self.assertEqual(self.program.run("archive", "verify", archive).code, COMPLETE)
        self.source.drop_databases(prefix)
        loaded = self.done("load", archive, self.target.url(self.loaded))
        self.assertRegex(loaded.stdout, r"(?m)^  proven: [0-9,]+ tables? with [0-9,]+ rows? are, value for value,")
        self.assertNotIn("only counted", loaded.stdout)
        self.assertEqual(dump_of(self.target, self.loaded), dump_of(self.target, self.direct))


class RoundTripOfTypes(RoundTripTestCase):
    def test_every_type(self):
        self.round_trip("types")

    def test_types_that_only_mariadb_has(self):
        self.round_trip("mariadb_types")

    def test_switches_of_the_types(self):
        self.round_trip("switches_other")

    def test_indexes(self):
        self.round_trip("indexes")

    def test_foreign_keys(self):
        self.round_trip("foreign_keys")


class RoundTripOfShapes(RoundTripTestCase):
    def test_tables_in_groups(self):
        self.round_trip("tiny_tables")

    def test_tables_in_many_chunks(self):
        self.round_trip("chunks", "--chunk-bytes", "100KiB", "--compression", "9")

    def test_rows_of_many_megabytes(self):
        self.round_trip("large_rows")

    def test_odd_names(self):
        self.round_trip("quoting")

    def test_columns_and_defaults(self):
        self.round_trip("columns")

    def test_schemas_under_other_names(self):
        self.round_trip("databases")

    def test_partitions(self):
        self.round_trip("partitions")


class LoadOptions(OneTableTestCase):
    """What load decides by itself."""

    def setUp(self):
        super().setUp()
        self.fill("create table parent (id int primary key) engine=innodb; insert into parent values (1);"
                  "create table child (id int primary key, parent int, constraint to_parent foreign key"
                  " (parent) references parent (id)) engine=innodb; insert into child values (5, 1);")
        self.archive = self.folder / "archive"
        outcome = self.program.run("extract", self.source.url(self.database), self.archive,
                                   "--progress", "none")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def load(self, *words):
        return self.program.run("load", self.archive, self.target.url(self.database), "--progress",
                                "none", "--report", "run.json", *words)

    def rows(self, table):
        return self.target.value(f"select count(*) from {self.database}.{table}", self.database)

    def rows_in(self, schema, table):
        return self.target.value(f'select count(*) from "{schema}".{table}', self.database)

    def test_each_half_passes_over_what_a_job_file_says_of_the_other_side(self):
        (self.folder / ".my.cnf").write_text("[no group")
        (self.folder / "job.toml").write_text('[source]\nurl = "mysql://nobody@nowhere"\npassword_file = "none"\n'
                                              '[target]\npassword_file = "none either"\n')
        outcome = self.program.run("extract", self.source.url(self.database), self.folder / "again", "--job", "job.toml",
                                   "--no-defaults", "--progress", "none")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        outcome = self.load("--job", "job.toml")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def test_tables_are_chosen(self):
        outcome = self.load("--include", "t,child")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual([table for _, table in self.tables(self.target, self.database)],
                         ["child", "t"])
        notes = [note["message"] for note in self.program.report()["notes"]]
        self.assertTrue(any("parent, which is left out" in note for note in notes), notes)

    def test_schemas_come_under_other_names_with_all_that_refers_to_them(self):
        self.fill("create table more (id int primary key, mood enum('a', 'b') default 'b', seen timestamp not null"
                  " default current_timestamp on update current_timestamp, check (id > 0)) engine=innodb;"
                  "insert into more (id, mood) values (1, 'a');"
                  "create view moods as select mood, parent from more join child on more.id = child.parent;")
        self.addCleanup(self.fill, "drop view moods")
        self.archive = self.folder / "again"
        outcome = self.program.run("extract", self.source.url(self.database), self.archive, "--progress", "none")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        outcome = self.load("--schema-map", f"{self.database}=Other schema")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertNotIn(self.database, "".join(dump_of(self.target, self.database)))
        self.assertEqual(self.target.value('select mood, parent from "Other schema".moods', self.database), "a|1")
        self.assertEqual(self.rows_in("Other schema", "child"), "1")
        self.assertEqual([name for _, name in self.tables(self.target, self.database)],
                         ["child", "more", "parent", "t"])

    def test_a_schema_that_the_archive_has_not_is_named(self):
        self.assert_says(self.load("--schema-map", "nothing=other"), BAD_REQUEST,
                         "cannot put schema nothing into other: there is none of that name", self.database)
        self.assert_untouched(self.target, self.database)

    def test_what_stands_in_the_way_is_named_and_nothing_touched(self):
        self.target.run(f"create schema {self.database}; create table {self.database}.t (x int)",
                        self.database)
        self.assert_says(self.load(), BAD_REQUEST, r"stands in the target already: .*\.t\b")
        self.assertEqual(len(self.tables(self.target, self.database)), 1)

    def test_rows_are_added_to_tables_of_a_group_that_exist(self):
        self.assertEqual(self.load().code, COMPLETE)
        self.target.run(f"alter table {self.database}.t drop constraint t_pkey", self.database)
        outcome = self.load("--if-exists", "append", "--include", "t")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual((self.rows("t"), self.rows("child")), ("4", "1"))

    def test_rows_go_only_into_some_tables_that_exist(self):
        self.target.run(f"create schema {self.database};"
                        f"create table {self.database}.t (id int primary key, words varchar(20))",
                        self.database)
        outcome = self.load("--if-exists", "truncate")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual((self.rows("t"), self.rows("parent")), ("2", "1"))

    def test_the_report_tells_the_instant_of_the_rows(self):
        self.assertEqual(self.load().code, COMPLETE)
        report = self.program.report()
        self.assertEqual(report["source"], str(self.archive))
        self.assertTrue(report["snapshot"]["method"])
        self.assertIn("MariaDB", report["source_version"])


if __name__ == "__main__":
    unittest.main()
