#!/usr/bin/env python3
"""Runs that were displaced: their control session was lost, and another process goes on with the run or
has begun anew. Whatever of such a process still lives, it does nothing more to the target."""

import contextlib
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import COMPLETE, CONFLICT, await_still, await_true, literal
from resume_test_case import ResumeTestCase
from clients import Outcome

GAVE_WAY = "cannot go on with run 1: another process took it over, or began anew"


class DisplacedTestCase(ResumeTestCase):
    @classmethod
    def setUpClass(cls):
        """A chunk of a table without transactions is not read twice, and the nth may be any."""
        super().setUpClass()
        cls.source.run(f"alter table {cls.schema}.old engine=innodb")

    def end_control_session(self):
        self.target.run("select pg_terminate_backend(pid) from pg_stat_activity where"
                        f" datname = {literal(self.database)} and application_name = 'millrace control'")

    def await_waiting(self, application, what):
        await_true(lambda: self.target.value(
            f"select count(*) from pg_stat_activity where datname = {literal(self.database)} and"
            f" application_name like '{application}' and wait_event_type = 'Lock'") == "1", what)

    def of_one_builder(self, *more, report="run.json"):
        words = [report if word == "run.json" else word for word in self.words(*more)]
        words[words.index("--builders") + 1] = "1"
        return words

    def assert_it_gave_way(self, outcome):
        self.assert_says(outcome, CONFLICT, GAVE_WAY, "millrace status")

    def states(self):
        return self.ledger("select string_agg(state, ' ' order by run) from millrace.runs")


