#!/usr/bin/env python3
"""The logic of bench/farm, bench/model and bench/fidelity without any server: cells, medians, figures, verdicts, pages."""

import argparse
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True  # beside bench/farm it would be a file that nobody asked for
BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH / "lib"))
# pylint: disable=wrong-import-position
from data_set import DataSet, Table  # noqa: E402
from farm_cell import Cell, Farm, jobs_of, refuse_farm_of_others, refuse_standing_schemas  # noqa: E402
from farm_figures import farm_figures  # noqa: E402
from farm_page import page, pictures  # noqa: E402
from farm_summary import spread, summaries  # noqa: E402
from farm_ways import FARM_WAYS, FarmConsolidated, FarmPsql, keys_of  # noqa: E402
from fidelity_judge import NULL, Left, Told, counts, judge, normal, worst  # noqa: E402
from fidelity_page import page as fidelity_page  # noqa: E402
from fidelity_read import found_columns, has_table, source_answer, target_answer, target_values  # noqa: E402
from fidelity_subjects import SUBJECTS, Ask, Subject, taken  # noqa: E402
from fidelity_ways import RejectingRun, ResumingRun, millrace_told, pgloader_told  # noqa: E402
from origin import public, result_stem, without_folders  # noqa: E402
from server_pair import Refused, ServerPair  # noqa: E402
from ways import Setting  # noqa: E402


