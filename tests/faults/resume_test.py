#!/usr/bin/env python3
"""Runs that die at a named place and are taken up again; what refuses to be."""

import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_REQUEST, COMPLETE, CONFLICT, await_still, await_true
from resume_test_case import ResumeTestCase
from clients import Outcome


class FaultPoints(ResumeTestCase):
    """Each dies at the nth visit of a point, then goes on: nothing is lost, nothing is doubled."""

    def die_and_resume(self, fault):
        self.killed(fault)
        self.assertTrue(self.has_unfinished_run())
        self.resume()

    def test_after_the_plan_is_stored(self):
        self.die_and_resume("migrate.after_plan_commit:1")

    def test_before_a_table_is_read(self):
        self.die_and_resume("reader.before_table:20")

    def test_while_a_table_is_read(self):
        self.die_and_resume("reader.mid_table:12")

    def test_before_a_chunk_is_begun(self):
        self.die_and_resume("writer.before_begin:9")

    def test_in_the_middle_of_a_copy(self):
        self.die_and_resume("writer.mid_copy:15")

    def test_before_a_commit(self):
        self.die_and_resume("writer.before_commit:10")

    def test_after_a_commit_was_sent_and_before_its_answer(self):
        self.die_and_resume("postgres.commit_sent:12")

    def test_after_a_commit(self):
        self.die_and_resume("writer.after_commit:11")

    def test_before_an_index_is_built(self):
        self.die_and_resume("builder.before_index:3")

    def test_before_a_primary_key_is_promoted(self):
        self.die_and_resume("builder.before_finish:2")

    def test_before_the_foreign_keys_are_made(self):
        self.die_and_resume("foreign_keys.before_add:1")

    def test_before_a_foreign_key_is_validated(self):
        self.die_and_resume("foreign_keys.before_validate:1")

    def test_before_the_end_is_entered(self):
        self.die_and_resume("migrate.before_end:1")

    def test_twice_in_one_run(self):
        self.killed("writer.before_commit:8")
        self.killed("writer.before_commit:8", "--resume")
        self.resume()
        self.assertEqual(self.ledger("select attempts from millrace.runs"), "3")

    def test_before_the_plan_is_committed_leaves_nothing(self):
        self.killed("migrate.before_plan_commit:1")

        await_true(lambda: self.target.our_sessions(self.database) == "", "the target has noticed")
        self.assert_untouched(self.target, self.database)


