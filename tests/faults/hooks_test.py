#!/usr/bin/env python3
"""SQL of the user's own: what fails is named, and what has run is not run again."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_DATA, BAD_REQUEST, COMPLETE, CONFLICT, DIFFERENCE, OneTableTestCase
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

    def test_sql_of_the_source_may_alter_tables_once_they_are_read(self):
        """Our own sessions would hold a table's metadata lock until their transactions end."""
        self.fill("create table large (id int primary key, words varchar(200)) engine=innodb;"
                  "insert into large select seq, repeat('x', 200) from seq_1_to_20000; analyze table large")
        alter = f"source:after_data=alter table `{self.database}`.large"
        archive = self.folder / "archive"
        for number, words in enumerate((("migrate", self.source.url(self.database), self.target.url(self.database)),
                                        ("extract", self.source.url(self.database), archive))):
            with self.subTest(words[0]):
                outcome = self.program.run(*words, "--progress", "none", "--chunk-bytes", "512KiB",
                                           "--sql", f"{alter} add column c{number} int")
                self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def test_sql_of_the_source_does_not_wait_for_the_lock_that_waits_for_it(self):
        self.fill("create table m (id int primary key) engine=myisam; insert into m values (1)")
        outcome = self.migrate("--sql", f"source:before_data=insert into `{self.database}`.t values (9, 'x')")

        self.assert_says(outcome, CONFLICT, "cannot run the SQL of before_data: .*side=source code=1205",
                         "use before_schema or after_data")


class HooksOfArchives(OneTableTestCase):
    """extract runs the source's SQL, load the target's, and neither passes over the other's unsaid."""

    def setUp(self):
        super().setUp()
        self.archive = self.folder / "archive"
        self.fill("create table told (id int auto_increment primary key, moment varchar(20)) engine=innodb")

    def extract(self, *words):
        return self.program.run("extract", self.source.url(self.database), self.archive, "--include", "t",
                                "--progress", "none", "--report", "run.json", *words)

    def load(self, *words):
        return self.program.run("load", self.archive, self.target.url(self.database), "--progress", "none", *words)

    def tells(self, *moments):
        words = []
        for moment in moments:
            words += ["--sql", f"source:{moment}=insert into `{self.database}`.told (moment) values ('{moment}')"]
        return words

    def told(self):
        return self.source.run(f"select moment from `{self.database}`.told order by id").splitlines()

    def test_extract_runs_the_sources_at_the_moments_that_it_has(self):
        row = "insert into `{0}`.t values ({1}, '{2}')"
        words = self.tells("after_data", "end")
        for number, moment in ((3, "before_schema"), (4, "before_data")):
            words += ["--sql", f"source:{moment}={row.format(self.database, number, moment)}"]
        outcome = self.extract(*words)

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.told(), ["after_data", "end"])
        self.assertEqual(self.load().code, COMPLETE)
        self.assertEqual(self.target.value(f"select string_agg(id::text, ' ' order by id) from {self.database}.t",
                                           self.database), "1 2 3", "before_data is behind the snapshot")

    def test_what_ran_before_the_rows_is_not_run_again(self):
        words = [*self.tells("before_schema", "before_data", "after_data"),
                 "--sql", f"source:end=call `{self.database}`.finish()"]
        self.assert_says(self.extract(*words), BAD_REQUEST, "cannot run the SQL of end: .*finish.*side=source")
        self.source.run(f"create procedure `{self.database}`.finish() insert into"
                        f" `{self.database}`.told (moment) values ('end')")
        outcome = self.extract(*words, "--resume")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.told(), ["before_schema", "before_data", "after_data", "after_data", "end"])

    def test_extract_refuses_what_it_cannot_run(self):
        for moment, why in (("end", "extract has no target"), ("source:after_keys", "no tables and no keys"),
                            ("source:after_schema", "no tables and no keys")):
            with self.subTest(moment):
                self.assert_says(self.extract("--sql", f"{moment}=select 1"), BAD_REQUEST,
                                 f"cannot run the SQL of {moment}: .*{why}", "source:")
                self.assertFalse(self.archive.exists())

    def test_load_refuses_the_sources(self):
        self.assertEqual(self.extract().code, COMPLETE)
        self.assert_says(self.load("--sql", "source:before_data=select 1"), BAD_REQUEST,
                         "cannot run the SQL of source:before_data: load has no source", "give it to extract")
        self.assert_untouched(self.target, self.database)


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
