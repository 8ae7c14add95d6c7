#!/usr/bin/env python3
"""--progress json: each line is an event that a program can read, with the fields that docs/operations.md lists."""

import json
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))

from fault_test_case import BAD_DATA, COMPLETE, OneTableTestCase

PAGE = HERE.parents[1] / "docs/operations.md"
SLOW = ("--sql", "before_schema=select pg_sleep(1.2)", "--sql", "before_data=select pg_sleep(1.2)")


def documented(event):
    """The fields that the page has in the event's table."""
    table = re.search(rf"(?m)^\| `{event}` \| .*\n\|---\|---\|\n((?:\|.*\n)+)", PAGE.read_text()).group(1)
    return {"event"} | {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}


class Events(OneTableTestCase):
    def run_json(self, command, *words):
        return self.program.run(command, self.source.url(self.database), self.target.url(self.database),
                                "--progress", "json", *words)

    def events(self, lines):
        """Every line as an object; the last one is the end, and no other."""
        events = [json.loads(line) for line in lines]
        self.assertEqual([event["event"] for event in events], ["progress"] * (len(events) - 1) + ["end"])
        for event in events:
            self.assertEqual(set(event), documented(event["event"]))
        return events[:-1], events[-1]

    def test_every_line_is_an_event_and_the_last_one_is_the_end(self):
        outcome = self.run_json("migrate", *SLOW)

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        seen, end = self.events(outcome.stderr.splitlines())
        self.assertGreaterEqual(len(seen), 2, outcome.stderr)
        known = [event["tables"] for event in seen]
        self.assertEqual(known, sorted(known), "0 until the plan is made")
        self.assertEqual(known[-1], 1)
        self.assertEqual(sorted(seen[-1]["lanes"]), ["builders", "readers", "writers"])
        times = [event["elapsed_s"] for event in seen] + [end["wall_s"]]
        self.assertEqual(times, sorted(times))
        self.assertEqual((end["outcome"], end["error"], end["rows"], end["left_in_target"]), ("complete", "", 2, []))

    def test_a_run_that_fails_ends_with_its_error_too(self):
        self.fill("create table v (id int primary key, yes tinyint(1)); insert into v values (7, 2)")
        outcome = self.run_json("migrate")

        self.assertEqual(outcome.code, BAD_DATA, outcome.stderr)
        lines = outcome.stderr.splitlines()
        self.assertRegex(lines[-2], "^millrace: ")
        self.assertRegex(lines[-1], "^  hint: ")
        _, end = self.events(lines[:-2])
        self.assertEqual(end["outcome"], "failed")
        self.assertIn(end["error"], lines[-2])
        self.assertIn(end["hint"], lines[-1])

    def test_verify_ends_with_an_event_too(self):
        self.assertEqual(self.migrate().code, COMPLETE)
        outcome = self.run_json("verify")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        _, end = self.events(outcome.stderr.splitlines())
        self.assertEqual(end["outcome"], "complete")


if __name__ == "__main__":
    unittest.main()
