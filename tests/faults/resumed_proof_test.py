#!/usr/bin/env python3
"""What a resumed run proves: all of it, also what an earlier process stored."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import COMPLETE
from resume_test_case import ResumeTestCase

DIFFERENCE = 9


class ResumedProof(ResumeTestCase):
    def proof(self):
        return self.program.report()["proof"]

    def test_it_is_of_the_content_of_every_table(self):
        self.killed("writer.before_commit:12")
        self.resume()

        rows = self.ledger("select sum(rows) from millrace.receipts")
        self.assertEqual({table["verdict"] for table in self.proof()["tables"]}, {"equal"})
        self.assertRegex(self.proof()["statement"].replace(",", ""),
                         f"^proven: 64 tables with {rows} rows are value for value the rows that this run read")

    def test_what_was_changed_before_the_run_went_on_is_seen(self):
        self.killed("writer.before_commit:12")
        # What the killed process stored of one table, and nothing that is yet to come.
        changed = self.target.value(
            f"with one as (select ctid from {self.schema}.child limit 1) update {self.schema}.child c"
            " set pad = 'twisted' from one where c.ctid = one.ctid returning c.id", self.database)
        self.assertNotEqual(changed, "", "no row of this table was stored")
        outcome = self.migrate("--resume")

        self.assert_says(outcome, DIFFERENCE, r"the target is not equal: .*child \(other values among its 20,000 rows\)")
        self.assertEqual([table["target"] for table in self.proof()["tables"] if table["verdict"] != "equal"],
                         [f"{self.schema}.child"])

    def test_values_that_became_null_before_it_was_killed_are_told(self):
        self.addCleanup(self.source.run, f"drop table {self.schema}.dated")
        self.source.run(f"set sql_mode = ''; use {self.schema}; create table dated (id int primary key, at datetime,"
                        " pad char(100)) engine=innodb; insert into dated select seq, if(seq % 10, now(),"
                        " '0000-00-00'), 'x' from seq_1_to_9000; analyze table dated")
        words = ("--include", "dated", "--on-fault", "null")
        self.killed("writer.before_commit:4", *words)
        stored = self.ledger("select sum(values_nulled) from millrace.receipts")
        outcome = self.migrate("--resume", *words)

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertTrue(0 < int(stored) < 900, f"{stored} were stored: some, and not all")
        self.assertRegex(self.proof()["statement"], "^proven: 1 table with 9,000 rows .*; NULL by policy: 900 values")
        self.assertEqual(self.program.report()["values_nulled"], 900)


if __name__ == "__main__":
    unittest.main()
