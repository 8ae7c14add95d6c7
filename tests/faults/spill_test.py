#!/usr/bin/env python3
"""A target that does not take its rows yet, and what --spill does about it.

The target's tables are there and locked by a session of ours: they may be looked at, and no COPY begins. The
source's MyISAM table is locked for as long as it has not been read.
"""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_REQUEST, CANCELLED, COMPLETE, Locker, OneTableTestCase, await_true)
from clients import Outcome
from full_disk import full_disk

ROWS = 30000
BIG = """
create table n (n int primary key) engine=innodb;
insert into n values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table log (id int primary key, pad char(200)) engine=myisam;
insert into log select a.n * 10000 + b.n * 1000 + c.n * 100 + d.n * 10 + e.n,
  concat(md5(rand(a.n)), md5(rand(e.n)), md5(rand(d.n * 7)), md5(rand(b.n + c.n))) from n a, n b, n c, n d, n e
  where a.n < 3;
create table big like log;
alter table big engine=innodb;
insert into big select * from log;
analyze table big;
"""


class Spill(OneTableTestCase):
    def setUp(self):
        super().setUp()
        self.fill(BIG)
        self.spill = self.folder / "spill"
        outcome = self.migrate("--schema-only")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.lock = Locker.of_target(self.target, self.database,
                                     f"lock table {self.database}.log, {self.database}.big in share mode")
        self.addCleanup(self.lock.release)
        self.lock.await_held()

    def start(self, *words, **environment):
        return self.program.start(
            "migrate", self.source.url(self.database), self.target.url(self.database), "--data-only",
            "--report", "run.json", "--progress", "none", "--readers", "2", "--writers", "1",
            "--chunk-bytes", "512KiB", "--spill", self.spill, *words, **environment)

    def files(self):
        return list(self.spill.glob("millrace-spill-*/*.spill"))

    def is_at_rest(self, process):
        """Says whether the run has used no time of a CPU since it was asked before."""
        seen = []

        def asked():
            time.sleep(0.5)
            words = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            seen.append((words[11], words[12]))  # utime, stime
            return len(seen) > 1 and seen[-1] == seen[-2]
        return asked

    def end_of(self, process):
        self.lock.release()
        stdout, stderr = process.communicate(timeout=60)
        return Outcome(process.returncode, stdout, stderr)

    def assert_all_arrived(self, outcome):
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        for table in ("log", "big"):
            found = self.target.value(f"select count(*), sum(id), md5(string_agg(pad, ',' order by id))"
                                      f" from {self.database}.{table}", self.database)
            wanted = self.source.value(
                "set session group_concat_max_len = 100000000; select concat_ws('|', count(*), sum(id),"
                f" md5(group_concat(pad order by id separator ','))) from `{self.database}`.{table}"
                f" where id < {ROWS}")
            self.assertEqual(found, wanted, table)
        self.assertEqual(list(self.spill.iterdir()), [])

    def notes(self):
        return " ".join(note["message"] for note in self.program.report()["notes"]
                        if note["topic"] == "spill")

    def test_the_source_is_free_while_the_target_stands_still(self):
        with self.start() as process:
            await_true(self.files, "chunks go to the disk")
            # Waits for as long as the run holds the table's lock.
            self.fill(f"insert into log values ({ROWS}, 'written meanwhile')")
            self.assertIsNone(process.poll())
            self.assertEqual(self.target.value(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and"
                f" datname = '{self.database}' and application_name like 'millrace writer%'"), "1")
            outcome = self.end_of(process)
        self.assert_all_arrived(outcome)
        report = self.program.report()
        self.assertGreater(report["spilled_bytes"], 100_000)
        self.assertGreater(report["source_released_s"], 0)
        self.assertLess(report["source_released_s"], report["wall_s"])
        self.assertIn("the source was released after", self.notes())
        self.assertNotIn("no more room", self.notes())

    def test_what_could_not_be_stored_is_stored_from_its_file(self):
        """A table without transactions cannot be read at that instant again."""
        with self.start(MILLRACE_FAULT="writer.before_commit:4:conflict") as process:
            await_true(self.files, "chunks go to the disk")
            self.fill(f"insert into log values ({ROWS}, 'written meanwhile')")
            outcome = self.end_of(process)
        self.assert_all_arrived(outcome)
        self.assertEqual(len(self.program.report()["retries"]), 1)

    def test_a_full_disk_is_told_and_harms_nothing(self):
        with self.start(**full_disk(self.folder, "/millrace-spill-", 0)) as process:
            await_true(self.files, "the first chunk cannot go to the disk")
            outcome = self.end_of(process)
        self.assert_all_arrived(outcome)
        self.assertIn("had no more room (No space left on device)", self.notes())

    def test_the_limit_is_kept(self):
        """There is room for one chunk, and not for all."""
        limit = 100 << 10
        with self.start("--spill-limit", str(limit)) as process:
            await_true(self.files, "chunks go to the disk")
            await_true(self.is_at_rest(process), "the readers wait")
            there = sum(file.stat().st_size for file in self.files())
            outcome = self.end_of(process)
        self.assert_all_arrived(outcome)
        self.assertLessEqual(there, limit)
        peak = self.program.report()["spilled_peak_bytes"]
        self.assertTrue(0 < peak <= limit, peak)
        self.assertIn("had no more room (the limit was reached)", self.notes())

    def test_a_run_that_is_stopped_takes_its_files_away(self):
        with self.start() as process:
            await_true(self.files, "chunks go to the disk")
            process.terminate()
            stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, CANCELLED, stderr)
        self.assertEqual(list(self.spill.iterdir()), [])

    def test_files_of_a_killed_run_go_with_the_next_one(self):
        with self.start() as process:
            await_true(self.files, "chunks go to the disk")
            process.kill()
            process.wait(timeout=60)
        self.assertNotEqual(self.files(), [])
        with self.start() as process:
            await_true(lambda: len(list(self.spill.iterdir())) == 1 and self.files(),
                       "the old files are gone and new ones there")
            outcome = self.end_of(process)
        self.assert_all_arrived(outcome)

    def test_a_folder_that_may_not_be_written_is_named(self):
        self.lock.release()
        self.spill = pathlib.Path("/dev/null/spill")
        with self.start() as process:
            stdout, stderr = process.communicate(timeout=60)
        outcome = Outcome(process.returncode, stdout, stderr)
        self.assert_says(outcome, BAD_REQUEST, "cannot spill into /dev/null/spill", "--spill")


if __name__ == "__main__":
    unittest.main()
