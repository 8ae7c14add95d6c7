#!/usr/bin/env python3
"""--profile on the farms that farmgen makes: what the program ships is enough for a whole move."""

import json
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from clients import Mysql, Postgres, Program, variable  # noqa: E402  pylint: disable=wrong-import-position

COMPLETE, BAD_REQUEST, BAD_DATA = 0, 2, 3
UNSET_TIME = 946702800  # 2000-01-01 at UTC-5: what the farm's managers store for "never"


class ProfileTestCase(unittest.TestCase):
    """A farm on the source, a database in the target; both are taken down again."""

    farm = ()
    databases = ""  # a regular expression
    server_variable = "MILLRACE_MARIADB"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = Mysql(variable(self.server_variable))
        self.target = Postgres(variable("MILLRACE_POSTGRES15"))
        self.program = Program(os.environ["MILLRACE_PROGRAM"], folder.name)
        self.farmgen = Program(os.environ["FARMGEN_PROGRAM"], folder.name)
        self.database = f"profile_{type(self).__name__.lower()}"
        self.target.create_database(self.database)
        self.addCleanup(self.target.drop_database, self.database)
        self.addCleanup(self.drop_farm)

    def drop_farm(self):
        names = self.source.run("select schema_name from information_schema.schemata"
                                f" where schema_name regexp '{self.databases}'")
        for name in names.split():
            self.source.run(f"drop database `{name}`")

    def make(self, *words):
        done = self.farmgen.run("--source", self.source.url(), "--drop", *(words or self.farm))
        self.assertEqual(done.code, 0, done.stderr)

    def run_millrace(self, command, *words):
        return self.program.run(command, self.source.url(), self.target.url(self.database), *words)

    def migrate(self, *words, code=COMPLETE):
        outcome = self.run_millrace("migrate", *words, "--progress", "none")
        self.assertEqual(outcome.code, code, outcome.stderr)
        return outcome

    def target_value(self, sql):
        return self.target.run(sql, self.database).strip()

    def assert_same(self, mysql, postgres):
        self.assertEqual(self.source.run(mysql).split(),
                         self.target.run(postgres, self.database).replace("|", " ").split())

    def types_of(self, table):
        return dict(line.split("|") for line in self.target.run(
            "select column_name, data_type from information_schema.columns"
            f" where table_schema || '.' || table_name = '{table}'", self.database).splitlines())


