#!/usr/bin/env python3
"""SQL of the user's own: what fails is named, and what has run is not run again."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_DATA, BAD_REQUEST, COMPLETE, DIFFERENCE, OneTableTestCase
from resume_test_case import ResumeTestCase

PHASES = ("before_schema", "after_schema", "before_data", "after_data", "after_keys", "end")


class FailingHooks(OneTableTestCase):
    def test_sql_that_fails_stops_the_run_and_is_named_with_its_moment(self):
        for phase in PHASES:
            with self.subTest(phase):
                outcome = self.migrate("--if-exists", "drop", "--sql", f"{phase}=select 1; select no_such_thing()")
                self.assert_says(outcome, BAD_REQUEST, f"cannot run the SQL of {phase}: .*no_such_thing")
                if phase == "before_schema":
                    self.assert_untouched(self.target, self.database)

    def test_nothing_of_a_script_that_fails_stays(self):
        outcome = self.migrate("--sql", "after_data=create table public.half (a int); insert into public.half values (1 / 0)")

        self.assert_says(outcome, BAD_DATA, "cannot run the SQL of after_data: .*division by zero")
        self.assertEqual(self.target.value("select to_regclass('public.half') is null", self.database), "t")
        self.assertEqual(self.target.value("select hooks_done from millrace.runs", self.database), "{}")

    def test_the_end_waits_for_the_proof(self):
        outcome = self.migrate("--sql", f"after_data=update {self.database}.t set words = 'mended' where id = 1",
                               "--sql", "end=create table public.live (a int)")

        self.assert_says(outcome, DIFFERENCE, "the target is not equal: ")
        self.assertEqual(self.target.value("select to_regclass('public.live') is null", self.database), "t")
        self.assertRegex(self.target.value("select state || ': ' || error from millrace.runs", self.database),
                         "^complete: the target is not equal: ")

    def test_numbers_given_out_after_the_plan_are_not_given_out_again(self):
        self.fill("create table counted (id int auto_increment primary key, w int) engine=innodb;"
                  "insert into counted (w) values (1), (2)")
        outcome = self.migrate("--sql", f"source:before_schema=insert into `{self.database}`.counted (w) values (3)")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        verified = self.program.run("verify", self.source.url(self.database), self.target.url(self.database))
        self.assertEqual(verified.code, COMPLETE, verified.stdout + verified.stderr)
        self.target.run(f"insert into {self.database}.counted (w) values (4)", self.database)
        self.assertEqual(self.target.value(f"select string_agg(id || ':' || w, ' ' order by id) from"
                                           f" {self.database}.counted", self.database), "1:1 2:2 3:3 4:4")

    def test_sql_of_the_source_that_fails_is_named(self):
        outcome = self.migrate("--sql", "source:before_data=call no_such_procedure()")

        self.assert_says(outcome, BAD_REQUEST, "cannot run the SQL of before_data: .*side=source")


class HooksOfResumedRuns(ResumeTestCase):
    """Each hook writes that it ran. Killed anywhere, and gone on with, a run has run each once."""

    def hooks(self):
        words = []
        for phase in PHASES:
            words += ["--sql", f"{phase}=insert into public.told values ('{phase}')"]
        return words

    def setUp(self):
        super().setUp()
        self.target.run("create table public.told (moment text)", self.database)

    def told(self):
        return self.target.run("select moment from public.told order by 1", self.database).splitlines()

    def die_and_resume(self, fault):
        self.killed(fault, *self.hooks())
        self.resume(*self.hooks())
        self.assertEqual(self.told(), sorted(PHASES), fault)

    def test_killed_behind_a_hook(self):
        # The first visit is before_schema's: nothing is stored then that could be resumed.
        for nth in (2, 3, 4, 6):
            with self.subTest(nth):
                self.target.drop_database(self.database)
                self.target.create_database(self.database)
                self.target.run("create table public.told (moment text)", self.database)
                self.die_and_resume(f"hooks.after_one:{nth}")

    def test_killed_before_a_hook(self):
        self.die_and_resume("migrate.after_plan_commit:1")

    def test_killed_in_the_middle_of_the_copy(self):
        self.die_and_resume("writer.before_commit:8")

    def test_statement_that_cannot_be_in_a_transaction_is_run_and_entered(self):
        words = ("--sql", "after_schema=vacuum public.told", "--sql", "before_data=insert into public.told values ('once') -- it says")
        self.killed("writer.before_commit:8", *words)
        self.assertEqual(self.ledger("select hooks_done from millrace.runs"), '{"after_schema 1","before_data 1"}')
        self.resume(*words)
        self.assertEqual(self.told(), ["once"])


if __name__ == "__main__":
    unittest.main()
