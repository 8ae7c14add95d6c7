#!/usr/bin/env python3
"""Kills the process at random instants, resumes it, and so on until it is done: as often as asked, half of the
kills for migrate, the others for extract and load."""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_REQUEST, COMPLETE, await_true
from resume_test_case import ResumeTestCase

KILLS = int(os.environ.get("MILLRACE_KILLS", "50"))


class Loop:
    """One command that is killed and resumed. `words(resumes)` calls it; `resumes()` tells whether it has begun."""

    def __init__(self, test, instants, words, resumes):
        self.test, self.instants, self.words, self.resumes = test, instants, words, resumes
        self.kills = self.resumed = self.done = 0
        began = time.monotonic()
        code, said = self.run_for(None, words(False))
        test.assertEqual(code, COMPLETE, said)
        self.whole_s = time.monotonic() - began

    def until_done(self, may_kill):
        """Run it to its end, killing it at random instants on the way while `may_kill()`. Whether its last process
        lived to report."""
        while True:
            resumes = self.resumes()
            self.resumed += resumes
            patience = self.instants.uniform(0, self.whole_s) if may_kill() else None
            code, said = self.run_for(patience, self.words(resumes))
            # The process was killed when it had said so and not yet heard that it was entered.
            ended_before = code == BAD_REQUEST and ("of this job is complete" in said or "is complete already" in said)
            if code == COMPLETE or ended_before:
                self.done += 1
                return code == COMPLETE
            self.test.assertEqual(code, -9, f"it failed by itself: {said}")
            self.kills += 1

    def run_for(self, seconds, words):
        """Start it and kill it after so many seconds, unless it has ended by then; its exit code and stderr."""
        with self.test.program.start(*words) as process:
            try:
                _, said = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                _, said = process.communicate()
            return process.returncode, said

    def tell(self):
        print(f"{self.kills} kills, {self.resumed} resumed, {self.done} complete", file=sys.stderr)
        self.test.assertGreater(self.resumed, self.kills // 4, "hardly a kill met a run under way")


class KillLoop(ResumeTestCase):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("MILLRACE_SEED", "0")) or random.randrange(1, 10**9)
        print(f"MILLRACE_SEED={seed} MILLRACE_KILLS={KILLS}", file=sys.stderr)
        self.instants = random.Random(seed)
        self.archive = self.folder / "archive"

    def test_kills_at_random_instants_lose_and_double_nothing(self):
        loop = Loop(self, self.instants,
                    lambda resumes: self.words("--resume" if resumes else "--if-exists=drop"), self.can_be_resumed)
        self.assert_all_there()
        while loop.kills < KILLS - KILLS // 2:
            loop.until_done(lambda: loop.kills < KILLS - KILLS // 2)
            self.assert_all_there()
        loop.tell()

    def test_kills_of_extract_and_load_lose_and_double_nothing(self):
        extract = Loop(self, self.instants, self.extract_words, lambda: (self.archive / "manifest.json").exists())
        load = Loop(self, self.instants, self.load_words, self.can_be_resumed)
        self.assert_all_there()
        while extract.kills < KILLS // 4 or load.kills < KILLS // 4:
            shutil.rmtree(self.archive)
            extract.until_done(lambda: extract.kills < KILLS // 4)
            verified = self.program.run("archive", "verify", self.archive)
            self.assertEqual(verified.code, COMPLETE, verified.stderr)
            reported = load.until_done(lambda: load.kills < KILLS // 4)
            self.assert_all_there()
            if reported:  # of every value, whoever extracted and loaded it
                self.assertRegex(self.program.report()["proof"]["statement"], "^proven: 64 tables .* value for value")
        extract.tell()
        load.tell()

    def extract_words(self, resumes):
        return ("extract", self.source.url(self.schema), self.archive, "--progress", "none", "--chunk-bytes",
                "64KiB", "--readers", "2", *(["--resume"] if resumes else []))

    def load_words(self, resumes):
        return ("load", self.archive, self.target.url(self.database), "--progress", "none", "--report", "run.json",
                "--readers", "2", "--writers", "2", "--builders", "2", "--resume" if resumes else "--if-exists=drop")

    def can_be_resumed(self):
        """Whether there is something to resume, once the target knows that a killed process is gone."""
        if not self.has_unfinished_run():
            await_true(lambda: self.target.our_sessions(self.database) == "", "the target has noticed")
        return self.has_unfinished_run()


if __name__ == "__main__":
    unittest.main()