class Qube(ProfileTestCase):
    farm = ("--profile", "qube", "--jobs", 20, "--jobs-per-db", 8, "--frames", 5, "--facts", 400)
    databases = "^([0-9]*qube|pfx_dw)$"

    def test_the_farm_arrives_with_its_times_and_the_warehouse_in_its_published_shape(self):
        self.make()
        self.migrate("--profile", "qube")

        self.assertEqual(self.types_of("1qube.job")["timesubmit"], "timestamp with time zone")
        self.assertEqual(self.types_of("1qube.job")["timelimit"], "integer")
        self.assertEqual(self.types_of("2qube.event")["stamp"], "timestamp with time zone")
        for database in ("1qube", "3qube"):
            self.assert_same(
                f"select count(*), sum(timecomplete not in (0, -1, {UNSET_TIME})),"
                f" sum(if(timestart in (0, -1, {UNSET_TIME}), 0, timestart)) from {database}.work",
                f"select count(*), count(timecomplete), sum(extract(epoch from timestart)::bigint)"
                f' from "{database}".work')
        # What is not set today is NULL, and so it is for a row that is inserted tomorrow.
        self.assertEqual(self.target_value(
            "select column_default is null and is_nullable = 'YES' from information_schema.columns"
            " where table_schema = '1qube' and table_name = 'job' and column_name = 'timestart'"), "t")

        fact = self.types_of("dwh.job_fact")
        self.assertEqual([fact[name] for name in ("job_timestart", "user_sk", "prod_custom5_sk",
                                                  "cpu_seconds", "worktime_avg", "job_pgrp")],
                         ["timestamp with time zone", "smallint", "smallint", "integer", "real",
                          "integer"])
        self.assertFalse({"mem_max", "mem_avg", "mem_stddev"} & fact.keys())
        self.assertEqual(self.types_of("dwh.user_dim")["user_sk"], "integer")
        self.assert_same(
            "select count(*), sum(cpu_seconds), sum(worktime_avg), sum(user_sk), count(*) * 0"
            " from pfx_dw.job_fact",
            "select count(*), sum(cpu_seconds), sum(worktime_avg::bigint), sum(user_sk),"
            " count(job_pgrp) from dwh.job_fact")
        self.assertEqual(self.target_value(
            "select count(*) from pg_index where indrelid = 'dwh.job_fact'::regclass"
            " and indisunique"), "1")

    def test_the_numbered_databases_can_become_one_by_the_profiles_rules(self):
        self.make()
        (pathlib.Path(self.program.folder) / "one.toml").write_text("".join(
            f'[[consolidate]]\nfrom = "[0-9]*qube.{kind}"\ninto = "farm.{kind}"\n'
            'source_column = "shard"\nsource_value = "match"\n' for kind in ("job", "work", "event")),
            encoding="utf-8")
        self.migrate("--profile", "qube", "--job", "one.toml", "--report", "run.json")

        self.assertTrue(self.program.report()["proof"]["equal"])
        self.assertEqual({self.types_of("farm.job")["timesubmit"], self.types_of("farm.event")["stamp"]},
                         {"timestamp with time zone"})
        self.assertEqual(self.types_of("farm.job")["timelimit"], "integer")
        each = " union all ".join(f"select pid, status from {n}qube.work" for n in (1, 2, 3))
        self.assert_same(f"select count(*), sum(pid), sum(status) from ({each}) w",
                         "select count(*), sum(pid), sum(status) from farm.work")
        self.assertEqual(self.target_value(
            "select count(distinct shard) from farm.event where stamp is not null"), "3")
        # What is not consolidated goes where it would.
        self.assertEqual(self.types_of("dwh.job_fact")["worktime_avg"], "real")
        self.assertEqual(self.target_value('select count(*) > 0 from "2qube".subjob'), "t")

    def test_a_fact_that_the_published_shape_cannot_hold_stops_the_run_by_name(self):
        self.make("--profile", "qube", "--jobs", 40, "--frames", 2, "--facts", 4000, "--beyond")
        outcome = self.migrate("--profile", "qube", "--databases", "pfx_dw", code=BAD_DATA)

        self.assertIn("pfx_dw.job_fact", outcome.stderr)
        self.assertIn("out of range for the target type", outcome.stderr)
        self.assertRegex(outcome.stderr, "column=(cpu_seconds|[a-z0-9_]*_sk)")

        # The audit of ranges, before anything is moved: each column, with how many values.
        said = json.loads(self.run_millrace("check", "--profile", "qube", "--databases", "pfx_dw",
                                            "--scan", "full", "--json").stdout)
        beyond = [line["message"] for line in said["findings"]
                  if line["verdict"] == "FAIL" and line["family"] == "values"]
        self.assertTrue(any("pfx_dw.job_fact.cpu_seconds" in line for line in beyond), beyond)
        counted = self.source.value("select count(*) from pfx_dw.job_fact where cpu_seconds > 2147483647")
        self.assertTrue(any("cpu_seconds" in line and counted in line for line in beyond), (counted, beyond))

    def test_what_the_user_says_wins_over_the_profile(self):
        self.make()
        self.migrate("--profile", "qube", "--databases", "pfx_dw", "--schema-map", "pfx_dw=warehouse",
                     "--cast", "pfx_dw.job_fact.job_timestart => bigint")

        fact = self.types_of("warehouse.job_fact")
        self.assertEqual(fact["job_timestart"], "bigint")
        self.assertEqual(fact["job_timesubmit"], "timestamp with time zone")

    def test_a_farm_without_a_warehouse_is_moved_all_the_same(self):
        self.make()
        self.source.run("drop database pfx_dw")
        self.assertIn("pfx_*  no database of the source matches it",
                      self.run_millrace("plan", "--profile", "qube").stdout)
        self.migrate("--profile", "qube")
        self.assertEqual(self.target_value('select count(*) from "1qube".job'), "8")

    def test_the_gate_of_the_schemas_version_is_asked_without_a_target_too(self):
        self.make()
        self.source.run("update qube.tableversion set version = 36")
        nowhere = self.target.url(self.database, port=1)
        said = json.loads(self.program.run("check", self.source.url(), nowhere, "--profile", "qube",
                                           "--json").stdout)
        self.assertEqual([line["verdict"] for line in said["findings"] if line["family"] == "gates"],
                         ["FAIL"])
        outcome = self.program.run("extract", self.source.url(), "archive", "--profile", "qube")
        self.assertEqual(outcome.code, BAD_REQUEST, outcome.stderr)
        self.assertIn("gives 36, not 37", outcome.stderr)
        self.assertIn("upgrade_supervisor", outcome.stderr)

    def test_the_plan_prints_the_operators_steps_in_order(self):
        self.make()
        text = self.run_millrace("plan", "--profile", "qube").stdout

        steps = [text.index(words) for words in ("1. Stop the farm", "3. millrace migrate",
                                                 "4. Upgrade the supervisor", "6. Enable the farm")]
        self.assertEqual(steps, sorted(steps))

    def test_check_tells_which_step_comes_next(self):
        self.make()
        self.migrate("--profile", "qube")
        said = json.loads(self.run_millrace("check", "--profile", "qube", "--json").stdout)

        # The farm was filled a moment ago: it is not standing still, and the new supervisor is not
        # connected.
        self.assertEqual(said["step"], 1)
        self.assertEqual([step["state"] for step in said["steps"]],
                         ["now", "done", "to do", "to do", "done", "to do"])

    def test_the_printed_profile_is_a_job_file(self):
        self.make()
        printed = self.program.run("docs", "profile", "qube").stdout
        job = pathlib.Path(self.program.folder) / "own.toml"
        job.write_text(printed, encoding="utf-8")
        self.migrate("--job", job)
        self.assertEqual(self.types_of("dwh.job_fact")["worktime_avg"], "real")


