#!/usr/bin/env python3
"""Archives that are broken, incomplete, or on a disk that is full."""

import json
import pathlib
import shutil
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_DATA, BAD_REQUEST, CANCELLED, COMPLETE, CONFLICT, EXHAUSTED,
                             OneTableTestCase, await_still, await_true)
from clients import Outcome
from full_disk import full_disk

WITH_REJECTS = 8

# Without a name in common with the tables of other tests on the server: what its binlog tells of a
# statement is its text. Rows that pack to about half.
BIG = """
create table {n} (n int primary key) engine=innodb;
insert into {n} values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table {big} (id int primary key, pad char(200)) engine=innodb;
insert into {big} select id, concat(md5(id), md5(id + 0.5), md5(id + 0.25), md5(id + 0.125)) from
  (select a.n * 10000 + b.n * 1000 + c.n * 100 + d.n * 10 + e.n as id from {n} a, {n} b, {n} c, {n} d, {n} e
  where a.n < 3) as ids;
drop table {n};
rename table t to {few};
analyze table {big};
"""


class ArchiveTestCase(OneTableTestCase):
    def setUp(self):
        super().setUp()
        self.big, self.few = f"big_{self.number:08x}", f"few_{self.number:08x}"
        self.fill(BIG.format(n=f"n_{self.number:08x}", big=self.big, few=self.few))
        self.archive = self.folder / "archive"

    def words(self, *words):
        return ("extract", self.source.url(self.database), self.archive, "--progress", "none",
                "--report", "run.json", "--chunk-bytes", "512KiB", "--readers", "2", *words)

    def extract(self, *words, **environment):
        return self.program.run(*self.words(*words), **environment)

    def load(self, *words, **environment):
        return self.program.run("load", self.archive, self.target.url(self.database), "--progress",
                                "none", "--report", "run.json", *words, **environment)

    def verify(self):
        return self.program.run("archive", "verify", self.archive)

    def chunk_files(self):
        return sorted((self.archive / "chunks").glob("*.chunk"))

    def extract_whole(self):
        outcome = self.extract()
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertGreater(len(self.chunk_files()), 5)

    def assert_loads_whole(self):
        outcome = self.load()
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_whole()

    def assert_whole(self):
        found = self.target.value(f"select count(*), count(distinct id), sum(id), md5(string_agg(pad, ',' order by id))"
                                  f" from {self.database}.{self.big}", self.database)
        wanted = self.source.value(
            f"set session group_concat_max_len = 100000000; select concat_ws('|', count(*), count(distinct id), sum(id),"
            f" md5(group_concat(pad order by id separator ','))) from `{self.database}`.{self.big}")
        self.assertEqual(found, wanted)


class BrokenArchives(ArchiveTestCase):
    def setUp(self):
        super().setUp()
        self.extract_whole()

    def assert_refused(self, message):
        """verify names the fault; load names it too, and nothing of that chunk is in the target."""
        outcome = self.verify()
        self.assert_says(outcome, BAD_DATA, "1 of .* chunks are missing or broken")
        self.assertRegex(outcome.stdout, message)
        outcome = self.load("--readers", "1", "--writers", "1")
        self.assert_says(outcome, BAD_DATA, message)
        if self.tables(self.target, self.database):
            self.assert_names_what_is_left(self.target, self.database, outcome)
        return outcome

    def ids_of(self, victim):
        """The key range of a chunk of the large table."""
        for line in (self.archive / "chunks.jsonl").read_text().splitlines():
            chunk = json.loads(line)
            if chunk["id"] == int(victim.name.split(".")[0]):
                return chunk
        raise AssertionError(f"{victim.name} is in no list")

    def test_a_whole_one_is_vouched_for(self):
        outcome = self.verify()
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertRegex(outcome.stdout, r"2 tables, (\d+) of \1 chunks whole")
        self.assert_loads_whole()

    def test_a_flipped_byte_in_the_middle(self):
        victim = max(self.chunk_files(), key=lambda file: file.stat().st_size)
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 4
        victim.write_bytes(content)
        self.assert_refused(rf"{victim.name}: a frame differs from its checksum at offset \d+")
        # The rows of that chunk: none of them.
        rows = self.ids_of(victim)["parts"][0]["rows"]
        loaded = int(self.target.value(f"select count(*) from {self.database}.{self.big}",
                                           self.database))
        self.assertLessEqual(loaded, 30000 - rows)

    def test_a_load_goes_on_when_the_file_is_mended(self):
        victim = self.chunk_files()[-2]
        content = victim.read_bytes()
        victim.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        self.assert_says(self.load(), BAD_DATA, rf"{victim.name}: its checksum differs")
        victim.write_bytes(content)
        outcome = self.load("--resume")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        notes = [note["message"] for note in self.program.report()["notes"]]
        self.assertTrue(any("the same archive" in note for note in notes), notes)
        self.assert_whole()

    def test_a_truncated_file(self):
        victim = self.chunk_files()[3]
        size = victim.stat().st_size
        with victim.open("rb+") as file:
            file.truncate(size - 10)
        outcome = self.verify()
        self.assertRegex(outcome.stdout, rf"{victim.name}: it ends within its trailer at offset {size - 10}")
        self.assert_says(self.load(), BAD_DATA, rf"{victim.name}: it has {size - 10} bytes of {size}")
        self.assert_untouched(self.target, self.database)

    def test_a_missing_file(self):
        victim = self.chunk_files()[2]
        victim.unlink()
        self.assertRegex(self.verify().stdout, rf"{victim.name}: No such file")
        self.assert_says(self.load(), BAD_DATA, rf"{victim.name}: No such file")
        self.assert_untouched(self.target, self.database)

    def test_two_files_that_changed_places(self):
        first, second = self.chunk_files()[1:3]
        kept = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(kept)
        outcome = self.verify()
        self.assert_says(outcome, BAD_DATA, "2 of .* chunks are missing or broken")
        self.assertRegex(outcome.stdout, "is not the chunk that the manifest means")
        self.assertEqual(self.load().code, BAD_DATA)

    def test_a_list_that_was_changed_by_hand(self):
        path = self.archive / "chunks.jsonl"
        path.write_text(path.read_text().replace('"rows":', '"rows" :', 1))
        self.assert_says(self.verify(), BAD_DATA, "chunks.jsonl: it differs from its checksum")
        self.assert_says(self.load(), BAD_DATA, "chunks.jsonl: it differs from its checksum")
        self.assert_untouched(self.target, self.database)

    def test_a_folder_that_is_none(self):
        self.archive = self.folder
        self.assert_says(self.verify(), BAD_REQUEST, "cannot find an archive", "extract")
        self.assert_says(self.load(), BAD_REQUEST, "cannot find an archive", "extract")