class Resume(ResumeTestCase):
    def test_what_is_stored_is_not_read_again(self):
        self.killed("writer.before_commit:12")
        stored = self.ledger("select chunk, table_number, stored_at from millrace.receipts order by 1, 2")
        self.resume()

        again = self.ledger("select chunk, table_number, stored_at from millrace.receipts order by 1, 2")
        self.assertTrue(set(stored.splitlines()) <= set(again.splitlines()))
        (note,) = [note["message"] for note in self.program.report()["notes"] if note["topic"] == "resumed"]
        self.assertRegex(note, "^run 1, with .* of .* chunks stored; the source is what it was: the binlog still")

    def test_a_changed_source_is_refused_by_name_unless_told_to_go_on(self):
        self.killed("writer.before_commit:12")
        self.addCleanup(self.source.run, f"delete from {self.schema}.heap where b = 'late'")
        self.source.run(f"insert into {self.schema}.heap values (7, 'late')")

        refused = self.migrate("--resume")
        self.assert_says(refused, BAD_REQUEST, f"the source changed since .*{self.schema}.heap: the binlog has writes",
                         "--resume-changed")
        self.assertNotIn(f"{self.schema}.parent", refused.stderr)
        self.assertEqual(self.migrate("--resume-changed").code, COMPLETE)

    def test_writes_to_other_tables_do_not_matter(self):
        self.killed("writer.before_commit:12")
        self.source.run(f"create database {self.schema}_2; create table {self.schema}_2.t (id int);"
                        f"insert into {self.schema}_2.t values (1); drop database {self.schema}_2")
        self.resume()

        (note,) = [note["message"] for note in self.program.report()["notes"] if note["topic"] == "resumed"]
        self.assertRegex(note, "the binlog from .* was read for writes to the tables")

    def test_statements_on_tables_of_the_same_name_elsewhere_do_not_matter(self):
        self.killed("writer.before_commit:12")
        other = f"{self.schema}_3"
        self.source.run(f"create database {other}; use {other}; set binlog_format = statement;"
                        "create table heap (a int) engine=innodb; insert into heap values (1), (2);"
                        f"analyze table {self.schema}.heap; truncate heap; drop database {other}")
        self.resume()

    def test_a_statement_that_reaches_a_table_through_a_trigger_is_seen(self):
        other = f"{self.schema}_4"
        self.addCleanup(self.source.run, f"drop database {other}; delete from {self.schema}.heap where b = 'late'")
        self.source.run(f"create database {other}; use {other}; create table door (a int) engine=innodb;"
                        "create trigger pass_on after insert on door for each row"
                        f" insert into {self.schema}.heap values (new.a, 'late')")
        self.killed("writer.before_commit:12")
        self.source.run(f"use {other}; set binlog_format = statement; insert into door values (7)")

        self.assert_says(self.migrate("--resume"), BAD_REQUEST,
                         f"the source changed since .*{self.schema}.heap: the binlog has writes")

    def test_what_may_have_written_unseen_is_said(self):
        """An account that sees no triggers and routines but its own, unless a role in use shows them."""
        reader, role, other = (f"{kind}{self.number:08x}" for kind in ("r", "role_", "other_"))
        self.addCleanup(self.source.run, f"drop user {reader}@'%'; drop role {role}; drop database {other}")
        self.source.run(f"create user {reader}@'%' identified by 'x'; create role {role};"
                        f"grant select, lock tables, show view on {self.schema}.* to {reader}@'%';"
                        f"grant reload, replication client, replication slave on *.* to {reader}@'%';"
                        f"grant trigger, execute on *.* to {role}; grant {role} to {reader}@'%';"
                        f"create database {other}; create table {other}.t (a int) engine=innodb")
        words = list(self.words())
        words[1] = self.source.url(self.schema, user=reader, password="x")
        for of_reader, ending in (("none", r" \(but triggers and routines of other databases may write to them,"
                                           r" and the account does not see them all\)$"),
                                  (role, "writes to the tables$")):
            with self.subTest(of_reader):
                self.target.create_database(self.database)
                self.source.run(f"set default role {of_reader} for {reader}@'%'")
                killed = self.program.run(*words, MILLRACE_FAULT="writer.before_commit:12:kill")
                self.assertEqual(killed.code, -9, killed.stderr)
                self.source.run(f"set binlog_format = statement; use {other}; insert into t values (1)")
                outcome = self.program.run(*words, "--resume")

                self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
                (note,) = [note["message"] for note in self.program.report()["notes"] if note["topic"] == "resumed"]
                self.assertRegex(note, ending)

    def test_another_job_is_refused_with_the_difference(self):
        self.killed("writer.before_commit:12", "--exclude", "small_1")

        self.assert_says(self.migrate("--resume", "--exclude", "small_2"), BAD_REQUEST,
                         "this is another job: --exclude was 'small_1' and is 'small_2'", "status")

    def test_a_table_that_was_altered_is_named(self):
        self.killed("writer.before_commit:12")
        self.addCleanup(self.source.run, f"alter table {self.schema}.heap drop column c")
        self.source.run(f"alter table {self.schema}.heap add column c int")

        self.assert_says(self.migrate("--resume"), BAD_REQUEST,
                         f"not those that were planned: {self.schema}.heap: its columns", "--if-exists drop")

    def test_a_table_that_is_gone_from_the_target_is_named(self):
        self.killed("writer.before_commit:12")
        self.target.run(f'drop table {self.schema}.heap', self.database)

        self.assert_says(self.migrate("--resume"), BAD_REQUEST, f"gone from the target: {self.schema}.heap")

    def test_a_second_process_is_locked_out(self):
        words = self.words()
        with self.program.start(*words, MILLRACE_FAULT="writer.before_commit:12:stop") as process:
            await_still(process)
            second = self.migrate("--resume")
            over_it = self.migrate("--if-exists", "drop")
            cleaned = self.program.run("clean", self.target.url(self.database))

        self.assert_says(second, CONFLICT, "cannot resume run 1: another process works on it: .* process", "status")
        self.assert_says(over_it, CONFLICT, "run 1, begun .*, is moving into now", "status")
        self.assert_says(cleaned, CONFLICT, "run 1 is under way", "status")
        self.resume()

    def test_a_run_that_ends_well_while_another_process_waits_for_it_is_not_gone_on_with(self):
        with self.program.start(*self.words(), MILLRACE_FAULT="migrate.before_end:1:stop") as first:
            await_still(first)
            # Two that end at once cannot write one report.
            words = ["second.json" if word == "run.json" else word for word in self.words("--resume")]
            with self.program.start(*words) as second:
                self.await_lock_of_run()
                first.send_signal(signal.SIGCONT)
                said = second.communicate(timeout=60)
            _, first_said = first.communicate(timeout=60)

        self.assertEqual(first.returncode, COMPLETE, first_said)
        self.assert_says(Outcome(second.returncode, *said), BAD_REQUEST, "cannot resume: run 1 has ended meanwhile",
                         "millrace status")
        self.assertEqual(self.ledger("select state, attempts from millrace.runs"), "complete|1")
        self.assert_all_there()

    def test_what_was_done_while_another_process_waited_for_the_run_is_not_done_again(self):
        """It knew of the run before it had its lock, and decides by what stands there under it."""
        self.target.run("create table public.told (moment text)", self.database)
        hooks = [word for moment in ("after_schema", "before_data")
                 for word in ("--sql", f"{moment}=insert into public.told values ('{moment}')")]
        with self.program.start(*self.words(*hooks),
                                MILLRACE_FAULT="hooks.after_one:1:stop,hooks.after_one:2:kill") as first:
            await_still(first)
            with self.program.start(*self.words("--resume", *hooks)) as second:
                self.await_lock_of_run()
                first.send_signal(signal.SIGCONT)
                _, said = second.communicate(timeout=60)
            first.communicate(timeout=60)

        self.assertEqual((first.returncode, second.returncode), (-9, COMPLETE), said)
        self.assertEqual(self.target.run("select moment from public.told order by 1", self.database).split(),
                         ["after_schema", "before_data"])
        self.assertEqual(self.ledger("select state, attempts from millrace.runs"), "complete|2")
        self.assert_all_there()

    def test_a_plain_run_over_an_unfinished_one_says_so(self):
        self.killed("writer.before_commit:12")

        self.assert_says(self.migrate(), BAD_REQUEST,
                         "run 1, begun .*, into the same tables was not finished: .* chunks are stored",
                         "--resume goes on with it; --if-exists drop begins anew")
        self.assertEqual(self.migrate("--if-exists", "drop").code, COMPLETE)
        self.assert_all_there()
        self.assertEqual(self.ledger("select state from millrace.runs where run = 1"), "abandoned")

    def test_a_complete_run_has_nothing_to_resume(self):
        self.assertEqual(self.migrate().code, COMPLETE)

        self.assert_says(self.migrate("--resume"), BAD_REQUEST, "run 1 of this job is complete", "nothing is left")

    def test_without_a_ledger_there_is_nothing_to_resume(self):
        self.assert_says(self.migrate("--resume"), BAD_REQUEST, "the target has no ledger", "without --resume")


if __name__ == "__main__":
    unittest.main()
