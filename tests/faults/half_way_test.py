#!/usr/bin/env python3
"""Servers, tables and users that go away half-way.

Half-way is a place, not a time: a trigger in the target waits for a lock of ours, at one row in the
middle of the large table, at the COMMIT of that row's chunk, or at the statement that builds a key.
"""

import pathlib
import signal
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_REQUEST, CANCELLED, COMMIT_IN_DOUBT, COMPLETE, CONNECTION_LOST,
                             EXHAUSTED, FaultTestCase, Locker, Mysql, OwnServers, Postgres,
                             await_true, literal)
from clients import Outcome

SOURCE = """
create database half_way;
use half_way;
create table n (n int not null primary key) engine=innodb;
insert into n values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table big (id int not null primary key, pad char(200) default 'x', mood enum('a', 'b'), key by_mood (mood)) engine=innodb;
insert into big (id) select a.n * 10000 + b.n * 1000 + c.n * 100 + d.n * 10 + e.n from n a, n b, n c, n d, n e
  where a.n < 4;
create table later (id int not null primary key, big int, pad char(200) default 'x',
  constraint to_big foreign key (big) references big (id)) engine=innodb;
insert into later (id, big) select id, id from big where id < 8000;
create table small (id int not null primary key) engine=innodb;
insert into small values (1), (2);
analyze table big, later, small;
"""

# The functions wait for whoever holds lock 4711; those that wait hold it together, and never for long.
WAITING = """
create function public.wait_at_a_row() returns trigger language plpgsql as $$
begin
  if new.id = 20000 then perform pg_advisory_xact_lock_shared(4711); end if;
  return new;
end $$;
create function public.hold_big() returns event_trigger language plpgsql as $$
begin
  if to_regclass('half_way.big') is null
    or exists (select from pg_trigger where tgname = 'hold') then return; end if;
  create {kind} hold {when} insert on half_way.big {deferred} for each row execute function public.wait_at_a_row();
end $$;
create event trigger hold_big on ddl_command_end when tag in ('CREATE TABLE') execute function public.hold_big();
"""
AT_A_ROW = WAITING.format(kind="trigger", when="before", deferred="")
AT_COMMIT = WAITING.format(kind="constraint trigger", when="after",
                           deferred="deferrable initially deferred")
AT_STATEMENT = """
create function public.wait_at_a_statement() returns event_trigger language plpgsql as $$
begin
  if current_query() like {pattern} then perform pg_advisory_xact_lock_shared(4711); end if;
end $$;
create event trigger hold on ddl_command_start execute function public.wait_at_a_statement();
"""


class HalfWayTestCase(FaultTestCase):
    @classmethod
    def setUpClass(cls):
        cls.servers = OwnServers("mariadb", "postgres15")
        cls.addClassCleanup(cls.servers.stop)
        cls.source = Mysql(cls.servers.variables["MILLRACE_MARIADB"])
        cls.target = Postgres(cls.servers.variables["MILLRACE_POSTGRES15"])
        cls.source.run(SOURCE)

    def setUp(self):
        super().setUp()
        self.target.create_database(self.database)

    def hold(self, script):
        """Have the run wait where the script says; returns what lets it go on."""
        self.target.run(script, self.database)
        lock = Locker.of_target(self.target, self.database, "select pg_advisory_lock(4711)")
        self.addCleanup(lock.release)
        lock.await_held()
        return lock

    def start(self, *words):
        return self.program.start(
            "migrate", self.source.url("half_way"), self.target.url(self.database), "--report",
            "run.json", "--progress", "none", "--readers", "1", "--writers", "1", "--builders", "1",
            "--chunk-bytes", "512KiB", "--retries", "0", *words)

    def await_half_way(self, process):
        """Return once the run waits for our lock."""
        def waits():
            self.assertIsNone(process.poll(), "the run ended before it was half-way")
            return self.target.value("select count(*) from pg_locks l join pg_database d on d.oid = l.database"
                                     f" where datname = {literal(self.database)} and locktype = 'advisory'"
                                     " and not granted") != "0"
        await_true(waits, "the run is half-way")

    def end_of(self, process, timeout_s=60):
        stdout, stderr = process.communicate(timeout=timeout_s)
        return Outcome(process.returncode, stdout, stderr)

    def interrupted(self, process, number=signal.SIGINT):
        """The end of a run that is asked to stop: in order, and with a word on what is left."""
        process.send_signal(number)
        outcome = self.end_of(process)
        self.assert_says(outcome, CANCELLED, "stopped on request")
        self.assertIn("the target keeps", outcome.stdout)
        self.assertEqual(self.program.report()["outcome"], "cancelled")
        return outcome

    def assert_half_of_big_is_there(self, outcome):
        """Whole chunks of the large table were committed, and not the one under way."""
        self.assert_names_what_is_left(self.target, self.database, outcome)
        rows = int(self.target.value("select count(*) from half_way.big", self.database))
        self.assertGreater(rows, 0)
        self.assertLess(rows, 40000)
        self.assertEqual(self.target.value("select count(*) from half_way.big where id = 20000",
                                           self.database), "0")