class UnfinishedArchives(ArchiveTestCase):
    def assert_incomplete(self):
        outcome = self.verify()
        self.assert_says(outcome, BAD_REQUEST, r"is not complete: \d+ of \d+ chunks", "--resume")
        self.assert_says(self.load(), BAD_REQUEST, "the archive is not complete", "--resume")
        self.assert_untouched(self.target, self.database)

    def assert_resumed(self):
        outcome = self.extract("--resume")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        notes = [note["message"] for note in self.program.report()["notes"]]
        kept = [note for note in notes if "were there already" in note]
        self.assertEqual(len(kept), 1, notes)
        self.assertNotRegex(kept[0], "^0 of")
        self.assertEqual(self.verify().code, COMPLETE)
        self.assertEqual(list(self.archive.glob("**/*.tmp")), [])
        self.assert_loads_whole()

    def stopped_half_way(self, number):
        with self.program.start(*self.words("--compression", "19")) as process:
            await_true(lambda: process.poll() is not None or len(self.chunk_files()) > 2,
                       "some chunks are written")
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=60)
        return Outcome(process.returncode, stdout, stderr)

    def test_a_full_disk_ends_the_run_and_loses_no_chunk(self):
        disk = full_disk(self.folder, "/chunks/", 900_000)
        self.assert_says(self.extract(**disk), EXHAUSTED, r"\.chunk\.tmp: No space left on device", "free some space")
        self.assert_incomplete()
        self.assert_resumed()

    def test_a_disk_that_is_too_small_is_told_before_anything_is_read(self):
        disk = full_disk(self.folder, "/chunks/", 900_000, free_bytes=1_000_000)
        self.assert_says(self.extract(**disk), EXHAUSTED, r"about .* are needed and \S+ \S+ are free", "larger disk")
        self.assertEqual([path.name for path in self.archive.rglob("*") if path.is_file()], [])

    def test_it_may_be_copied_while_it_is_written(self):
        self.stopped_half_way(signal.SIGKILL)
        copy = self.folder / "copy"
        shutil.copytree(self.archive, copy, ignore=shutil.ignore_patterns("*.tmp"))
        self.assert_resumed()
        # What was there is what it was: only what is new need be copied later.
        for file in copy.rglob("*.chunk"):
            self.assertEqual(file.read_bytes(), (self.archive / file.relative_to(copy)).read_bytes())
        self.assertGreater(len(list(copy.rglob("*.chunk"))), 0)
        self.archive = copy
        self.assertRegex(self.verify().stderr, "is not complete")

    def test_a_killed_run_is_resumed(self):
        self.stopped_half_way(signal.SIGKILL)
        self.assert_incomplete()
        self.assert_resumed()

    def test_a_run_that_dies_before_a_manifest_is_resumed(self):
        """The lists are written before the manifest: when the archive is begun, and when it ends."""
        begun, ended = ({"MILLRACE_FAULT": f"archive.before_manifest:{n}:kill"} for n in (1, 2))
        self.assertEqual(self.extract(**begun).code, -9)
        self.assert_says(self.extract("--resume"), BAD_REQUEST, "no archive is in it", "--resume")
        self.assertEqual(self.extract(**ended).code, -9)
        self.assert_incomplete()
        self.assert_resumed()

    def test_rejects_and_proofs_of_kept_chunks_are_those_of_all(self):
        """Killed before and after a chunk's file is there, and a reader lost: each row that does not fit stands
        in the reject file once, is counted, and the load proves every value."""
        self.fill(f"alter table {self.big} add day date, add doc json;"
                  "set session sql_mode = 'allow_invalid_dates';"
                  f"update {self.big} set doc = concat('{{\"b\": 1,  \"id\": ', id, '}}'),"
                  " day = if(id % 1000 = 0, '0000-00-00', '2024-02-29')")
        rejects = self.folder / "millrace-rejects" / f"{self.database}.{self.big}.jsonl"
        words = ("--on-fault", "reject", "--retry-pause", "1")
        for fault in ("archive.before_chunk:3:kill", "archive.after_chunk:3:kill"):
            resume = ["--resume"] if self.archive.exists() else []
            self.assertEqual(self.extract(*words, *resume, MILLRACE_FAULT=fault).code, -9, fault)
        outcome = self.extract(*words, "--resume", MILLRACE_FAULT="reader.mid_table:3:lost")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        report = self.program.report()
        self.assertEqual(len(report["retries"]), 1)
        self.assertEqual((report["rows"], report["rows_rejected"]), (29970 + 2, 30))
        lines = rejects.read_text()
        ids = [int(json.loads(line)["key"]["id"]) for line in lines.splitlines()[1:]]
        self.assertEqual(sorted(ids), list(range(0, 30000, 1000)))
        self.assertEqual([path.name for path in rejects.parent.iterdir()], [rejects.name])
        self.assertEqual(list(self.archive.glob("**/*.faults")), [])
        self.assertEqual(self.verify().code, COMPLETE)

        self.assertEqual(self.load(MILLRACE_FAULT="writer.before_commit:3:kill").code, -9)
        self.assertEqual(self.load("--resume").code, COMPLETE)
        self.assertEqual(rejects.read_text(), lines, "the load is beside the files of its extract")
        report = self.program.report()
        self.assertRegex(report["proof"]["statement"], "^proven: 2 tables with 29,972 rows are, value for value,")
        self.assertIn("when it was extracted, 30 rows were rejected and 0 values became NULL",
                      [note["message"] for note in report["notes"]])

    def test_a_stopped_run_is_resumed(self):
        self.assert_says(self.stopped_half_way(signal.SIGTERM), CANCELLED, "stopped on request")
        self.assert_incomplete()
        self.assert_resumed()

    def test_a_source_that_has_changed_since_is_refused(self):
        self.extract(**full_disk(self.folder, "/chunks/", 900_000))
        self.fill(f"insert into {self.few} values (3, 'three')")
        self.assert_says(self.extract("--resume"), BAD_REQUEST, rf"the source changed since: .*{self.few}", "another folder")
        self.assert_incomplete()

    def test_other_options_are_refused(self):
        self.extract(**full_disk(self.folder, "/chunks/", 900_000))
        self.assert_says(self.extract("--resume", "--exclude", self.few), BAD_REQUEST,
                         f"this is another job: --exclude was not given and is '{self.few}'", "the options of that run")
        self.assert_says(self.extract("--resume", "--tinyint1", "smallint"), BAD_REQUEST, "another job: --tinyint1 was not")

    def test_an_archive_is_not_written_over(self):
        self.extract_whole()
        self.assert_says(self.extract(), BAD_REQUEST, "an archive is in it", "--resume")
        self.assert_says(self.extract("--resume"), BAD_REQUEST, "it is complete already")
        self.assert_loads_whole()

    def test_a_folder_with_other_things_is_left_alone(self):
        self.archive.mkdir()
        (self.archive / "letter").write_text("dear")
        self.assert_says(self.extract(), BAD_REQUEST, "something else is in it", "empty")
        self.assertEqual([file.name for file in self.archive.iterdir()], ["letter"])

    def test_what_a_run_left_that_never_began_is_in_nobodys_way(self):
        words = list(self.words())
        words[1] = self.source.url("no_such_database")
        self.assertEqual(self.program.run(*words).code, BAD_REQUEST)
        (self.archive / "chunks").mkdir(parents=True, exist_ok=True)
        self.extract_whole()
        self.assert_loads_whole()

    def test_a_second_process_is_locked_out(self):
        with self.program.start(*self.words(), MILLRACE_FAULT="reader.mid_table:4:stop") as process:
            await_still(process)
            resumed, anew = self.extract("--resume"), self.extract()
            process.send_signal(signal.SIGCONT)
            process.communicate(timeout=60)

        for second in (resumed, anew):
            self.assert_says(second, CONFLICT, "another millrace extract is at it", "wait for it")
        self.assertEqual(process.returncode, COMPLETE)
        self.assert_loads_whole()

    def test_nothing_to_resume_is_said(self):
        self.assert_says(self.extract("--resume"), BAD_REQUEST, "no archive is in it", "--resume")


if __name__ == "__main__":
    unittest.main()
