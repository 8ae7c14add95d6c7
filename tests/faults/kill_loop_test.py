#!/usr/bin/env python3
"""Kills the process at random instants, resumes it, and so on until it is done: as often as asked."""

import os
import pathlib
import random
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_REQUEST, COMPLETE, await_true
from resume_test_case import ResumeTestCase

KILLS = int(os.environ.get("MILLRACE_KILLS", "50"))


class KillLoop(ResumeTestCase):
    def test_kills_at_random_instants_lose_and_double_nothing(self):
        seed = int(os.environ.get("MILLRACE_SEED", "0")) or random.randrange(1, 10**9)
        print(f"MILLRACE_SEED={seed} MILLRACE_KILLS={KILLS}", file=sys.stderr)
        instants = random.Random(seed)
        whole = self.time_of_a_whole_run()
        kills = done = resumed = 0
        while kills < KILLS or self.has_unfinished_run():
            resumes = self.can_be_resumed()
            resumed += resumes
            # At the end it is left alone, so that the last run ends.
            patience = instants.uniform(0, whole) if kills < KILLS else None
            code, said = self.run_for(patience, "--resume" if resumes else "--if-exists=drop")
            # The process was killed when it had said so and not yet heard that it was entered.
            ended_before = code == BAD_REQUEST and "of this job is complete" in said
            if code == COMPLETE or ended_before:
                done += 1
                self.assert_all_there()
            else:
                self.assertEqual(code, -9, f"it failed by itself: {said}")
                kills += 1
        print(f"{kills} kills, {resumed} resumed, {done} complete", file=sys.stderr)
        self.assertGreater(resumed, kills // 4, "hardly a kill met a run under way")
        self.assertGreater(done, 0)

    def can_be_resumed(self):
        """Whether there is something to resume, once the target knows that a killed process is gone."""
        if not self.has_unfinished_run():
            await_true(lambda: self.target.our_sessions(self.database) == "", "the target has noticed")
        return self.has_unfinished_run()

    def time_of_a_whole_run(self):
        began = time.monotonic()
        self.assertEqual(self.migrate().code, COMPLETE)
        seconds = time.monotonic() - began
        self.assert_all_there()
        return seconds

    def run_for(self, seconds, *words):
        """Start it and kill it after so many seconds, unless it has ended by then; its exit code and stderr."""
        with self.program.start(*self.words(*words)) as process:
            try:
                _, said = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                _, said = process.communicate()
            return process.returncode, said


if __name__ == "__main__":
    unittest.main()
