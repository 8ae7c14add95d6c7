#!/usr/bin/env python3
"""A source whose settings would change what a session reads, and tables that change after they were planned."""

import re
import unittest

from fault_test_case import (BAD_REQUEST, COMPLETE, FaultTestCase, Mysql, OneTableTestCase, OwnServers, Postgres)

ROWS = 5_000


class SourceDefaults(FaultTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = OwnServers("mariadb", "postgres15", "--set", "mariadb.sql_mode=ANSI_QUOTES,PIPES_AS_CONCAT",
                                 "--set", "mariadb.character_set_server=latin1",
                                 "--set", "mariadb.skip_character_set_client_handshake=1")
        cls.addClassCleanup(cls.servers.stop)
        cls.source = Mysql(cls.servers.variables["MILLRACE_MARIADB"])
        cls.target = Postgres(cls.servers.variables["MILLRACE_POSTGRES15"])
        # Of every session from now on, these tests' own too.
        cls.source.run("set global sql_select_limit = 1000; set global autocommit = 0")

    def setUp(self):
        super().setUp()
        self.target.create_database(self.database)
        self.source.run(
            f"set names utf8mb4; create database {self.database}; use {self.database};"
            "create table t (id int primary key, `größe` varchar(20) character set utf8mb4) engine=innodb;"
            f"insert into t select seq, if(seq % 2, 'Köln', 'Bonn') from seq_1_to_{ROWS}; commit")

    def migrate(self, *words):
        return self.program.run("migrate", self.source.url(self.database), self.target.url(self.database),
                                "--progress", "none", *words)

    def migrate_where(self, condition, *words):
        (self.folder / "job.toml").write_text(f"[[table]]\nname = \"t\"\nwhere = '''{condition}'''\n")
        return self.migrate("--job", "job.toml", *words)

    def count(self):
        return self.target.value(f"select count(*) from {self.database}.t", self.database)

    def test_every_row_arrives_past_a_limit_for_select(self):
        outcome = self.migrate()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.count(), str(ROWS))

    def test_a_filter_is_read_in_utf8(self):
        outcome = self.migrate_where("`größe` <> 'Köln'")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.count(), str(ROWS // 2))

    def test_a_filter_in_the_dialect_of_another_sql_mode_is_refused(self):
        for condition, meaning, instead in (
                ("\"id\" > 10", "\" means a text, not a name there", "names in `backticks`"),
                ("id || '' <> '5'", "|| means OR there", r"CONCAT\(\.\.\) or OR")):
            with self.subTest(condition):
                outcome = self.migrate_where(condition)

                self.assert_says(outcome, BAD_REQUEST, re.escape(meaning), instead)
                self.assert_untouched(self.target, self.database)

    def test_signs_within_texts_mean_the_same_in_every_dialect(self):
        outcome = self.migrate_where("""`größe` not in ('a "b" || c', 'it''s "', 'Bonn')""")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.count(), str(ROWS // 2))

    def test_the_end_of_a_run_is_durable_where_commits_are_not(self):
        self.assertEqual(self.migrate().code, COMPLETE)
        self.target.run(
            f"alter database {self.database} set synchronous_commit = off;"
            "create table public.seen (state text, setting text);"
            "create function public.look() returns trigger language plpgsql as $$ begin"
            " insert into public.seen values (new.state, current_setting('synchronous_commit')); return null; end $$;"
            "create trigger look after update on millrace.runs for each row execute function public.look()",
            self.database)

        outcome = self.migrate("--if-exists", "drop")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.target.value("select distinct setting from public.seen where state = 'complete'",
                                           self.database), "on")


class ChangedAfterThePlan(OneTableTestCase):
    """SQL of before_schema runs when the plan is made and the snapshot is not."""

    def assert_refused(self, change):
        for engine in ("innodb", "myisam"):
            with self.subTest(change, engine=engine):
                self.fill(f"drop table if exists days; create table days (id int, day int) engine={engine}"
                          " partition by range (day) (partition p1 values less than (10),"
                          " partition p9 values less than maxvalue); insert into days values (1, 5), (2, 15)")
                outcome = self.migrate("--include", "days", "--if-exists", "drop",
                                       "--sql", f"source:before_schema=alter table `{self.database}`.days {change}")

                self.assert_says(outcome, BAD_REQUEST,
                                 f"columns or partitions were altered .*: {self.database}[.]days", "type the command again without SQL of source:before_schema")

    def test_partitions_that_were_split_are_not_read_by_halves(self):
        self.assert_refused("reorganize partition p9 into (partition p2 values less than (20),"
                            " partition p9 values less than maxvalue)")

    def test_a_column_that_came_is_not_left_out(self):
        self.assert_refused("add column hour int not null default 7")


if __name__ == "__main__":
    unittest.main()