class Interrupts(HalfWayTestCase):
    def test_ctrl_c_in_the_middle_of_a_copy(self):
        self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            outcome = self.interrupted(process)

        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_half_of_big_is_there(outcome)

    def test_sigterm_in_the_middle_of_a_copy(self):
        self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            outcome = self.interrupted(process, signal.SIGTERM)

        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_half_of_big_is_there(outcome)

    def test_what_a_stopped_run_left_is_replaced_by_the_next(self):
        lock = self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            self.interrupted(process)
        lock.release()

        with self.start("--if-exists", "drop") as process:
            outcome = self.end_of(process)

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.target.value("select count(*), count(distinct id) from half_way.big",
                                           self.database), "40000|40000")

    def test_ctrl_c_while_an_index_is_built(self):
        self.hold(AT_STATEMENT.format(pattern=literal("%CREATE INDEX \"by_mood\"%")))
        with self.start() as process:
            self.await_half_way(process)
            outcome = self.interrupted(process)

        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_names_what_is_left(self.target, self.database, outcome)
        self.assertRegex(outcome.stdout, "half_way.big: all 40000 rows, keys not finished")

    def test_ctrl_c_while_a_foreign_key_is_made(self):
        self.hold(AT_STATEMENT.format(pattern=literal("%FOREIGN KEY%")))
        with self.start() as process:
            self.await_half_way(process)
            outcome = self.interrupted(process)

        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_names_what_is_left(self.target, self.database, outcome)
        self.assertRegex(outcome.stdout, "half_way.later: .*foreign keys are not all there")

    def test_ctrl_c_while_the_target_is_made_ready(self):
        self.hold(AT_STATEMENT.format(pattern=literal("CREATE SCHEMA%")))
        with self.start() as process:
            self.await_half_way(process)
            self.interrupted(process)

        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_untouched(self.target, self.database)

    def test_ctrl_c_while_only_the_schema_is_made(self):
        # Statements go in batches: the trigger sees the text of all of its batch.
        self.hold(AT_STATEMENT.format(pattern=literal("%CREATE INDEX \"by_mood\"%")))
        with self.start("--schema-only") as process:
            self.await_half_way(process)
            self.interrupted(process)

        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_untouched(self.target, self.database)

    def test_ctrl_c_while_sql_of_the_source_runs(self):
        with self.start("--sql", "source:after_schema=select sleep(600)") as process:
            await_true(lambda: "select sleep(600)" in self.source.value("show full processlist"), "it runs")
            outcome = self.interrupted(process)

        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_ctrl_c_while_the_source_lets_nobody_lock(self):
        writer = Locker.of_source(self.source, "lock tables half_way.small write")
        self.addCleanup(writer.release)
        writer.await_held()
        with self.start("--snapshot", "flush-lock") as process:
            await_true(lambda: "FLUSH TABLES" in self.source.value("show full processlist"),
                       "the run waits for the lock of the source")
            self.interrupted(process)

        self.assert_untouched(self.target, self.database)
        self.assertEqual(self.target.our_sessions(self.database), "")

    def test_a_second_ctrl_c_ends_at_once_where_the_target_hangs(self):
        self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            self.servers("pause", "postgres15")
            self.addCleanup(self.servers, "resume", "postgres15")
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGINT)
            # Two of a kind that wait may come as one.
            while process.poll() is None:
                process.send_signal(signal.SIGINT)
            outcome = self.end_of(process)

        self.assertEqual(outcome.code, CANCELLED)
        self.assertRegex(outcome.stderr, "stopped at once; the servers take back by themselves")


