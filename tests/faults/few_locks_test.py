#!/usr/bin/env python3
"""A target that has room for a few hundred locks in all, and a source of many more tables."""

import json
import os
import signal
import unittest

from fault_test_case import (COMPLETE, FaultTestCase, Locker, Mysql, OwnServers, Postgres, await_still,
                             await_true, variable)

TABLES = 160  # some six locks each: itself, TOAST and its index, a key, an index, a sequence
LOCKS, CONNECTIONS = 10, 20  # 200 places; a transaction of all tables would need five times that


class ManyTables(FaultTestCase):
    """Moves them into a target of its own, with `locks` for each of a few connections."""

    locks = 64

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = OwnServers(
            "postgres15", "--set", f"postgres15.max_locks_per_transaction={cls.locks}",
            "--set", f"postgres15.max_connections={CONNECTIONS}")
        cls.addClassCleanup(cls.servers.stop)
        cls.target = Postgres(cls.servers.variables["MILLRACE_POSTGRES15"])
        cls.source = Mysql(variable("MILLRACE_MARIADB"))

    def setUp(self):
        super().setUp()
        self.target.create_database(self.database)
        self.addCleanup(self.source.run, f"drop database if exists `{self.database}`")
        script = [f"drop database if exists `{self.database}`; create database `{self.database}`;"
                  f" use `{self.database}`;"]
        for n in range(TABLES):
            # Each third table points at the one before: no order of dropping suits all of them.
            key = (f", constraint to_{n} foreign key (other) references few_locks_{(n + 1) % TABLES} (id)"
                   if n % 3 == 0 else "")
            script.append(f"create table few_locks_{n} (id int not null auto_increment primary key, other int,"
                          f" words text, key by_other (other){key}) engine=innodb;"
                          f"insert into few_locks_{n} (words) values ('one'), ('two');")
        self.source.run("set foreign_key_checks = 0;" + "\n".join(script))

    def migrate(self, *words):
        outcome = self.program.run(
            "migrate", self.source.url(self.database), self.target.url(self.database),
            "--progress", "none", "--report", "run.json", *words)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def assert_rows(self, rows):
        tables = self.tables(self.target, self.database)
        self.assertEqual(len(tables), TABLES)
        counts = " + ".join(f"(select count(*) from {schema}.{name})" for schema, name in tables)
        self.assertEqual(self.target.value(f"select {counts}", self.database), str(rows))

    def assert_complete(self, rows):
        self.assert_rows(rows)
        kinds = self.target.value(
            "select string_agg(contype::text || count, ' ' order by contype) from (select contype, count(*)"
            " from pg_constraint where contype in ('f', 'p') and connamespace ="
            f" '{self.database}'::regnamespace group by 1) k", self.database)
        self.assertEqual(kinds, f"f{(TABLES + 2) // 3} p{TABLES}")