def program(name):
    """A script of bench/ as a module; it has no .py."""
    loader = importlib.machinery.SourceFileLoader(f"bench_{name}", str(BENCH / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


farm_program, model_program, fidelity_program = program("farm"), program("model"), program("fidelity")


def run(cell="256x10:per-job", way="millrace", wall=2.0, repetition=0, lanes=None, **more):
    """A reading as bench/farm keeps it."""
    parsed = Cell.parse(cell)
    return {"cell": cell, "way": way, "title": way.title(), "repetition": repetition, "lanes": lanes,
            "wall_seconds": wall, "steps_seconds": {"all": wall},
            "cpu_seconds": {"engine": 0.5, "source": 0.25, "target": 1.0, "others": 0.0},
            "peak_bytes": 30 << 20, "jobs": parsed.jobs, "frames": parsed.work_rows, "tables": 1000,
            "rows": 5000, "commands": [], **more}


def told(**more):
    """What Millrace's own report adds to a reading."""
    return {"copy_bytes": 8_000_000, "source_held_seconds": 0.01,
            "phases_seconds": {"plan": 0.5, "copy": 1.5}, **more}


def result_of(runs, **more):
    """What bench/farm keeps of one call."""
    cells = dict.fromkeys(one["cell"] for one in runs)
    return {"date": "2026-01-01", "commit": "abc1234", "command": "bench/farm", "repetitions": 2,
            "machine": {"processor": "CPU", "cores": 2, "memory_bytes": 8 << 30, "kernel": "6",
                        "system": "Linux"},
            "versions": {"source": "10.11.1-MariaDB+deb", "target": "15.1 (Debian)"},
            "cells": [{"name": name} for name in cells], "missing": {}, "failed": [], "runs": runs,
            "summaries": summaries(runs), "figures": farm_figures(runs), **more}


class FakeServers:
    """Answers by the first words that a question holds."""

    def __init__(self, source=(), target=()):
        self.answers = {"source": dict(source), "target": dict(target)}
        self.asked = []

    def ask(self, side, sql):
        self.asked.append(sql)
        return next((rows for words, rows in self.answers[side].items() if words in sql), [])

    def ask_source(self, sql):
        return self.ask("source", sql)

    def ask_target(self, sql):
        return self.ask("target", sql)


def farm_of(*tables):
    """A farm of (database, table) names, each table with 2 rows and a primary key."""
    farm = Farm(Cell(512, 10))
    for database, table in tables:
        if database not in [known.name for known in farm.databases]:
            farm.databases.append(DataSet(database, database, "qube", []))
        columns = [("id", "int(11)", False), ("name", "varchar(9)", True)]
        farm.databases[-1].tables.append(Table(table, 2, columns, ["id"], {}))
    return farm


class Cells(unittest.TestCase):
    def test_a_cell_is_read_and_written_the_same(self):
        for text in ("10000x100:shared", "256x10:per-job", "1000x100:shared:MyISAM"):
            self.assertEqual(Cell.parse(text).name, text)
        self.assertEqual(Cell.parse("10_000x100"), Cell(10_000, 100, "shared", "InnoDB"))

    def test_what_is_no_cell_is_refused_with_what_to_write(self):
        for text in ("", "10000", "x100", "10x10:both", "10x10:shared:Aria", "10x10:shared:InnoDB:x"):
            with self.assertRaisesRegex(ValueError, "write JOBSxFRAMES"):
                Cell.parse(text)
        with self.assertRaises(argparse.ArgumentTypeError):
            farm_program.cell_list("256x10:shared,10")

    def test_the_grid_holds_every_cell_up_to_the_largest(self):
        usual, whole = farm_program.grid(1_000_000), farm_program.grid(10**9)
        self.assertIn(Cell(10_000, 100), usual)
        self.assertNotIn(Cell(10_000, 1_000), usual)
        self.assertNotIn(Cell(10_000, 10, "per-job"), usual)
        self.assertLess(set(usual), set(whole))
        for jobs in farm_program.JOBS:
            for frames in farm_program.FRAMES:
                self.assertIn(Cell(jobs, frames), whole)
        self.assertIn(Cell(10_000, 10, "per-job"), whole)
        self.assertEqual(len(whole), len(set(whole)))


class Standing(unittest.TestCase):
    """What is on the servers and not bench/farm's is named and kept."""

    def test_schemas_that_would_be_dropped_are_refused(self):
        refuse_standing_schemas(FakeServers())
        with self.assertRaisesRegex(Refused, "would drop: 1qube, qube\n.*another database"):
            refuse_standing_schemas(FakeServers(target={"pg_namespace": [["1qube"], ["qube"]]}))

    def test_databases_of_another_farm_are_refused(self):
        noted = " ".join(Cell(512, 10).farmgen_options())
        self.assertEqual((jobs_of(noted), jobs_of("")), (512, 0))
        ours = FakeServers(source={"qube.jobid": [["512"]]})
        refuse_farm_of_others(ours, ["1qube", "2qube", "pfx_dw", "qube"], noted)
        with self.assertRaisesRegex(Refused, "did not make: 3qube$"):
            refuse_farm_of_others(ours, ["1qube", "3qube", "qube"], noted)
        # Its names are those of ours, its jobs are not.
        with self.assertRaisesRegex(Refused, "1qube"):
            refuse_farm_of_others(FakeServers(source={"qube.jobid": [["7"]]}), ["1qube", "qube"], noted)
        with self.assertRaises(Refused):
            refuse_farm_of_others(ours, ["1qube"], "")

    def test_a_copy_leaves_no_schema_behind(self):
        servers = FakeServers(target={"pg_tables": [["qube.host"], ["bench_farm.job"]]})
        farm_of(("qube", "host"), ("1qube", "job")).drop_copy(servers)
        for words in ("drop table qube.host, bench_farm.job cascade", 'schema if exists "1qube"',
                      'schema if exists "bench_farm"'):
            self.assertIn(words, servers.asked[-1])


class Summaries(unittest.TestCase):
    def test_a_median_has_the_least_and_the_greatest_beside_it(self):
        self.assertEqual(spread([3, 1, 2]), {"median": 2, "least": 1, "greatest": 3})
        self.assertEqual(spread([1, 2])["median"], 1.5)
        self.assertIsNone(spread([]))
        self.assertIsNone(spread([1, None]))

    def test_a_ways_repetitions_come_to_one_entry(self):
        runs = [run(wall=wall, repetition=i, **told()) for i, wall in enumerate((4.0, 1.0, 2.0))]
        (one,) = summaries(runs)
        self.assertEqual((one["cell"], one["way"], one["repetitions"]), ("256x10:per-job", "millrace", 3))
        self.assertEqual(one["wall_seconds"], {"median": 2.0, "least": 1.0, "greatest": 4.0})
        self.assertEqual(one["jobs_per_second"]["median"], 128)
        self.assertEqual(one["frames_per_second"]["greatest"], 2560)
        self.assertEqual(one["megabytes_per_second"]["median"], 4.0)
        self.assertEqual(one["milliseconds_per_table"]["median"], 2.0)
        self.assertEqual({side: cpu["median"] for side, cpu in one["cpu_seconds"].items()},
                         {"source": 0.25, "engine": 0.5, "target": 1.0, "others": 0.0})
        self.assertEqual(one["peak_bytes"]["median"], 30 << 20)
        self.assertEqual(one["source_held_seconds"]["median"], 0.01)

    def test_what_nobody_tells_is_null_and_bytes_are_the_cells(self):
        hidden = {"engine": 0.5, "source": None, "target": None, "others": 0.0}
        ours, rival, alone = summaries([
            run(**told()), run(way="vendor", wall=4.0, cpu_seconds=hidden), run("256x100", "vendor")])
        self.assertEqual(ours["megabytes_per_second"]["median"], 4.0)
        self.assertEqual(rival["megabytes_per_second"]["median"], 2.0)
        self.assertIsNone(alone["megabytes_per_second"])
        self.assertIsNone(rival["cpu_seconds"]["source"])
        self.assertIsNone(rival["source_held_seconds"])

    def test_lanes_are_told_apart(self):
        found = summaries([run(), run(lanes=[1, 2]), run(lanes=[2, 2]), run(lanes=[2, 2])])
        self.assertEqual([(one["lanes"], one["repetitions"]) for one in found],
                         [(None, 1), ([1, 2], 1), ([2, 2], 2)])


class Figures(unittest.TestCase):
    def named(self, runs):
        return {figure["name"].partition(": ")[2] or figure["name"]: figure for figure in farm_figures(runs)}

    def test_ratios_are_taken_within_a_repetition(self):
        runs = [run(wall=1.0), run(wall=2.0, repetition=1),
                run(way="pgloader", wall=30.0), run(way="pgloader", wall=10.0, repetition=1)]
        found = self.named(runs)["pgloader / Millrace"]
        self.assertEqual((found["value"], found["least"], found["greatest"]), (17.5, 5.0, 30.0))
        self.assertTrue(found["reached"])

    def test_a_way_that_ran_into_its_limit_gives_a_bound_that_can_only_reach_a_goal(self):
        ended = [{"cell": "256x10:per-job", "way": "pgloader", "why": "took longer", "limit_seconds": 60}]

        def bound(wall, failed):
            return {figure["name"]: figure for figure in farm_figures([run(wall=wall)], failed)}.get(
                "256x10:per-job: pgloader / Millrace")
        self.assertEqual((bound(2.0, ended)["value"], bound(2.0, ended)["bound"]), (30.0, True))
        self.assertIsNone(bound(20.0, ended), "more than 3 is no miss of 10")
        self.assertIsNone(bound(2.0, [{**ended[0], "limit_seconds": None}]))

    def test_calls_keep_their_results_apart(self):
        names = []
        with tempfile.TemporaryDirectory() as folder:
            for date in ("2026-01-31T14:05Z", "2026-01-31T14:05Z", "2026-01-31T14:06Z"):
                stem = result_stem(pathlib.Path(folder), "farm-", {"date": date, "commit": "abc1234"})
                stem.with_name(stem.name + ".json").touch()
                names.append(stem.name)
        self.assertEqual(names, ["farm-2026-01-31T1405-abc1234", "farm-2026-01-31T1405-abc1234-2",
                                 "farm-2026-01-31T1406-abc1234"])

    def test_a_goal_that_is_missed_is_told(self):
        found = self.named([run(wall=4.0), run(way="psql", wall=2.0)])
        self.assertEqual((found["wall per small table"]["value"], found["Millrace / the psql floor"]["value"]),
                         (4.0, 2.0))
        self.assertFalse(found["wall per small table"]["reached"])
        self.assertFalse(found["Millrace / the psql floor"]["reached"])

    def test_the_proven_way_is_the_one_held_against_the_old_way(self):
        cell = "10000x100:shared"
        found = self.named([run(cell, wall=1.0), run(cell, "verified", wall=5.0), run(cell, "vendor", wall=30.0)])
        self.assertEqual(found["the vendor's way / Millrace"]["value"], 6.0)
        self.assertEqual(self.named([run("256x10", "vendor")]), {})

    def test_the_exit_code_tells_missed_goals_and_failures_of_ours(self):
        self.assertEqual(farm_program.exit_code([{"reached": True}], ["pgloader"]), 0)
        self.assertEqual(farm_program.exit_code([{"reached": True}, {"reached": False}], []), 1)
        self.assertEqual(farm_program.exit_code([], ["consolidated"]), 1)


class Page(unittest.TestCase):
    def result(self):
        runs = [run(cell, way, wall=2.0 + i, repetition=i, **(told() if way == "millrace" else {}))
                for cell in ("256x10:per-job", "1000x100:shared")
                for way in ("millrace", "vendor", "psql") for i in (0, 1)]
        runs += [run("256x10:shared", wall=4.0 / (readers + writers), lanes=[readers, writers], **told())
                 for readers in (1, 2) for writers in (1, 2)]
        failed = [{"cell": "256x10:per-job", "way": "pgloader", "why": "took <too> long\nmore"}]
        return result_of(runs, failed=failed, missing={"pgloader": "not there"})

    def test_every_picture_is_drawn_and_is_xml(self):
        drawn = pictures(self.result())
        self.assertEqual(set(drawn), {"throughput", "tables", "phases", "lanes"})
        for name, picture in drawn.items():
            box = xml.etree.ElementTree.fromstring(picture).get("viewBox").split()
            self.assertGreater(float(box[3]), 40, name)
        # The fields of readers by writers; the words in them are rates, and times the first.
        self.assertEqual(drawn["lanes"].count("<rect"), 4)
        self.assertIn("2.00 x", drawn["lanes"])

    def test_no_words_leave_a_picture(self):
        for name, picture in pictures(self.result()).items():
            root = xml.etree.ElementTree.fromstring(picture)
            width = float(root.get("viewBox").split()[2])
            for words in root.iter("{http://www.w3.org/2000/svg}text"):
                if words.get("text-anchor") == "start":
                    self.assertLess(float(words.get("x")) + 6 * len(words.text), width, (name, words.text))

    def test_the_page_holds_figures_readings_and_what_has_no_time(self):
        text = page(self.result())
        for words in ("Throughput over the grid", "Cost of a table", "Scaling with readers and writers",
                      "Where the time goes", "commit abc1234", "2 repetitions", "Millrace / the psql floor",
                      "Millrace, 2 + 1 lanes", "took &lt;too&gt; long", "pgloader: not there"):
            self.assertIn(words, text)

    def test_a_call_without_lanes_or_phases_has_no_such_section(self):
        text = page(result_of([run(way="vendor")]))
        self.assertNotIn("Scaling", text)
        self.assertNotIn("Where the time goes", text)
        self.assertIn("All readings", text)

    def test_joined_files_hold_the_last_readings_of_each_way(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            failed = [{"cell": "256x10:per-job", "way": "psql", "why": "late"}]
            calls = [result_of([run(wall=9.0), run(way="vendor")], failed=failed),
                     result_of([run(wall=2.0), run(way="psql")])]
            for i, call in enumerate(calls):
                (folder / f"{i}.json").write_text(json.dumps(call))
            with contextlib.redirect_stdout(io.StringIO()):
                farm_program.join([folder / "0.json", folder / "1.json"], folder)
            joined = json.loads((folder / "farm-2026-01-01-joined.json").read_text())
            self.assertEqual({(one["way"], one["wall_seconds"]["median"]) for one in joined["summaries"]},
                             {("millrace", 2.0), ("vendor", 2.0), ("psql", 2.0)})
            self.assertEqual(joined["failed"], [])
            self.assertTrue((folder / "farm-2026-01-01-joined.html").exists())


class Ways(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.servers = ServerPair("mysql://u:pw@host:1/", "postgresql://u:pw@host:2/db", exchange=self.folder)
        self.setting = Setting(self.servers, self.folder, self.folder, None, None)

    def test_the_ways_have_names_of_their_own_and_say_what_is_missing(self):
        names = [way.name for way in FARM_WAYS]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual(set(farm_program.OURS), set(names))
        self.assertIn("is not built", FARM_WAYS[0](self.setting).missing())
        self.servers.exchange = None
        self.assertIn("--exchange", FarmPsql(self.setting).missing())

    def test_only_farms_of_several_tables_of_a_kind_are_consolidated(self):
        way = FarmConsolidated(self.setting)
        one = [("1qube", kind) for kind in way.kinds] + [("qube", "event")]
        self.assertFalse(way.suits(farm_of(*one)))
        self.assertTrue(way.suits(farm_of(*one, ("2qube", "job"))))
        self.assertEqual([way.kind_of("1qube", "10subjob"), way.kind_of("2qube", "job"),
                          way.kind_of("qube", "event"), way.kind_of("1qube", "host")],
                         ["subjob", "job", None, None])

    def test_no_table_is_consolidated_by_two_rules(self):
        way = FarmConsolidated(self.setting)
        (_, job) = way.rules()
        rules = job.read_text()
        self.assertEqual(rules.count("[[consolidate]]"), len(way.kinds))
        self.assertIn('["[0-9]*qube.work", "[0-9]*qube.[0-9]*work"]', rules)
        self.assertNotIn("[0-9]*job", rules)  # it would match 10subjob too

    def test_the_psql_floor_has_a_hundred_tables_in_a_transaction(self):
        self.servers.ask_source = lambda sql: self.assertIn("into outfile", sql)
        tables = [("1qube", f"{i}work") for i in range(150)]
        ((_, command),) = FarmPsql(self.setting).steps(farm_of(*tables))
        script = pathlib.Path(str(command[-1]).partition("=")[2]).read_text().splitlines()
        self.assertEqual((script.count("begin;"), script.count("commit;")), (2, 2))
        self.assertEqual(sum(line.startswith("copy ") for line in script), 150)
        self.assertEqual(sum("add primary key" in line for line in script), 150)
        self.assertNotIn("pw", " ".join(map(str, command)))

    def test_keys_on_text_are_made_of_its_beginning(self):
        table = Table("t", 0, [("id", "int(11)", False), ("note", "text", True)], ["id"], {"k": ["note", "id"]})
        self.assertEqual(keys_of("t", table), ['alter table t add primary key ("id");',
                                               'create index on t (left("note", 64), "id");'])


class Origin(unittest.TestCase):
    def test_no_password_and_no_folder_is_kept(self):
        work = pathlib.Path("/somewhere/work")
        said = public(["run", "mysql://root:secret@host/", f"--file={work}/x"], work, None)
        self.assertEqual(said, "run mysql://root:***@host/ --file=WORK/x")
        self.assertEqual(without_folders(["--servers", "/a", "--results=/b", "--reps", "2"]),
                         ["--servers", "DIR", "--results=DIR", "--reps", "2"])


class Model(unittest.TestCase):
    def latency(self, **walls):
        """Readings in seconds: ms10x8=1.0 is that of 10 ms with 8 lanes."""
        cases = {"ms0x8": 10.0, "ms10x8": 10.5, "ms50x1": 40.0, "ms50x8": 10.0, **walls}
        return [{"delay_ms": int(case[2:].partition("x")[0]), "lanes": int(case.partition("x")[2]),
                 "copy_seconds": wall} for case, wall in cases.items()]

    def test_hidden_latency_reaches_its_goals_and_felt_latency_does_not(self):
        hidden, gain = model_program.figures_of(self.latency())
        self.assertEqual((hidden["value"], hidden["reached"]), (1.05, True))
        self.assertEqual((gain["value"], gain["reached"]), (4.0, True))
        felt, slow = model_program.figures_of(self.latency(ms10x8=12.0, ms50x1=20.0))
        self.assertEqual((felt["reached"], slow["reached"]), (False, False))
        self.assertEqual(model_program.figures_of([]), [])

    def test_lanes_double_up_to_twice_the_cores(self):
        lanes = list(model_program.lanes_of_machine())
        self.assertEqual(lanes, [2**i for i in range(len(lanes))])
        self.assertLessEqual(lanes[-1], 2 * os.cpu_count())
        self.assertGreater(lanes[-1] * 2, 2 * os.cpu_count())

    def test_a_relays_port_takes_the_servers_place(self):
        self.assertEqual(model_program.with_port("mysql://u:p@far.host:3306/db?ssl=1", 7),
                         "mysql://u:p@127.0.0.1:7/db?ssl=1")

    def test_a_program_that_is_not_built_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            options = argparse.Namespace(quick=True, reps=1, programs=pathlib.Path(folder))
            with self.assertRaisesRegex(Refused, "bench_engine is not built"):
                model_program.run_engine(options)
            with self.assertRaisesRegex(Refused, "delay_relay is not built"):
                model_program.run_latency(options, None, pathlib.Path(folder))

    def test_the_engines_reading_is_the_median_of_the_repetitions(self):
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder) / "bench_engine"
            fake.write_text("#!/bin/sh\ncd $(dirname $0); n=$(cat n 2>/dev/null || echo 0); n=$((n + 1));"
                            " echo $n > n\nset -- 9 3 5; shift $(((n - 1) % 3))\n"
                            'echo "{\\"rows_per_s\\": $1, \\"bytes_per_s\\": 1, \\"rows_per_cpu_s\\": 1}"\n')
            fake.chmod(0o755)
            options = argparse.Namespace(quick=True, reps=3, programs=pathlib.Path(folder))
            with contextlib.redirect_stdout(io.StringIO()):
                readings = model_program.run_engine(options)
        for one in readings:
            self.assertEqual((one["least_rows_per_s"], one["rows_per_s"], one["most_rows_per_s"]), (3, 5, 9))


class Judging(unittest.TestCase):
    """The verdict of a fact follows from the two texts and what the run said."""

    def verdict(self, source, left, *messages, kind="text", ended_badly=False, words=("zero_day",)):
        return judge(kind, source, left, Told(list(messages), ended_badly), words)

    def test_equal_text_is_equal_whatever_was_said(self):
        self.assertEqual(self.verdict("a", Left("a"), "WARNING zero_day", ended_badly=True), ("equal", ""))
        self.assertEqual(self.verdict(NULL, Left(NULL))[0], "equal")

    def test_another_value_is_silent_unless_a_message_names_it(self):
        self.assertEqual(self.verdict("a", Left("b"))[0], "changed silently")
        self.assertEqual(self.verdict("a", Left(NULL), "type: shop.days.other_day: loses it")[0], "changed silently")
        self.assertEqual(self.verdict("NULL", Left(NULL))[0], "changed silently")
        said = "type: shop.days.zero_day: loses it"
        self.assertEqual(self.verdict("a", Left("b"), "other", said), ("named", said))

    def test_nothing_is_silent_unless_named_or_the_run_failed(self):
        self.assertEqual(self.verdict("a", Left(None))[0], "missing silently")
        self.assertEqual(self.verdict("a", Left(None), "lost its way", ended_badly=True), ("failed", "lost its way"))
        self.assertEqual(self.verdict("a", Left("b"), ended_badly=True), ("failed", "not a word"))
        self.assertEqual(self.verdict("a", Left(None), "no ZERO_DAY here", ended_badly=True)[0], "named")

    def test_a_name_within_another_is_not_named(self):
        self.assertEqual(self.verdict("a", Left("b"), "zero_day_too and zero_days", words=("zero_day",))[0],
                         "changed silently")
        self.assertEqual(self.verdict("a", Left("b"), "column fidelity.days.zero_day.", words=("zero_day",))[0], "named")

    def test_values_have_one_normal_form(self):
        for kind, source, text, target_type in (
                ("number", "1.500", "1.5", "numeric(6,3)"), ("number", "1", "t", "boolean"), ("number", "0000", "0", "smallint"),
                ("bits", "10000001", "10000001", "bit(8)"), ("bits", "1", "00000001", "bit(8)"), ("bits", "0", "f", "boolean"),
                ("bytes", "00FF", "00ff", "bytea"), ("bytes", "00112233445566778899AABBCCDDEEFF",
                                                     "00112233-4455-6677-8899-aabbccddeeff", "uuid"),
                ("moment", "2021-01-01 10:00:00", "2021-01-01 10:00:00+00", "timestamp with time zone"),
                ("moment", "2021-01-01 10:00:00.120000", "2021-01-01 10:00:00.12", "timestamp"),
                ("moment", "838:59:59.000000", "838:59:59", "interval"),
                ("single", "0.10000000149011612", "0.1", "real"), ("double", "1e15", "1000000000000000", "double precision"),
                ("members", "a,b c", '{a,"b c"}', "text[]"), ("members", "", "{}", "text[]"),
                ("json", '{"b": 1, "a":2.50}', '{"a": 2.50, "b": 1}', "jsonb"),
                ("shape", "POINT(13.5 52.25)", "(13.5,52.25)", "point"),
                ("shape", "POINT(1 2)", "0101000000000000000000F03F0000000000000040", "bytea"),
                ("address", "2001:db8::1", "2001:db8::1/128", "inet"), ("address", "10.0.0.1", "10.0.0.1", "text")):
            with self.subTest(f"{kind} {source}"):
                self.assertEqual(normal(kind, text, target_type), normal(kind, source))

    def test_unlike_values_stay_unlike(self):
        for kind, source, text, target_type in (
                ("number", "2", "t", "boolean"), ("number", "18446744073709551615", "18446744073709551616", "numeric"),
                ("bytes", "61", "a", "text"), ("moment", "00:00:00.000001", "00:00:00", "interval"),
                ("single", "16777215", "16777200", "real"), ("json", '{"a": 1, "a": 2}', '{"a": 2}', "jsonb"),
                ("json", '{"n": 1.10}', '{"n": 1.1}', "jsonb"), ("shape", "POINT(1 2)", "(2,1)", "point"),
                ("address", "10.0.0.1", "10.0.0.1/24", "inet"), ("number", "1", "nonsense", "text"), ("text", "a", "a ", "text")):
            with self.subTest(f"{kind} {source}"):
                self.assertNotEqual(normal(kind, text, target_type), normal(kind, source))

    def test_verdicts_are_counted_and_the_worst_stands_for_a_subject(self):
        self.assertEqual(counts(["equal", "named", "equal"]), {"equal": 2, "named": 1, "changed silently": 0,
                                                               "missing silently": 0, "failed": 0})
        self.assertEqual(worst(["equal", "failed", "named"]), "failed")
        self.assertEqual(worst(["failed", "changed silently"]), "changed silently")

    def test_the_exit_code_is_of_millrace_alone(self):
        def facts(**verdicts):
            return [{"ways": {way: {"verdict": verdict} for way, verdict in verdicts.items()}}]
        self.assertEqual(fidelity_program.exit_code(facts(pgloader="failed", millrace="named", rejecting="equal")), 0)
        for verdict in ("changed silently", "missing silently", "failed"):
            self.assertEqual(fidelity_program.exit_code(facts(pgloader="equal", millrace=verdict)), 1)
            self.assertEqual(fidelity_program.exit_code(facts(millrace="named", rejecting=verdict)), 1)


class Messages(unittest.TestCase):
    PGLOADER = """2026-01-01T00:00:00.010000Z LOG Migrating from #<MYSQL-CONNECTION>
2026-01-01T00:00:01.500000Z ERROR Database error 22P02: invalid input
CONTEXT: COPY days, line 1, column zero_day
2026-01-01T00:00:01.600000+01:00 LOG report summary reset
             table name     errors       rows      bytes      total time
-----------------------  ---------  ---------  ---------  --------------
        fetch meta data          0          1                     0.070s
            shop.days            2          1     0.0 kB          0.020s
"""

    def test_of_pgloader_warnings_and_errors_are_taken_with_their_further_lines(self):
        told = pgloader_told(0, self.PGLOADER, 60)
        self.assertEqual(told.messages, ["ERROR Database error 22P02: invalid input CONTEXT: COPY days, line 1, column zero_day",
                                         "summary: shop.days, errors: 2"])
        self.assertFalse(told.ended_badly)

    def test_of_a_crash_and_of_the_limit_it_is_told(self):
        told = pgloader_told(1, "Heap exhausted, game over.\nmore\n", 60)
        self.assertEqual((told.messages, told.ended_badly), (["Heap exhausted, game over. more"], True))
        self.assertEqual(pgloader_told(None, "", 60).messages, ["ended after 60 s"])

    def test_of_millrace_notes_faults_and_the_error_are_taken(self):
        report = {"notes": [{"topic": "index", "where": "shop.days", "message": "left out"}], "checks": [],
                  "faults": [{"table": "shop.days", "column": "zero_day", "reason": "zero date", "value": "0000-00-00",
                              "key": "id=1", "nulled": 0, "rejected": 3}],
                  "left_in_target": ["shop.days"], "error": "cannot store it"}
        told = millrace_told(3, "millrace: cannot store it", report, 60)
        self.assertTrue(told.ended_badly)
        self.assertEqual(told.messages, ["cannot store it", "fault: shop.days.zero_day: zero date, value 0000-00-00,"
                                         " key id=1, rows set aside: 3", "index: shop.days: left out", "shop.days"])
        self.assertFalse(millrace_told(8, "", report, 60).ended_badly)
        self.assertEqual(millrace_told(2, "millrace:\n no", None, 60).messages, ["millrace: no"])

    def test_what_is_another_one_in_every_run_is_left_out(self):
        self.assertEqual(fidelity_program.public("mysql://root:secret@127.0.0.1:3999/x idx_16385_by_word /tmp/a/b/load"),
                         "mysql://root:***@127.0.0.1/x idx_N_by_word DIR/load")


class Reading(unittest.TestCase):
    COLUMNS = [["Days", "id", "integer"], ["Days", "zero_day", "date"]]

    def test_a_table_is_found_in_another_case_and_a_row_that_is_not_there_is_not_there(self):
        subject = Subject("x", "x", "", {"days": {"zero_day": "moment"}})
        servers = FakeServers(target={"pg_class": self.COLUMNS, "encode": [["2", "61"], ["3", "NULL"]]})
        values = target_values(servers, subject, "x")
        self.assertEqual(values, {("days", "zero_day", "2"): Left("a", "date"), ("days", "zero_day", "3"): Left(NULL, "date")})
        self.assertIn('from "x"."Days"', servers.asked[-1])
        self.assertEqual(target_values(FakeServers(), subject, "x"), {})

    def test_a_column_whose_name_was_cut_is_found_by_its_place(self):
        there = {"id": ("id", "int"), "cut_1": ("cut_1", "int"), "b": ("b", "int")}
        self.assertEqual(found_columns(there, ["a_long_1", "b"]), {"a_long_1": ("cut_1", "int"), "b": ("b", "int")})
        self.assertEqual(found_columns({"id": ("id", "int"), "b": ("b", "int")}, ["a", "b"]), {"b": ("b", "int")})

    def test_a_statement_that_fails_is_refused_and_none_is_put_to_a_lost_table(self):
        ask = taken("two", "insert into days values (9)", ["zero_day"], "days")

        class Refusing(FakeServers):
            def ask(self, side, sql):
                if "insert" in sql:
                    raise Refused("no")
                return super().ask(side, sql)
        self.assertEqual(source_answer(Refusing(), ask, "x"), "refused")
        self.assertEqual(source_answer(FakeServers(), ask, "x"), "taken")
        self.assertEqual(target_answer(Refusing(target={"pg_class": self.COLUMNS}), ask, "x"), Left("refused"))
        self.assertTrue(has_table(FakeServers(target={"pg_class": self.COLUMNS}), "DAYS", "x"))
        self.assertFalse(has_table(FakeServers(), "days", "x"))
        self.assertTrue(has_table(FakeServers(), "", "x"), "a view is asked for without a table")
        self.assertEqual(target_answer(FakeServers(target={"view": [["1", "b"]]}), Ask("", "", "view", ()), "x"), Left("1, b"))

    def test_subjects_are_told_apart_and_ask_of_tables_that_they_make(self):
        names = [subject.name for subject in SUBJECTS]
        self.assertEqual(len(names), len(set(names)))
        for subject in SUBJECTS:
            for table in [*subject.tables, *(ask.table for ask in subject.asks if ask.table)]:
                self.assertRegex(subject.sql, rf"create table `?{table}`? \(", subject.name)
            self.assertTrue(all(ask.words for ask in subject.asks), subject.name)


class FidelityPage(unittest.TestCase):
    def result(self):
        def one(verdict, text, message=""):
            return {"verdict": verdict, "text": text, "type": "", "message": message}
        return {"command": "bench/fidelity", "versions": {"source": "10.11", "target": "15", "pgloader": "pgloader 3", "millrace": "millrace 1"},
                "subjects": [{"name": "days", "title": "Zero dates, all", "remark": "", "sql": ""},
                             {"name": "bits", "title": "Bits", "remark": "", "sql": ""}],
                "facts": [
                    {"subject": "days", "what": "zero_day, row 1", "source": "0000|00",
                     "ways": {"pgloader": one("changed silently", NULL), "millrace": one("named", None, "fault: *zero_day*"),
                              "rejecting": one("named", None, "set aside")}},
                    {"subject": "bits", "what": "bit, row 1", "source": "1",
                     "ways": {"pgloader": one("missing silently", None), "millrace": one("equal", "t")}}]}

    def test_every_fact_has_a_line_with_each_ways_verdict(self):
        text = fidelity_page(self.result())
        self.assertIn("| zero\\_day, row 1 | `0000\\|00` | **changed silently**: NULL | named, missing | named, missing |", text)
        self.assertIn("| bit, row 1 | `1` | **missing silently** | equal: `t` |", text)
        self.assertIn("- fault: \\*zero\\_day\\*", text)
        self.assertNotRegex(text, r"\d{4}-\d\d-\d\dT")

    def test_counts_of_the_second_run_take_the_first_ones_place_only_where_it_was_needed(self):
        lines = fidelity_page(self.result()).splitlines()
        self.assertIn("| pgloader | 0 | 0 | 1 | 1 | 0 |", lines)
        self.assertIn("| Millrace | 1 | 1 | 0 | 0 | 0 |", lines)
        self.assertIn("| Millrace `--on-fault reject` | 1 | 1 | 0 | 0 | 0 |", lines)
        self.assertIn("| [Zero dates, all](#zero-dates-all) | 1 | changed silently | named | named |", lines)
        self.assertIn("| [Bits](#bits) |  | 1 |", lines)

    def test_second_runs_are_made_where_the_first_met_an_error(self):
        resuming, rejecting = (make(None, BENCH, 60) for make in (ResumingRun, RejectingRun))
        self.assertTrue(resuming.follows({"pgloader": Told(["ERROR no"])}))
        self.assertFalse(resuming.follows({"pgloader": Told(["WARNING no", "summary: x, errors: 1"])}))
        self.assertTrue(rejecting.follows({"millrace": Told([], ended_badly=True)}))
        self.assertFalse(rejecting.follows({"millrace": Told(["note"])}))


if __name__ == "__main__":
    unittest.main()