class LostServers(HalfWayTestCase):
    def test_the_source_dies_in_the_middle_of_a_copy(self):
        lock = self.hold(AT_A_ROW)
        self.addCleanup(self.servers, "restart", "mariadb")
        with self.start() as process:
            self.await_half_way(process)
            self.servers("kill", "mariadb")
            lock.release()
            outcome = self.end_of(process)

        self.assert_says(outcome, CONNECTION_LOST, "side=source table=half_way", "see the source's log")
        self.assertEqual(self.target.our_sessions(self.database), "")
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_the_target_dies_in_the_middle_of_a_copy(self):
        self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            self.servers("kill", "postgres15")
            outcome = self.end_of(process)
        self.servers("restart", "postgres15")

        self.assert_says(outcome, CONNECTION_LOST, "side=target table=half_way.big", "target's log")
        self.assert_half_of_big_is_there(outcome)

    def test_the_target_dies_at_a_commit(self):
        self.hold(AT_COMMIT)
        with self.start() as process:
            self.await_half_way(process)
            self.servers("kill", "postgres15")
            outcome = self.end_of(process)
        self.servers("restart", "postgres15")

        self.assert_says(outcome, COMMIT_IN_DOUBT, "the answer to COMMIT was lost.*table=half_way.big",
                         "may or may not be in the target")

    def test_the_target_dies_while_an_index_is_built(self):
        self.hold(AT_STATEMENT.format(pattern=literal("%CREATE INDEX \"by_mood\"%")))
        with self.start() as process:
            self.await_half_way(process)
            self.servers("kill", "postgres15")
            outcome = self.end_of(process)
        self.servers("restart", "postgres15")

        self.assert_says(outcome, CONNECTION_LOST, "side=target table=half_way.", "target's log")
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_an_administrator_ends_the_session_of_the_target(self):
        self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            self.target.run("select pg_terminate_backend(pid) from pg_stat_activity where"
                            f" datname = {literal(self.database)} and application_name like 'millrace writer%'")
            outcome = self.end_of(process)

        self.assert_says(outcome, CONNECTION_LOST, "half_way.big", "administrator ended this session")
        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_half_of_big_is_there(outcome)

    def test_an_administrator_kills_the_session_of_the_source(self):
        lock = self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            ours = self.source.value("select group_concat(id) from information_schema.processlist"
                                     " where id <> connection_id() and user = 'root'")
            self.source.run("".join(f"kill {id_};" for id_ in ours.split(",")))
            lock.release()
            outcome = self.end_of(process)

        self.assert_says(outcome, CONNECTION_LOST, "side=source table=half_way", "see the source's log")
        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_the_disk_of_the_target_is_full(self):
        self.addCleanup(self.servers, "restart", "postgres15")
        self.servers("restart", "postgres15", disk_left=3 << 20)
        with self.start() as process:
            outcome = self.end_of(process)

        self.assert_says(outcome, EXHAUSTED, "No space left on device.*table=half_way",
                         "the target's disk is full")
        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_a_source_that_takes_the_call_and_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = self.source.url("half_way", port=silent.getsockname()[1], query="connect-timeout=1")
            outcome = self.program.run("migrate", url, self.target.url(self.database))

        self.assert_says(outcome, CONNECTION_LOST, "cannot connect to the source", ".")

    def test_a_target_that_takes_the_call_and_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = self.target.url(self.database, port=silent.getsockname()[1], query="connect_timeout=1")
            outcome = self.program.run("migrate", self.source.url("half_way"), url)

        self.assert_says(outcome, CONNECTION_LOST, "cannot connect to the target", ".")


class ChangesUnderWay(HalfWayTestCase):
    """Each test drops or alters a table that the run has yet to come to."""

    def setUp(self):
        super().setUp()
        self.source.run("use half_way; create table doomed (id int not null primary key, a int,"
                        " pad char(200) default 'x') engine=innodb;"
                        "insert into doomed (id) select id from big where id < 7000; analyze table doomed")
        self.addCleanup(self.source.run, "drop table if exists half_way.doomed")

    def changed(self, on_source="", on_target=""):
        lock = self.hold(AT_A_ROW)
        with self.start() as process:
            self.await_half_way(process)
            if on_source:
                self.source.run(on_source)
            if on_target:
                self.target.run(on_target, self.database)
            lock.release()
            return self.end_of(process)

    def test_a_table_of_the_source_is_dropped(self):
        outcome = self.changed("drop table half_way.doomed")

        self.assert_says(outcome, BAD_REQUEST, "half_way.doomed", "dropped or renamed under way")
        self.assert_no_session_left(self.source, self.target, self.database)
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_a_column_of_the_source_is_added_in_place(self):
        outcome = self.changed("alter table half_way.doomed add column more int, algorithm=instant")

        # The server still gives the rows as they were at the snapshot.
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.target.value("select count(*) from half_way.doomed", self.database), "7000")

    def test_a_table_of_the_source_is_rebuilt(self):
        outcome = self.changed("alter table half_way.doomed add column more int, algorithm=copy")

        self.assert_says(outcome, BAD_REQUEST, "half_way.doomed", "altered")
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_a_column_of_the_source_is_dropped(self):
        outcome = self.changed("alter table half_way.doomed drop column a, algorithm=copy")

        self.assert_says(outcome, BAD_REQUEST, "half_way.doomed", "under way|altered")
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_a_table_of_the_target_is_dropped(self):
        outcome = self.changed(on_target="drop table half_way.doomed")

        self.assert_says(outcome, BAD_REQUEST, "half_way.doomed", "dropped or renamed under way")
        self.assert_no_session_left(self.source, self.target, self.database)

    def test_rows_that_come_after_the_snapshot_are_not_copied(self):
        self.addCleanup(self.source.run, "delete from half_way.later where id >= 900000")
        outcome = self.changed("use half_way; delete from doomed where id < 3500;"
                               "insert into later (id) values (900001), (900002)")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.target.value("select count(*) from half_way.doomed", self.database), "7000")
        self.assertEqual(self.target.value("select count(*) from half_way.later", self.database), "8000")


if __name__ == "__main__":
    unittest.main()