class QubeOfMysql56(ProfileTestCase):
    """As farms of Qube! 6 are: an old server, MyISAM, and here tables for each job."""

    server_variable = "MILLRACE_MYSQL56"
    farm = ("--profile", "qube", "--jobs", 12, "--jobs-per-db", 5, "--frames", 3, "--facts", 40,
            "--layout", "per-job", "--engine", "MyISAM")
    databases = "^([0-9]*qube|pfx_dw)$"

    def test_a_farm_of_myisam_tables_for_each_job_arrives_proven(self):
        self.make()
        self.migrate("--profile", "qube", "--report", "run.json")

        proof = self.program.report()["proof"]
        self.assertTrue(proof["equal"], proof)
        tables = self.source.value("select count(*) from information_schema.tables"
                                   f" where table_schema regexp '{self.databases}'")
        self.assertEqual(str(len(proof["tables"])), tables)
        self.assertEqual(self.types_of("1qube.3event")["stamp"], "timestamp with time zone")
        self.assertEqual(self.types_of("3qube.12work")["timecomplete"], "timestamp with time zone")
        self.assert_same(
            f"select count(*), sum(timecomplete not in (0, -1, {UNSET_TIME})) from 3qube.12work",
            'select count(*), count(timecomplete) from "3qube"."12work"')
        # What holds for all jobs' tables is told once.
        notes = [note for note in self.program.report()["notes"] if "work." in note["where"]]
        self.assertLess(len(notes), 12, notes)


class Slurm(ProfileTestCase):
    farm = ("--profile", "slurm", "--jobs", 40, "--clusters", 2)
    databases = "^slurm_acct_db$"

    def test_times_arrive_and_numbers_beyond_bigint_stay_whole(self):
        self.make()
        self.migrate("--profile", "slurm")

        job = self.types_of("slurm_acct_db.cluster-1_job_table")
        self.assertEqual([job[name] for name in ("time_end", "time_suspended", "sluid", "mod_time",
                                                 "id_array_task")],
                         ["timestamp with time zone", "bigint", "numeric",
                          "timestamp with time zone", "bigint"])
        self.assert_same(
            "select count(*), sum(time_end <> 0), sum(sluid), sum(time_submit),"
            " sum(id_array_task <> 4294967294) from slurm_acct_db.`cluster-1_job_table`",
            "select count(*), count(time_end), sum(sluid), sum(extract(epoch from time_submit)::bigint),"
            ' count(id_array_task) from slurm_acct_db."cluster-1_job_table"')
        self.assert_same(
            "select count(*), sum(time_start) from slurm_acct_db.`cluster-1_event_table`",
            "select count(*), sum(extract(epoch from time_start)::bigint)"
            ' from slurm_acct_db."cluster-1_event_table"')

    def test_check_goes_on_to_the_last_step_though_slurm_writes_on(self):
        self.make()
        self.migrate("--profile", "slurm")
        self.source.run("insert into slurm_acct_db.txn_table (timestamp, action, name, actor) values (1, 1, '', '')")
        said = json.loads(self.run_millrace("check", "--profile", "slurm", "--json").stdout)

        self.assertEqual(said["step"], 4)
        self.assertEqual([step["state"] for step in said["steps"]], ["done", "done", "done", "now"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
