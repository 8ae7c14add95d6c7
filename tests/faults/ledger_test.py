#!/usr/bin/env python3
"""The ledger in the target: what it says of a run, who may keep one, and how it goes away."""

import json
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_REQUEST, COMPLETE, SECRET, OneTableTestCase, await_still, quote


class Ledger(OneTableTestCase):
    def target_url(self):
        return self.target.url(self.database)

    def fill_chunked(self):
        """A table in many chunks and one in a group; the rows of both."""
        self.fill("create table big (id int not null primary key, pad char(200) default 'x', key (pad)) engine=innodb;"
                  "insert into big (id) select seq from seq_1_to_20000; analyze table big")

    def migrate_chunked(self):
        self.fill_chunked()
        outcome = self.migrate("--chunk-bytes", "512KiB")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def status(self):
        outcome = self.program.run("status", self.target_url(), "--json")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        return json.loads(outcome.stdout)["runs"]

    def test_every_chunk_has_a_receipt_with_the_rows_that_are_there(self):
        self.migrate_chunked()

        (run,) = self.status()
        tables = {table["source"]: table for table in run["tables"]}
        big, small = tables[f"{self.database}.big"], tables[f"{self.database}.t"]
        self.assertEqual((run["state"], run["chunks_stored"]), ("complete", run["chunks"]))
        self.assertEqual((big["rows"], small["rows"]), (20000, 2))
        self.assertGreater(big["chunks"], 3)
        self.assertTrue(big["finished"] and small["finished"])
        self.assertEqual(self.program.report()["ledger_run"], run["run"])
        # The receipts came with the rows: each has the transaction of its chunk.
        lone = self.target.value(
            "select count(*) from millrace.receipts r where r.table_number = (select table_number"
            " from millrace.tables where target_name = 'big') and not exists (select from"
            f" {quote(self.database)}.big b where b.xmin = r.xmin)", self.database)
        self.assertEqual(lone, "0")

    def test_status_tells_people_too(self):
        self.migrate_chunked()
        outcome = self.program.run("status", self.target_url())

        self.assertRegex(outcome.stdout, r"run 1  complete .*\n(.*\n)*stored .* 20,002 rows.*\n.* 2 of 2 finished")
        self.assert_no_secret(outcome)

    def test_status_tells_of_a_run_that_is_under_way(self):
        self.fill_chunked()
        with self.program.start("migrate", self.source.url(self.database), self.target_url(), "--progress", "none",
                                "--chunk-bytes", "512KiB", "--writers", "1", "--include", "big",
                                MILLRACE_FAULT="writer.before_commit:4:stop") as process:
            await_still(process)
            (run,) = self.status()
            told = self.program.run("status", self.target_url())
            rows = int(self.target.value(f"select count(*) from {quote(self.database)}.big", self.database))
            process.send_signal(signal.SIGCONT)
            _, said = process.communicate(timeout=60)

        self.assertEqual(process.returncode, COMPLETE, said)
        (table,) = run["tables"]
        self.assertEqual((run["state"], run["phase"], run["ended_at"]), ("running", "copy", ""))
        self.assertEqual((run["chunks_stored"], table["chunks_stored"], table["finished"]), (3, 3, False))
        self.assertGreater(run["chunks"], 3)
        self.assertEqual((run["rows"], table["rows"]), (rows, rows))
        self.assertTrue(0 < rows < 20000, rows)
        self.assertEqual(told.code, COMPLETE, told.stderr)
        self.assertRegex(told.stdout, r"^run 1  running \(copy\)  begun ")
        self.assertIn(f"stored    3 of {run['chunks']} chunks, {rows:,} rows", told.stdout)
        self.assertRegex(told.stdout, rf"big +3 of {run['chunks']} +{rows:,}  rows")
        self.assertNotIn("--resume", told.stdout)
        self.assertEqual(self.status()[0]["state"], "complete")

    def test_finished_runs_stay_as_history(self):
        for words in ((), ("--if-exists", "drop")):
            self.assertEqual(self.migrate(*words).code, COMPLETE)

        self.assertEqual([(run["run"], run["state"]) for run in self.status()],
                         [(2, "complete"), (1, "complete")])

    def test_clean_removes_the_ledger_and_nothing_else(self):
        self.assertEqual(self.migrate().code, COMPLETE)
        outcome = self.program.run("clean", self.target_url())

        self.assertRegex(outcome.stdout, "removed the ledger.* 1 run$")
        self.assertEqual(self.target.value("select to_regnamespace('millrace') is null", self.database), "t")
        self.assertEqual(self.target.value(f"select count(*) from {quote(self.database)}.t", self.database), "2")
        self.assert_says(self.program.run("status", self.target_url()), BAD_REQUEST,
                         "cannot find a ledger", "--no-ledger")

    def test_no_ledger_leaves_no_trace(self):
        self.assertEqual(self.migrate("--no-ledger").code, COMPLETE)

        self.assertEqual(self.target.value("select to_regnamespace('millrace') is null", self.database), "t")
        self.assertEqual(self.program.report()["ledger_run"], 0)

    def test_a_role_that_may_not_keep_one_is_told_what_to_type(self):
        self.target.run(f"create schema {quote(self.database)}", self.database)
        role = self.target_role(f"create, usage on schema {quote(self.database)}")
        as_role = self.target.url(self.database, user=role, password=SECRET)

        outcome = self.migrate(target=as_role)
        self.assert_says(outcome, BAD_REQUEST, "cannot keep the run's ledger.*may not create schema",
                         f'GRANT CREATE ON DATABASE .* TO "{role}"; or CREATE SCHEMA millrace'
                         f' AUTHORIZATION "{role}", or go without: --no-ledger')
        self.target.run(f'create schema millrace authorization "{role}"', self.database)
        self.assertEqual(self.migrate(target=as_role).code, COMPLETE)

    def test_a_schema_of_that_name_that_is_no_ledger_is_left_alone(self):
        self.target.run("create schema millrace; create table millrace.wheat (kg int)", self.database)

        self.assert_says(self.migrate(), BAD_REQUEST, "a schema millrace stands there", "--no-ledger")
        self.assert_says(self.program.run("clean", self.target_url()), BAD_REQUEST, "it is no ledger")
        self.assertEqual(self.target.value("select count(*) from millrace.wheat", self.database), "0")


if __name__ == "__main__":
    unittest.main()