class FewLocks(ManyTables):
    locks = LOCKS

    def test_tables_are_made_filled_keyed_and_dropped_in_parts(self):
        self.migrate()
        self.assert_complete(2 * TABLES)
        self.migrate("--if-exists", "drop")
        self.assert_complete(2 * TABLES)

    def test_a_run_that_dies_between_its_parts_goes_on(self):
        """Over a table that stays, while nothing is dropped yet, and when some of it is. SQL that comes before
        the rows makes the run create all tables first."""
        first = ("--sql", "before_data=select 1")
        self.migrate("--include", "few_locks_0")
        for policy, commits in (("truncate", 2), ("drop", 1), ("drop", 4)):
            words = ("--if-exists", policy)
            with self.subTest(policy, commits=commits):
                killed = self.program.run(
                    "migrate", self.source.url(self.database), self.target.url(self.database), *words,
                    *first, MILLRACE_FAULT=f"target_statements.between_commits:{commits}:kill")
                self.assertEqual(killed.code, -9, killed.stderr)
                self.migrate(*words, *first, "--resume")

                self.assert_rows(2 * TABLES)
                self.assertIn("had not made all of its tables",
                              " ".join(note["message"] for note in self.program.report()["notes"]))
        self.assert_complete(2 * TABLES)

    def test_a_run_that_goes_on_while_another_process_waits_for_it_is_not_begun_anew(self):
        """Its tables are not all made when the other sees it first, and hold rows when the other has it."""
        words = ("--if-exists", "drop", "--sql", "before_data=select 1")
        of_migrate = ("migrate", self.source.url(self.database), self.target.url(self.database), "--progress", "none")
        self.migrate()
        with self.program.start(*of_migrate, *words, MILLRACE_FAULT="target_statements.between_commits:4:stop,"
                                "writer.after_commit:1:kill") as first:
            await_still(first)
            with self.program.start(*of_migrate, *words, "--resume", "--report", "run.json") as second:
                await_true(lambda: self.target.value(
                    f"select count(*) from pg_stat_activity where datname = '{self.database}' and"
                    " application_name = 'millrace control' and wait_event = 'advisory'") == "1", "it waits")
                self.assertEqual(self.target.value("select phase from millrace.runs where run = 2", self.database),
                                 "prepare")
                first.send_signal(signal.SIGCONT)
                _, said = second.communicate(timeout=60)
            first.communicate(timeout=60)

        self.assertEqual((first.returncode, second.returncode), (-9, COMPLETE), said)
        (note,) = [note["message"] for note in self.program.report()["notes"] if note["topic"] == "resumed"]
        self.assertRegex(note, "^run 2, with [1-9][0-9]* of .* chunks stored; the source is what it was")
        self.assert_complete(2 * TABLES)

    def next_value(self):
        return self.target.value(f"select nextval('{self.database}.counter')", self.database)

    def test_a_sequence_that_moved_on_after_the_plan_goes_on_behind_it(self):
        """It is made anew in a later transaction than the first, which only drops."""
        self.source.run(f"use `{self.database}`; create sequence counter nocache")
        self.migrate()
        self.assertEqual(self.next_value(), "1")
        self.migrate("--if-exists", "drop", "--sql",
                     f"source:before_schema=select setval(`{self.database}`.counter, 500)")

        self.assertEqual(self.next_value(), "501")

    def test_a_sequence_that_a_dead_run_made_is_moved_on_and_never_back(self):
        self.source.run(f"use `{self.database}`; create sequence counter nocache")
        words = ("--if-exists", "truncate", "--sql", "before_data=select 1")
        for of_target, wanted in ((None, "501"), (900, "901")):
            with self.subTest(of_target):
                self.target.create_database(self.database)
                killed = self.program.run(
                    "migrate", self.source.url(self.database), self.target.url(self.database), *words,
                    MILLRACE_FAULT="target_statements.between_commits:1:kill")
                self.assertEqual(killed.code, -9, killed.stderr)
                self.source.run(f"select setval(`{self.database}`.counter, 500)")
                if of_target:
                    self.target.run(f"select setval('{self.database}.counter', {of_target})", self.database)
                self.migrate(*words, "--resume")

                self.assertEqual(self.next_value(), wanted)

    def test_a_schema_is_made_in_parts(self):
        self.migrate("--schema-only")
        self.assert_complete(0)

    def test_the_source_gets_its_metadata_locks_back_after_each_group(self):
        read = 120  # of the tables, when the run is held still; groups have a few tables each
        held = Locker.of_source(self.source, f"begin; select id from `{self.database}`.few_locks_3")
        held.await_held()
        self.addCleanup(held.release)
        words = ("migrate", self.source.url(self.database), self.target.url(self.database),
                 "--progress", "none", "--readers", "1", "--writers", "1")
        with self.program.start(*words, MILLRACE_FAULT=f"reader.before_table:{read + 1}:stop") as process:
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            self.assertTrue(os.WIFSTOPPED(status), f"the run ended: {status}")
            transactions = self.source.value(
                "select count(*) from information_schema.innodb_trx t join information_schema.processlist p"
                f" on p.id = t.trx_mysql_thread_id where p.db = '{self.database}'")
            self.assertNotEqual(transactions, "0", "the run has no snapshot any more")

            locked = self.locked_tables()

            def few_are_locked():
                """The snapshot of another run on the server may lock all of it for a moment."""
                locked.intersection_update(self.locked_tables())
                return len(locked) < read // 2
            await_true(few_are_locked, "tables of groups that are done stay locked")

        self.assertIn("3", locked, "a lock that is held was not seen")
        self.assertLess(len(locked), read // 2, "tables of groups that are done stay locked")

    def locked_tables(self):
        """The tables that another session's ALTER waits for: somebody has read them in a transaction."""
        return set(self.source.run(f"""use `{self.database}`;
delimiter //
            begin not atomic
              declare n int default 0;
              declare continue handler for 1205 select n;
              while n < {TABLES} do
                execute immediate concat('alter table few_locks_', n, ' nowait comment = "altered"');
                set n = n + 1;
              end while;
            end//""").split())


class LocksOfOthers(ManyTables):
    """What the settings promise is there, but another session has taken nearly all of it."""

    def take_all_locks_but(self, left):
        other = Locker.of_target(self.target, self.database, f"""
            do $$ begin
              for i in 1..1000000 loop perform pg_advisory_lock(i); end loop;
            exception when out_of_memory then null;
            end $$;
            select count(pg_advisory_unlock(i)) from generate_series(1, {left}) i""")
        other.await_held()
        self.addCleanup(other.release)
        return other

    def test_groups_are_split_until_they_fit(self):
        other = self.take_all_locks_but(100)

        self.migrate("--writers", "1", "--retry-pause", "1")  # groups of 40 tables, some 280 locks

        other.release()  # our own question needs a lock for each table
        self.assert_complete(2 * TABLES)
        report = json.loads((self.folder / "run.json").read_text())
        self.assertTrue(report["proof"]["equal"], report["proof"])
        self.assertIn("53200", report["retries"][0]["error"])
        chunks, numbers, tables, once = self.target.value(
            "select count(distinct chunk), max(chunk) + 1, count(*), count(distinct n)"
            " from millrace.chunks, unnest(table_numbers) n", self.database).split("|")
        self.assertGreater(int(chunks), 4, "no group was split")
        self.assertEqual((numbers, tables, once), (chunks, str(TABLES), str(TABLES)))
        self.assertEqual(chunks, self.target.value(
            "select count(distinct chunk) from millrace.receipts", self.database))

    def test_rows_are_repaired_in_parts(self):
        self.migrate()
        self.target.run("".join(f"update {schema}.{name} set words = 'wrong' where id = 1;"
                                for schema, name in self.tables(self.target, self.database)), self.database)
        other = self.take_all_locks_but(150)
        outcome = self.program.run(
            "verify", self.source.url(self.database), self.target.url(self.database), "--against", "source",
            "--repair", "--progress", "none", "--report", "run.json", "--readers", "1", "--writers", "1")
        other.release()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.program.report()["proof"]["rows_repaired"], TABLES)
        self.assert_complete(2 * TABLES)
        proof = self.program.run("verify", self.source.url(self.database), self.target.url(self.database),
                                 "--against", "source", "--progress", "none")
        self.assertEqual(proof.code, COMPLETE, proof.stdout)

    def test_a_run_that_died_after_a_split_goes_on_with_the_parts(self):
        other = self.take_all_locks_but(100)
        words = ("--writers", "1", "--retry-pause", "1")
        killed = self.program.run(
            "migrate", self.source.url(self.database), self.target.url(self.database), *words,
            MILLRACE_FAULT="writer.after_commit:2:kill")
        self.assertNotEqual(killed.code, COMPLETE)

        self.migrate(*words, "--resume")

        other.release()
        self.assert_complete(2 * TABLES)
        self.assertEqual(str(TABLES), self.target.value(
            "select count(*) from millrace.receipts", self.database))


if __name__ == "__main__":
    unittest.main()