class Displaced(DisplacedTestCase):
    def test_a_run_that_was_taken_over_stores_nothing_more(self):
        with self.standing_still("writer.before_commit:9") as process:
            self.end_control_session()
            self.resume()

        self.assert_it_gave_way(process.outcome)
        self.assert_all_there()
        self.assertEqual(self.ledger("select state, attempts from millrace.runs"), "complete|2")

    def test_a_run_over_which_another_began_anew_stores_nothing_more(self):
        """Its lanes live, and their tables are dropped and made anew beneath them."""
        with contextlib.ExitStack() as stack:
            with self.standing_still("writer.before_commit:2", "--exclude", "small_*", "--skip-keys") as process:
                self.end_control_session()
                anew = stack.enter_context(self.program.start(*self.words("--if-exists", "drop")))
                self.await_waiting("millrace control", "it waits for the lanes of the first")
            _, said = anew.communicate(timeout=120)

        self.assertEqual(anew.returncode, COMPLETE, said)
        self.assert_it_gave_way(process.outcome)
        self.assert_all_there()
        self.assertEqual(self.states(), "abandoned complete")

    def assert_it_built_nothing_on_the_tables_of(self, second, process):
        self.assertEqual(second.code, COMPLETE, second.stderr)
        self.assert_it_gave_way(process.outcome)
        self.assertEqual(self.ledger(f"select count(*) from pg_indexes where schemaname = {literal(self.schema)}"), "0")
        self.assertEqual(self.states(), "abandoned complete")

    def of_the_child(self, *more):
        """The child alone: rows, then one index after the other."""
        return self.of_one_builder("--include", "child", *more)

    def test_no_index_is_built(self):
        with self.standing_still("builder.after_index:1", words=self.of_the_child()) as process:
            self.end_control_session()
            second = self.program.run(*self.of_the_child("--if-exists", "drop", "--skip-keys"))

        self.assert_it_built_nothing_on_the_tables_of(second, process)

    def test_a_builder_that_waits_for_a_table_finds_another_run_s_when_it_has_it(self):
        second, process = self.begin_anew_ahead_of(
            "builder.after_index:1", self.of_the_child(),
            self.of_the_child("--if-exists", "drop", "--skip-keys"))

        self.assert_it_built_nothing_on_the_tables_of(second, process)

    def begin_anew_ahead_of(self, fault, words, anew):
        """Another run drops and makes the tables of one that stands still, and commits when a builder of that
        one waits for them. Returns how the second ended, and the first one's process."""
        with contextlib.ExitStack() as stack:
            with self.standing_still(fault, words=words) as process:
                self.end_control_session()
                second = stack.enter_context(self.program.start(
                    *anew, MILLRACE_FAULT="migrate.before_plan_commit:1:stop"))
                await_still(second)
                process.send_signal(signal.SIGCONT)
                self.await_waiting("millrace builder%", "it waits")
                second.send_signal(signal.SIGCONT)
                said = second.communicate(timeout=120)
        return Outcome(second.returncode, *said), process

    def fill_large(self, table, columns):
        """One that is in no group, so that builders finish it."""
        self.addCleanup(self.source.run, f"drop table {self.schema}.{table}")
        self.source.run(f"use {self.schema}; create table {table} ({columns}) engine=innodb;"
                        f"insert into {table} (id, pad) select seq, repeat('x', 90) from seq_1_to_20000;"
                        f"analyze table {table}")

    def begin_anew(self, words, fault, undo):
        """Another run begins anew and ends while the first stands still; what `undo` takes back of it,
        the first would do. Returns how the first ended."""
        with self.standing_still(fault, words=self.of_one_builder(*words)) as process:
            self.end_control_session()
            second = self.program.run(*self.of_one_builder("--if-exists", "drop", *words, report="second.json"))
            self.assertEqual(second.code, COMPLETE, second.stderr)
            self.target.run(undo, self.database)

        self.assert_it_gave_way(process.outcome)
        self.assertEqual(self.states(), "abandoned complete")

    def test_a_table_without_keys_is_not_finished(self):
        """What sets an identity's next value is taken back by no rollback."""
        self.fill_large("counted", "id int not null auto_increment primary key, pad varchar(200)")
        numbers = f"pg_get_serial_sequence('{self.schema}.counted', 'id')"
        self.begin_anew(("--include", "counted", "--skip-keys"), "builder.before_finish:1",
                        f"select setval({numbers}, 5000000)")

        self.assertEqual(self.ledger(f"select nextval({numbers})"), "5000001")

    def foreign_keys(self):
        return self.ledger("select count(*), coalesce(bool_or(convalidated), false) from pg_constraint where"
                           f" contype = 'f' and connamespace = '{self.schema}'::regnamespace")

    def test_no_foreign_key_is_added(self):
        self.begin_anew(("--include", "parent", "--include", "child"), "foreign_keys.before_add:1",
                        f"alter table {self.schema}.child drop constraint to_parent")

        self.assertEqual(self.foreign_keys(), "0|f")

    def test_no_foreign_key_is_validated(self):
        self.begin_anew(("--include", "parent", "--include", "child"), "foreign_keys.before_validate:1",
                        f"alter table {self.schema}.child drop constraint to_parent, add constraint to_parent"
                        f" foreign key (parent) references {self.schema}.parent not valid")

        self.assertEqual(self.foreign_keys(), "1|f")

    def test_no_view_is_made(self):
        """Its sessions were ended, and it opens them anew."""
        self.addCleanup(self.source.run, f"drop view {self.schema}.some")
        self.source.run(f"create view {self.schema}.some as select a from {self.schema}.heap where a < 7")
        with self.standing_still("late_schema.before_statement:1") as process:
            self.end_control_session()
            self.resume()
            self.target.run(f"drop view {self.schema}.some", self.database)

        self.assert_it_gave_way(process.outcome)
        self.assertEqual(self.ledger(f"select to_regclass('{self.schema}.some') is null"), "t")
        self.assert_all_there()

    def test_a_trigger_that_waited_for_another_run_s_table_is_taken_back(self):
        self.fill_large("touched", "id int primary key, pad varchar(200), at timestamp not null default"
                                   " current_timestamp on update current_timestamp")
        words = ("--include", "touched")
        # The first statement makes the function, the second the trigger.
        second, process = self.begin_anew_ahead_of(
            "late_schema.before_statement:2", self.of_one_builder(*words),
            self.of_one_builder("--if-exists", "drop", *words, report="second.json"))

        self.assertEqual(second.code, COMPLETE, second.stderr)
        self.assert_it_gave_way(process.outcome)
        self.assertNotIn("on update", [note["topic"] for note in self.program.report("second.json")["notes"]])
        self.assertEqual(self.ledger(f"select count(*) from pg_trigger where tgrelid = '{self.schema}.touched'"
                                     "::regclass and not tgisinternal"), "1")

    def test_sql_of_the_user_s_own_is_not_run(self):
        """The session lives that held the lock of the run: the user's own SQL let it go."""
        self.target.run("create table public.told (moment text)", self.database)
        hooks = ("--sql", "after_schema=select pg_advisory_unlock_all()",
                 "--sql", "before_data=insert into public.told values ('twice?')")
        with self.standing_still("hooks.after_one:1", *hooks) as process:
            self.resume(*hooks)

        self.assert_says(process.outcome, CONFLICT, f"cannot run the SQL of before_data: {GAVE_WAY}", "millrace status")
        self.assertEqual(self.ledger("select count(*) from public.told"), "1")
        self.assert_all_there()

    def test_its_end_is_not_entered(self):
        with self.standing_still("migrate.before_end:1") as process:
            self.end_control_session()
            self.resume()

        self.assert_it_gave_way(process.outcome)
        self.assertEqual(self.ledger("select state, attempts from millrace.runs"), "complete|2")

    def test_a_run_whose_control_session_is_lost_at_the_end_is_complete_all_the_same(self):
        """Nobody has displaced it."""
        with self.standing_still("migrate.before_end:1") as process:
            self.end_control_session()

        self.assertEqual(process.outcome.code, COMPLETE, process.outcome.stderr)
        self.assert_all_there()
        self.assertEqual(self.ledger("select state, attempts from millrace.runs"), "complete|1")
        (retry,) = self.program.report()["retries"]
        self.assertEqual(retry["lane"], "control 0")


if __name__ == "__main__":
    unittest.main()
